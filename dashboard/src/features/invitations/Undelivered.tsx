import { useInfiniteQuery } from "@tanstack/react-query";
import { Pages } from "../../ui/Pages";
import { ProblemNote } from "../../ui/ProblemNote";
import { InvitationsTable } from "./InvitationsTable";
import { undeliveredQuery } from "./queries";
import { RowOutcome } from "./RowOutcome";
import { useRowActions } from "./useRowActions";

/**
 * The invitations that did not arrive, first on the page: these people wait for an email that will not come. `quiet`
 * leaves what is wrong to the list below.
 */
export function Undelivered({ quiet }: { quiet: boolean }) {
  const query = useInfiniteQuery(undeliveredQuery);
  const error = quiet || query.isFetchNextPageError ? null : query.error;
  const actions = useRowActions(String(query.data?.pages.length));
  const some = error !== null || query.data?.pages.some((page) => page.invitations.length > 0);
  return (
    <>
      {some && <h2>Not delivered</h2>}
      <RowOutcome actions={actions} />
      {error && <ProblemNote error={error} onRetry={() => void query.refetch()} />}
      {query.data && (
        <Pages
          what="invitations that were not delivered"
          more="Show more that were not delivered"
          query={query}
          rowsOf={(page) => page.invitations}
          rowKey={(invitation) => invitation.invitationId}
          empty={null}
        >
          {(rows, focusKey) => (
            <InvitationsTable
              caption="Not delivered"
              rows={rows}
              actions={actions}
              focusKey={actions.focusKey ?? focusKey}
              short
            />
          )}
        </Pages>
      )}
      {some && <h2>All invitations</h2>}
    </>
  );
}
