import type { Schemas } from "../api/client";

/** An API key that works and was never rotated. */
export function apiKey(change: Partial<Schemas["ApiKeyView"]> = {}) {
  return {
    apiKeyId: "0192eeee-eeee-7eee-8eee-eeeeeeeeeeee",
    description: "PACS Riverside",
    scopes: ["users:read", "users:write", "access:issue"],
    accessScope: "all",
    embedOrigins: ["https://pacs.example"],
    createdBy: "usr_0192aaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    createdByName: "Olu Adeyemi",
    createdAt: "2026-11-20T09:30:00.000Z",
    lastUsedAt: "2026-11-24T09:00:00.000Z",
    expiresAt: null,
    status: "active",
    secrets: [
      {
        madeAt: "2026-11-20T09:30:00.000Z",
        madeBy: "usr_0192aaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        endsAt: null,
        lastUsedAt: "2026-11-24T09:00:00.000Z",
      },
    ],
    ...change,
  } satisfies Schemas["ApiKeyView"];
}

/** A page of keys. */
export function keyList(apiKeys: unknown[], hasMore = false) {
  return { apiKeys, cursor: hasMore ? "next" : null, hasMore };
}
