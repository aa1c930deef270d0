import { Link } from "@tanstack/react-router";
import { Empty } from "../../ui/Empty";
import type { InvitationFilters } from "./filters";

const nothing: Record<NonNullable<InvitationFilters["show"]>, string> = {
  open: "No invitation is waiting for an answer",
  notDelivered: "Every email was delivered",
  expired: "No invitation has expired",
  npi: "Every NPI is verified",
  accepted: "No one has confirmed yet",
  declined: "No one has declined",
  revoked: "No invitation was revoked",
};

/** Why no invitations are listed: no one was invited yet, or the filter leaves none. */
export function InvitationsEmpty({ filters: { q, show } }: { filters: InvitationFilters }) {
  if (!q && !show) {
    return (
      <Empty title="No one has been invited yet">
        <p>
          <Link to="/users/invitations/new">Invite a person</Link>, or{" "}
          <Link to="/users/invitations/import">import a list</Link>.
        </p>
      </Empty>
    );
  }
  return (
    <Empty title={q || !show ? "No invitation matches" : nothing[show]}>
      <p>
        <Link to="/users/invitations">Show all invitations</Link>
      </p>
    </Empty>
  );
}
