import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { AuditEvent } from "../../rules/audit";
import type { Activity } from "../../ui/audit/activity";
import { Changes } from "../../ui/audit/Changes";
import { type Column, Table } from "../../ui/Table";
import { Time } from "../../ui/Time";

const columns: [Column<Activity>, ...Column<Activity>[]] = [
  {
    heading: "What happened",
    cell: ({ event, sentence, changes }) => (
      <>
        <ObjectLink event={event}>{sentence}</ObjectLink>
        <Changes changes={changes} />
      </>
    ),
  },
  { heading: "When", cell: ({ event }) => <Time at={event.at} /> },
  { heading: "IP address", cell: ({ event }) => event.ip ?? "Not recorded" },
];

/** The records, newest first. */
export function ActivityTable(props: { rows: Activity[]; focusKey: string | null; stale: boolean }) {
  return (
    <div aria-busy={props.stale}>
      <Table
        log
        caption="Activity, newest first"
        columns={columns}
        rows={props.rows}
        rowKey={(row) => row.event.eventId}
        focusKey={props.focusKey}
      />
    </div>
  );
}

/** Leads to the person or thing that the record is about. */
function ObjectLink({ event, children }: { event: AuditEvent; children: ReactNode }) {
  const { object } = event;
  const userId = object.startsWith("usr_") ? object : event.userId;
  if (userId) {
    return (
      <Link to="/users/$userId" params={{ userId }}>
        {children}
      </Link>
    );
  }
  if (object.startsWith("inv_")) {
    return (
      <Link to="/users/invitations/$invitationId" params={{ invitationId: object }}>
        {children}
      </Link>
    );
  }
  if (object.startsWith("key:")) return <Link to="/keys">{children}</Link>;
  if (object.startsWith("whk_")) {
    return (
      <Link to="/webhooks/$webhookId" params={{ webhookId: object }}>
        {children}
      </Link>
    );
  }
  if (object.startsWith("clinic:")) return <Link to="/clinic">{children}</Link>;
  return <span>{children}</span>;
}
