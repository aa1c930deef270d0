import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, data, type Schemas } from "../../api/client";
import { followCursor, PAGE_ROWS } from "../../api/list";
import { pageOfSeveral } from "../../api/several";
import type { InvitationFilters } from "./filters";
import { type ListFilter, listFilters } from "./listFilters";

/** An invitation, with the names that only people at the dashboard get. */
export type Invitation = Schemas["InvitationView"] & {
  // until the API has it
  inviterName?: string;
  apiKeyDescription?: string;
  grantedByName?: string;
};

export type InvitationsPageData = { invitations: Invitation[]; cursor?: string | null; hasMore: boolean };

export const invitationsQuery = (filters: InvitationFilters) =>
  infiniteQueryOptions({
    queryKey: ["invitations", "list", filters],
    queryFn: ({ pageParam, signal }) => loadPage(filters, pageParam, PAGE_ROWS, signal),
    ...followCursor,
  });

export async function loadPage(
  { q, show }: InvitationFilters,
  from: string | undefined,
  rows: number,
  signal?: AbortSignal,
): Promise<InvitationsPageData & { skipped?: number }> {
  const load = async (filter: ListFilter, cursor: string | undefined, limit: number) => {
    const query = { ...filter, ...(q && { q }), limit, ...(cursor && { cursor }) };
    const page = await data(
      api.GET("/v1/autoScribe/users/invitations", { params: { query }, ...(signal && { signal }) }),
    );
    return { ...page, rows: page.invitations };
  };
  const { rows: invitations, ...page } = await pageOfSeveral(listFilters(show), from, rows, load);
  return { invitations, ...page };
}

export const invitationQuery = (invitationId: string) =>
  queryOptions({
    queryKey: ["invitations", "one", invitationId],
    queryFn: ({ signal }): Promise<Invitation> =>
      data(api.GET("/v1/autoScribe/users/invitations/{invitationId}", { params: { path: { invitationId } }, signal })),
  });

export type Count = { count: number; more: boolean };
type Summary = { open: Count; notDelivered: Count; expired: Count; npiTrouble: Count };

// until the API has it
const get = api.GET as unknown as (
  path: "/v1/autoScribe/users/invitations/summary",
  request: { signal: AbortSignal },
) => Promise<{ data?: Summary; error?: unknown; response: Response }>;

/** How many invitations need attention. */
export const summaryQuery = queryOptions({
  queryKey: ["invitations", "summary"],
  queryFn: ({ signal }) => data(get("/v1/autoScribe/users/invitations/summary", { signal })),
});

export function revokeInvitation(invitationId: string) {
  return data(api.POST("/v1/autoScribe/users/invitations/revoke", { body: { invitationId } }));
}

export function resendInvitation(invitationId: string) {
  return data(
    api.POST("/v1/autoScribe/users/invitations/{invitationId}/resend", { params: { path: { invitationId } } }),
  );
}
