import type { QueryClient } from "@tanstack/react-query";
import { api, data } from "../../api/client";
import { fullName } from "../../rules/names";

/** Names by the id that the API gives: `usr_...` and `inv_...` for people, `key:...` for API keys, `whk_...` for webhooks. */
export type Names = ReadonlyMap<string, string>;

const AT_ONCE = 20;

/**
 * Looks up who or what these ids are. A name is asked for once and kept, because lists repeat the same few people.
 * An id without an answer is left out, since a list is useful without it.
 */
export async function loadNames(queries: QueryClient, ids: Iterable<string>): Promise<Names> {
  const wanted = [...new Set(ids)];
  const names = new Map<string, string>();
  for (let from = 0; from < wanted.length; from += AT_ONCE) {
    await Promise.all(
      wanted.slice(from, from + AT_ONCE).map(async (id) => {
        const name = await loadName(queries, id);
        if (name) names.set(id, name);
      }),
    );
  }
  return names;
}

/** Forgets a name, after the person got another one. */
export function forgetName(queries: QueryClient, id: string): void {
  queries.removeQueries({ queryKey: ["names", id] });
}

async function loadName(queries: QueryClient, id: string): Promise<string | null> {
  const kept = { staleTime: "static" as const, retry: false };
  try {
    if (id.startsWith("key:")) {
      const keys = await queries.fetchQuery({ queryKey: ["names", "keys"], queryFn: loadKeyNames, ...kept });
      return keys.get(id) ?? null;
    }
    if (id.startsWith("whk_")) {
      const webhooks = await queries.fetchQuery({
        queryKey: ["names", "webhooks"],
        queryFn: loadWebhookNames,
        ...kept,
      });
      return webhooks.get(id) ?? null;
    }
    return await queries.fetchQuery({ queryKey: ["names", id], queryFn: () => loadPersonName(id), ...kept });
  } catch {
    return null;
  }
}

async function loadPersonName(id: string): Promise<string> {
  const person = id.startsWith("inv_")
    ? api.GET("/v1/autoScribe/users/invitations/{invitationId}", { params: { path: { invitationId: id } } })
    : api.GET("/v1/autoScribe/users/{userId}", { params: { path: { userId: id } } });
  return fullName(await data<Parameters<typeof fullName>[0]>(person));
}

/** The descriptions of the clinic's keys, revoked ones included. */
async function loadKeyNames(): Promise<Names> {
  const names = new Map<string, string>();
  let cursor: string | null | undefined;
  do {
    const query = { limit: 100, ...(cursor && { cursor }) };
    const page = await data(api.GET("/v1/apiKeys", { params: { query } }));
    for (const key of page.apiKeys) names.set(`key:${key.apiKeyId}`, key.description);
    cursor = page.hasMore ? page.cursor : null;
  } while (cursor);
  return names;
}

/** The descriptions of the clinic's webhooks. Those that were ended are listed for a while. */
async function loadWebhookNames(): Promise<Names> {
  const page = await data(api.GET("/v1/webhookEndpoints", { params: { query: { limit: 100 } } }));
  return new Map(page.webhookEndpoints.map((one) => [one.webhookEndpointId, one.description]));
}
