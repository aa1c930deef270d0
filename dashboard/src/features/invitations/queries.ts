import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, data, type Schemas } from "../../api/client";
import { followCursor, PAGE_ROWS } from "../../api/list";
import { lost } from "../../rules/delivery";
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

// The API has the newest first. Many emails that are only late must not hide one that came back.
const problems = [lost, ["delayed"]];

/** A place in the list of invitations whose email did not arrive: the problem, and the API's cursor in it. */
type Place = { problem: number; cursor?: string };

/** The invitations whose email did not arrive, the ones that never will first. */
export const undeliveredQuery = infiniteQueryOptions({
  queryKey: ["invitations", "undelivered"],
  queryFn: ({ pageParam, signal }) => loadUndelivered(pageParam, signal),
  initialPageParam: { problem: 0 } as Place,
  getNextPageParam: ({ next }) => next,
});

async function loadUndelivered(
  { problem, cursor }: Place,
  signal: AbortSignal,
): Promise<InvitationsPageData & { next?: Place }> {
  const delivery = problems[problem]?.join(",") ?? "";
  const page = await load({ status: "sent", delivery, limit: PAGE_ROWS, ...(cursor && { cursor }) }, signal);
  if (page.hasMore && page.cursor) return { ...page, next: { problem, cursor: page.cursor } };
  if (problem + 1 === problems.length) return page;
  const others = await loadUndelivered({ problem: problem + 1 }, signal);
  return {
    ...others,
    invitations: [...page.invitations, ...others.invitations],
    skipped: (page.skipped ?? 0) + (others.skipped ?? 0),
  };
}

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
