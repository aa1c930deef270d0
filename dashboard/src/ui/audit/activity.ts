import type { QueryClient } from "@tanstack/react-query";
import { api, data } from "../../api/client";
import type { paths } from "../../api/schema";
import { type AuditEvent, actorName, auditSentence, idsIn } from "../../rules/audit";
import { type Change, changesOf } from "../../rules/auditChanges";
import { loadNames } from "../person/names";

/** An audit record in words. */
export type Activity = { event: AuditEvent; sentence: string; actor: string; changes: Change[] };

type Query = NonNullable<paths["/v1/auditEvents"]["get"]["parameters"]["query"]>;

/** One page of records, newest first, with every name in them. */
export async function loadActivity(queries: QueryClient, query: Query, signal: AbortSignal) {
  const found = await data(api.GET("/v1/auditEvents", { params: { query }, signal }));
  const names = await loadNames(queries, found.auditEvents.flatMap(idsIn));
  const rows: Activity[] = found.auditEvents.map((event) => ({
    event,
    sentence: auditSentence(event, names),
    actor: actorName(event, names),
    changes: changesOf(event),
  }));
  return { ...found, rows };
}
