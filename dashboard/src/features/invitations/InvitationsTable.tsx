import { type Column, Table } from "../../ui/Table";
import { EmailCell, inviterWords, PermissionsCell, PersonCell, StatusCell } from "./cells";
import type { Invitation } from "./queries";
import { RowButtons } from "./RowButtons";
import type { RowActions } from "./useRowActions";

const person: Column<Invitation> = { heading: "Person", cell: (one) => <PersonCell invitation={one} /> };
const email: Column<Invitation> = { heading: "Email", cell: (one) => <EmailCell invitation={one} /> };

const columns: Column<Invitation>[] = [
  { heading: "Permissions", cell: (one) => <PermissionsCell invitation={one} /> },
  email,
  { heading: "Status", cell: (one) => <StatusCell invitation={one} /> },
  { heading: "Invited by", cell: inviterWords },
];

/** Invitations with what can be done about each. `short` has only what matters to an email. */
export function InvitationsTable(props: {
  caption: string;
  rows: Invitation[];
  actions: RowActions;
  focusKey: string | null;
  short?: boolean;
  stale?: boolean;
}) {
  const buttons: Column<Invitation> = {
    heading: "Actions",
    cell: (one) => <RowButtons invitation={one} actions={props.actions} />,
  };
  return (
    <div aria-busy={props.stale ?? false}>
      <Table
        caption={props.caption}
        kind={props.short ? "undelivered" : "invitations"}
        columns={[person, ...(props.short ? [email] : columns), buttons]}
        rows={props.rows}
        rowKey={(one) => one.invitationId}
        focusKey={props.focusKey}
      />
    </div>
  );
}
