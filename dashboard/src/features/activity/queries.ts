import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, data } from "../../api/client";
import { followCursor, nextCursor, PAGE_ROWS } from "../../api/list";
import { dayEnd, dayStart } from "../../rules/days";
import { loadActivity } from "../../ui/audit/activity";
import { loadNames } from "../../ui/person/names";
import type { ActivityFilters } from "./filters";

export const activityQuery = (filters: ActivityFilters) =>
  infiniteQueryOptions({
    queryKey: ["activity", filters],
    queryFn: ({ pageParam, signal, client }) =>
      loadActivity(client, { ...asked(filters), limit: PAGE_ROWS, ...(pageParam && { cursor: pageParam }) }, signal),
    ...followCursor,
  });

/** The filters as the API takes them. */
export function asked({ who, side, action, from, to }: ActivityFilters) {
  return {
    ...(who && (side === "by" ? { actor: who } : { object: who })),
    ...(action && { action }),
    ...(from && { startDate: dayStart(from) }),
    ...(to && { endDate: dayEnd(to) }),
  };
}

/** The people whose name or address begins like this. */
export const peopleQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: ["users", "search", q],
    queryFn: ({ pageParam, signal }) => {
      const query = { q, limit: 5, ...(pageParam && { cursor: pageParam }) };
      return data(api.GET("/v1/autoScribe/users", { params: { query }, signal }));
    },
    ...nextCursor,
    enabled: q !== "",
  });

/** What one person or key is called. */
export const nameQuery = (id: string) =>
  queryOptions({
    queryKey: ["activity", "name", id],
    queryFn: async ({ client }) => (await loadNames(client, [id])).get(id) ?? null,
    staleTime: "static",
  });
