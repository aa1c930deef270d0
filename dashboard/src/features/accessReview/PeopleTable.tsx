import { Link } from "@tanstack/react-router";
import { actorWords } from "../../rules/actors";
import { fullName } from "../../rules/names";
import { neverSignedIn, permissionWords } from "../../rules/permissions";
import { levels, npiStatus, userStatus } from "../../rules/words";
import { Address } from "../../ui/Address";
import { Status } from "../../ui/Status";
import { type Column, Table } from "../../ui/Table";
import { Borders, Moment } from "./Moment";
import { dayInWords, type Row } from "./rows";

type Props = { rows: Row[]; timeZone: string; focusKey: string | null; more: boolean; stale: boolean };

/** The people of the day. Each change of a role or a permission begins another row. */
export function PeopleTable({ rows, timeZone, focusKey, more, stale }: Props) {
  const columns: [Column<Row>, ...Column<Row>[]] = [
    { heading: "Person", cell: ({ person }) => <Person person={person} /> },
    { heading: "Role", cell: ({ period }) => period.clinicRole },
    { heading: "Level", cell: ({ period }) => levels[period.level] },
    { heading: "Could do", cell: (row) => <Powers row={row} timeZone={timeZone} /> },
    { heading: "Granted by", cell: (row) => <Granted row={row} timeZone={timeZone} /> },
    {
      heading: "Last sign-in",
      cell: ({ person, period }) => (person.lastSignInOn ? dayInWords(person.lastSignInOn) : neverSignedIn(period)),
    },
    {
      heading: "Last view",
      cell: ({ person }) => (person.lastViewOn ? dayInWords(person.lastViewOn) : "None"),
    },
    { heading: "Open views", cell: ({ person }) => person.openViewCount || "None" },
  ];
  const count = new Set(rows.map(({ person }) => person.userId)).size;
  return (
    <div aria-busy={stale}>
      <p className="quiet" role="status">
        {more ? `The newest ${count} people` : count === 1 ? "1 person" : `${count} people`}
      </p>
      <Table caption="People" columns={columns} rows={rows} rowKey={(row) => row.key} focusKey={focusKey} />
    </div>
  );
}

function Person({ person }: Pick<Row, "person">) {
  return (
    <>
      <Link to="/users/$userId" params={{ userId: person.userId }}>
        {fullName(person)}
      </Link>
      <Address email={person.email} />
      {person.status !== "active" && <Status word={userStatus[person.status]} />}
    </>
  );
}

function Powers({ row: { period, from, until }, timeZone }: { row: Row; timeZone: string }) {
  return (
    <>
      {permissionWords(period).join(", ")}
      {period.canCreateReports && <Status word={npiStatus[period.npiVerification]} />}
      {(from || until) && (
        <span className="quiet">
          <Borders from={from} until={until} timeZone={timeZone} />
        </span>
      )}
    </>
  );
}

function Granted({ row: { period }, timeZone }: { row: Row; timeZone: string }) {
  return (
    <>
      {actorWords(period.grantedBy, period.grantedByName)}
      <span className="quiet">
        <Moment at={period.grantedAt} timeZone={timeZone} />
      </span>
    </>
  );
}
