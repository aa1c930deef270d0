import { Link } from "@tanstack/react-router";

/** The two ways to invite people. */
export function InviteLinks() {
  return (
    <>
      <Link className="button" to="/users/invitations/import">
        Import a list
      </Link>
      <Link className="button first" to="/users/invitations/new">
        Invite User
      </Link>
    </>
  );
}
