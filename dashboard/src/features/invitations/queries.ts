import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, data, type Schemas } from "../../api/client";
import { followCursor, PAGE_ROWS } from "../../api/list";
import type { InvitationFilters } from "./filters";
import { filterOf, type ListFilter } from "./listFilters";

export type Invitation = Schemas["InvitationView"];

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

/** The newest open invitations whose email is in one of these states. */
export const deliveryQuery = (states: readonly Invitation["delivery"][]) =>
  queryOptions({
    queryKey: ["invitations", "delivery", states],
    queryFn: ({ signal }) => load({ status: "sent", delivery: states.join(","), limit: PAGE_ROWS }, signal),
  });

export function loadPage(
  { q, show }: InvitationFilters,
  cursor: string | undefined,
  limit: number,
  signal?: AbortSignal,
): Promise<InvitationsPageData> {
  return load({ ...(show && filterOf[show]), ...(q && { q }), limit, ...(cursor && { cursor }) }, signal);
}

type ListQuery = Partial<ListFilter> & { q?: string; limit: number; cursor?: string };

function load(query: ListQuery, signal?: AbortSignal): Promise<InvitationsPageData> {
  return data(
    api.GET("/v1/autoScribe/users/invitations", {
      params: { query },
      ...(signal && { signal }),
    }),
  );
}

export const invitationQuery = (invitationId: string) =>
  queryOptions({
    queryKey: ["invitations", "one", invitationId],
    queryFn: ({ signal }) => loadInvitation(invitationId, signal),
  });

export function loadInvitation(invitationId: string, signal?: AbortSignal): Promise<Invitation> {
  const params = { path: { invitationId } };
  return data(api.GET("/v1/autoScribe/users/invitations/{invitationId}", { params, ...(signal && { signal }) }));
}

export type Count = Schemas["InvitationCountView"];

/** How many invitations need attention. */
export const summaryQuery = queryOptions({
  queryKey: ["invitations", "summary"],
  queryFn: ({ signal }) => data(api.GET("/v1/autoScribe/users/invitations/summary", { signal })),
});

export function revokeInvitation(invitationId: string) {
  return data(api.POST("/v1/autoScribe/users/invitations/revoke", { body: { invitationId } }));
}

export function resendInvitation(invitationId: string) {
  return data(
    api.POST("/v1/autoScribe/users/invitations/{invitationId}/resend", { params: { path: { invitationId } } }),
  );
}
