import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { PAGE_ROWS } from "../../api/list";
import { lost } from "../../rules/delivery";
import { InvitationsTable } from "./InvitationsTable";
import { deliveryQuery } from "./queries";
import { RowOutcome } from "./RowOutcome";
import { useRowActions } from "./useRowActions";

/** The invitations that did not arrive, first on the page: these people wait for an email that will not come. */
export function Undelivered() {
  // The API has the newest first. Many emails that are only late must not hide one that came back.
  const never = useQuery(deliveryQuery(lost)).data;
  const late = useQuery(deliveryQuery(["delayed"])).data;
  const all = [...(never?.invitations ?? []), ...(late?.invitations ?? [])];
  const rows = all.slice(0, PAGE_ROWS);
  const more = never?.hasMore || late?.hasMore || all.length > rows.length;
  const actions = useRowActions();
  return (
    <>
      {rows.length > 0 && <h2>Not delivered</h2>}
      <RowOutcome actions={actions} />
      {rows.length > 0 && (
        <InvitationsTable caption="Not delivered" rows={rows} actions={actions} focusKey={actions.focusKey} short />
      )}
      {more && (
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
