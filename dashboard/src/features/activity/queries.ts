import { infiniteQueryOptions, type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, data } from "../../api/client";
import { followCursor, PAGE_ROWS } from "../../api/list";
import { loadNames } from "../../api/names";
import { type AuditEvent, actorName, auditSentence, idsIn } from "../../rules/audit";
import { type Change, changesOf } from "../../rules/auditChanges";
import { dayEnd, dayStart } from "../../rules/days";
import type { ActivityFilters } from "./filters";

/** An audit record in words. */
export type Activity = { event: AuditEvent; sentence: string; actor: string; changes: Change[] };

export const activityQuery = (filters: ActivityFilters) =>
  infiniteQueryOptions({
    queryKey: ["activity", filters],
    queryFn: ({ pageParam, signal, client }) =>
      loadActivity(client, filters, { limit: PAGE_ROWS, cursor: pageParam, signal }),
    ...followCursor,
  });

/** One page of records, with every name in them. */
export async function loadActivity(
  queries: QueryClient,
  filters: ActivityFilters,
  page: { limit: number; cursor?: string | undefined; signal: AbortSignal },
) {
  const { who, side, action, from, to } = filters;
  const query = {
    limit: page.limit,
    ...(page.cursor && { cursor: page.cursor }),
    ...(who && (side === "by" ? { actor: who } : { object: who })),
    ...(action && { action }),
    ...(from && { startDate: dayStart(from) }),
    ...(to && { endDate: dayEnd(to) }),
  };
  const found = await data(api.GET("/v1/auditEvents", { params: { query }, signal: page.signal }));
  const names = await loadNames(queries, found.auditEvents.flatMap(idsIn));
  const rows: Activity[] = found.auditEvents.map((event) => ({
    event,
    sentence: auditSentence(event, names),
    actor: actorName(event, names),
    changes: changesOf(event),
  }));
  return { ...found, rows };
}

/** The people whose name or address begins like this. */
export const peopleQuery = (q: string) =>
  queryOptions({
    queryKey: ["users", "search", q],
    queryFn: ({ signal }) => {
      const query = { q, limit: 5 };
      return data(api.GET("/v1/autoScribe/users", { params: { query }, signal }));
    },
    enabled: q !== "",
  });

/** What one person or key is called. */
export const nameQuery = (id: string) =>
  queryOptions({
    queryKey: ["activity", "name", id],
    queryFn: async ({ client }) => (await loadNames(client, [id])).get(id) ?? null,
    staleTime: "static",
  });
