import { Link } from "@tanstack/react-router";

/** The way between the people who confirmed and those who are invited. */
export function PeopleTabs() {
  return (
    <nav className="tabs" aria-label="People">
      <Link to="/users" activeOptions={{ exact: true, includeSearch: false }}>
        Confirmed
      </Link>
      <Link to="/users/invitations" activeOptions={{ includeSearch: false }}>
        Invitations
      </Link>
    </nav>
  );
}
