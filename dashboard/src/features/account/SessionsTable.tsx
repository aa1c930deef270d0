import type { Schemas } from "../../api/client";
import { timeInWords } from "../../rules/times";
import { type Column, Table } from "../../ui/Table";
import { Time } from "../../ui/Time";
import type { OwnSession } from "./queries";

/** The sessions. The one of this page ends by signing out. */
export function SessionsTable(props: {
  sessions: OwnSession[];
  clinics: Schemas["ClinicView"][];
  onEnd: (session: OwnSession) => void;
}) {
  const clinicOf = ({ clinicId }: OwnSession) =>
    props.clinics.find((clinic) => clinic.clinicId === clinicId)?.name ?? "Another clinic";
  const columns: [Column<OwnSession>, ...Column<OwnSession>[]] = [
    { heading: "Signed in", cell: (session) => <Time at={session.signedInAt} /> },
    { heading: "Clinic", cell: clinicOf },
    { heading: "IP address", cell: (session) => session.networkAddress ?? "Unknown address" },
    { heading: "Last used", cell: (session) => <Time at={session.lastUsedAt} /> },
    {
      heading: "Actions",
      cell: (session) =>
        session.current ? (
          <strong>This session</strong>
        ) : (
          <button type="button" onClick={() => props.onEnd(session)}>
            End
            <span className="visually-hidden">
              {` the session in ${clinicOf(session)} of ${timeInWords(session.signedInAt)}`}
            </span>
          </button>
        ),
    },
  ];
  return (
    <Table caption="Your sessions" columns={columns} rows={props.sessions} rowKey={(session) => session.sessionId} />
  );
}
