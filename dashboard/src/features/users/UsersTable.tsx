import { Link } from "@tanstack/react-router";
import { fullName } from "../../rules/names";
import { neverSignedIn, permissionWords } from "../../rules/permissions";
import { npiStatus, userStatus } from "../../rules/words";
import { Address } from "../../ui/Address";
import { Status } from "../../ui/Status";
import { type Column, Table } from "../../ui/Table";
import { Time } from "../../ui/Time";
import type { User } from "./queries";

const columns: [Column<User>, ...Column<User>[]] = [
  {
    heading: "Person",
    cell: (user) => (
      <>
        <Link to="/users/$userId" params={{ userId: user.userId }}>
          {fullName(user)}
        </Link>
        <Address email={user.email} />
      </>
    ),
  },
  { heading: "Role", cell: (user) => user.clinicRole },
  { heading: "Permissions", cell: (user) => <Permissions user={user} /> },
  { heading: "Status", cell: (user) => <Status word={userStatus[user.status ?? "active"]} /> },
  { heading: "Last sign-in", cell: (user) => <Time at={user.lastLoginAt} never={neverSignedIn(user)} /> },
];

/** The people of the list, and how many they are. */
export function UsersTable(props: { users: User[]; focusKey: string | null; more: boolean; stale: boolean }) {
  const count = props.users.length;
  return (
    <div aria-busy={props.stale}>
      <p className="quiet" role="status">
        {props.more ? `The newest ${count} people` : count === 1 ? "1 person" : `${count} people`}
      </p>
      <Table
        caption="Users"
        kind="users"
        columns={columns}
        rows={props.users}
        rowKey={(user) => user.userId}
        focusKey={props.focusKey}
      />
    </div>
  );
}

function Permissions({ user }: { user: User }) {
  return (
    <>
      {permissionWords(user).join(", ")}
      {user.canCreateReports && <Status word={npiStatus[user.npiVerification]} />}
    </>
  );
}
