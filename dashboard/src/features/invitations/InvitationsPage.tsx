import { type Query, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { ManagersOnly } from "../../session/ManagersOnly";
import { useRefresh } from "../../session/refresh";
import { InviteLinks } from "../../ui/InviteLinks";
import { Page } from "../../ui/Page";
import { Pages } from "../../ui/Pages";
import { PeopleTabs } from "../../ui/PeopleTabs";
import { SearchField } from "../../ui/SearchField";
import type { InvitationFilters } from "./filters";
import { InvitationChips, viewNames } from "./InvitationChips";
import { InvitationsEmpty } from "./InvitationsEmpty";
import { InvitationsTable } from "./InvitationsTable";
import { type Invitation, invitationsQuery, summaryQuery } from "./queries";
import { ResendExpired } from "./ResendExpired";
import { RowOutcome } from "./RowOutcome";
import { Undelivered } from "./Undelivered";
import { useRowActions } from "./useRowActions";

const AGAIN_MS = 20_000;
// An email leaves in seconds. One that does not waits for more than the next look.
const SENDING_AGAIN_MS = 4_000;
const SENDING_MS = 60_000;

/** The clinic's invitations. Those that did not arrive come first. */
export function InvitationsPage() {
  return (
    <ManagersOnly title="Invitations">
      <Page title="Invitations" actions={<InviteLinks />}>
        <PeopleTabs />
        <Invitations />
      </Page>
    </ManagersOnly>
  );
}

function Invitations() {
  const filters: InvitationFilters = useSearch({ from: "/users/invitations" });
  const navigate = useNavigate({ from: "/users/invitations" });
  const query = useInfiniteQuery(invitationsQuery(filters));
  const { data: summary } = useQuery(summaryQuery);
  const rows = query.data?.pages.flatMap((page) => page.invitations) ?? [];
  const { q, show } = filters;
  const often = rows.some(isSending) ? SENDING_AGAIN_MS : AGAIN_MS;
  // The counts and the emails that did not arrive too. A search can read much of a large clinic.
  useRefresh(["invitations"], query, q ? null : often);
  useReadTogether(!query.isError);
  const actions = useRowActions(JSON.stringify([filters, query.data?.pages.length]));
  const search = (text: string) =>
    void navigate({ search: { ...(show && { show }), ...(text && { q: text }) }, replace: true });
  return (
    <>
      <search className="filters">
        <SearchField label="Search by name or address" value={q ?? ""} onChange={search} />
      </search>
      <InvitationChips filters={filters} />
      {!q && !show && <Undelivered quiet={query.isError} />}
      {show === "expired" && !q && summary?.expired.count !== 0 && <ResendExpired count={summary?.expired} />}
      <RowOutcome actions={actions} />
      <Pages
        what="invitations"
        query={query}
        filters={filters}
        rowsOf={(page) => page.invitations}
        rowKey={(invitation) => invitation.invitationId}
        empty={<InvitationsEmpty filters={filters} />}
      >
        {(rows, focusKey) => (
          <InvitationsTable
            caption={show ? viewNames[show] : "Invitations"}
            rows={rows}
            actions={actions}
            focusKey={actions.focusKey ?? focusKey}
            stale={query.isPlaceholderData}
          />
        )}
      </Pages>
    </>
  );
}

/** What failed together with the list is read again once the list could be. */
function useReadTogether(listed: boolean): void {
  const queries = useQueryClient();
  useEffect(() => {
    const failed = { queryKey: ["invitations"], predicate: ({ state }: Query) => state.status === "error" };
    if (listed) void queries.refetchQueries(failed);
  }, [listed, queries]);
}

function isSending({ status, delivery, updatedAt }: Invitation): boolean {
  return status === "sent" && delivery === "queued" && Date.now() - Date.parse(updatedAt) < SENDING_MS;
}
