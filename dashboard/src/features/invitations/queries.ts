import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, data, type Schemas } from "../../api/client";
import { followCursor, PAGE_ROWS } from "../../api/list";
import type { paths } from "../../api/schema";
import type { InvitationFilters } from "./filters";
import { filterOf } from "./listFilters";

/** An invitation, with the names that only people at the dashboard get. */
export type Invitation = Schemas["InvitationView"] & {
  // until the API has it
  inviterName?: string;
  apiKeyDescription?: string;
  grantedByName?: string;
};

export type InvitationsPageData = {
  invitations: Invitation[];
  cursor?: string | null;
  hasMore: boolean;
  skipped?: number;
};

export const invitationsQuery = (filters: InvitationFilters) =>
  infiniteQueryOptions({
    queryKey: ["invitations", "list", filters],
    queryFn: ({ pageParam, signal }) => loadPage(filters, pageParam, PAGE_ROWS, signal),
    ...followCursor,
  });

type ListQuery = NonNullable<paths["/v1/autoScribe/users/invitations"]["get"]["parameters"]["query"]>;

export function loadPage(
  { q, show }: InvitationFilters,
  cursor: string | undefined,
  limit: number,
  signal?: AbortSignal,
): Promise<InvitationsPageData> {
  const query = { ...(show && filterOf[show]), ...(q && { q }), limit, ...(cursor && { cursor }) };
  return data(
    // until the API has it: several values of delivery and npiVerification
    api.GET("/v1/autoScribe/users/invitations", {
      params: { query: query as ListQuery },
      ...(signal && { signal }),
    }),
  );
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
