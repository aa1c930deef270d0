import { infiniteQueryOptions } from "@tanstack/react-query";
import { api, data, type Schemas } from "../../api/client";
import { followCursor, PAGE_ROWS } from "../../api/list";

export type ApiKey = Schemas["ApiKeyView"];
export type NewApiKey = Schemas["NewApiKeyView"];

export const keysQuery = infiniteQueryOptions({
  queryKey: ["keys", "list"],
  queryFn: ({ pageParam, signal }) => {
    const query = { limit: PAGE_ROWS, ...(pageParam && { cursor: pageParam }) };
    return data(api.GET("/v1/apiKeys", { params: { query }, signal }));
  },
  ...followCursor,
});

const path = (key: ApiKey) => ({ params: { path: { apiKeyId: key.apiKeyId } } });

// Creating and rotating have no Idempotency-Key: an answer with a secret is never kept for a repeat.

export function createKey(body: Schemas["ApiKeyRequest"]): Promise<NewApiKey> {
  return data(api.POST("/v1/apiKeys", { body }));
}

export function rotateKey(key: ApiKey, overlapHours: number): Promise<NewApiKey> {
  return data(api.POST("/v1/apiKeys/{apiKeyId}/rotate", { ...path(key), body: { overlapHours } }));
}

export async function revokeKey(key: ApiKey): Promise<void> {
  await data(api.POST("/v1/apiKeys/{apiKeyId}/revoke", path(key)));
}
