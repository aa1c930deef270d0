import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { undelivered } from "../../rules/delivery";
import { InvitationsTable } from "./InvitationsTable";
import { type Invitation, invitationsQuery } from "./queries";
import { RowOutcome } from "./RowOutcome";
import { useRowActions } from "./useRowActions";

/** The invitations that did not arrive, first on the page: these people wait for an email that will not come. */
export function Undelivered() {
  const query = useInfiniteQuery(invitationsQuery({ show: "notDelivered" }));
  const rows = [...(query.data?.pages[0]?.invitations ?? [])].sort((one, other) => order(one) - order(other));
  const actions = useRowActions();
  return (
    <>
      {rows.length > 0 && <h2>Not delivered</h2>}
      <RowOutcome actions={actions} />
      {rows.length > 0 && (
        <InvitationsTable caption="Not delivered" rows={rows} actions={actions} focusKey={actions.focusKey} short />
      )}
      {query.hasNextPage && (
        <p>
          <Link to="/users/invitations" search={{ show: "notDelivered" }}>
            Show all that were not delivered
          </Link>
        </p>
      )}
      {rows.length > 0 && <h2>All invitations</h2>}
    </>
  );
}

/** Emails that never will arrive come before those that are only late. */
function order({ delivery }: Invitation): number {
  return undelivered.indexOf(delivery);
}
