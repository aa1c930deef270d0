import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, data, type Schemas } from "../../api/client";
import { followCursor, PAGE_ROWS } from "../../api/list";
import { Problem } from "../../api/problem";
import type { Delivery, Webhook } from "../../rules/webhooks";
import type { DeliveryFilters } from "./filters";

export type NewWebhook = Schemas["NewWebhookEndpointView"];
/** A webhook with its newest delivery. Null if it has none, undefined if it could not be read. */
export type ListedWebhook = Webhook & { last: Delivery | null | undefined };

/** Names everything that the pages read, to read it again. */
export const webhooksKey = ["webhooks"];

export const webhooksQuery = infiniteQueryOptions({
  queryKey: [...webhooksKey, "list"],
  queryFn: async ({ pageParam, signal }) => {
    const page = await loadPage(pageParam, signal);
    const webhooks = await Promise.all(
      page.webhookEndpoints.map(async (one) => ({ ...one, last: await loadLast(one, signal) })),
    );
    return { ...page, webhooks };
  },
  ...followCursor,
});

function loadPage(cursor: string | undefined, signal: AbortSignal) {
  const query = { limit: PAGE_ROWS, ...(cursor && { cursor }) };
  return data(api.GET("/v1/webhookEndpoints", { params: { query }, signal }));
}

/** The newest delivery of a webhook that was not ended. The list is useful without it. */
async function loadLast(webhook: Webhook, signal: AbortSignal): Promise<Delivery | null | undefined> {
  if (webhook.status === "ended") return null;
  const params = { ...path(webhook), query: { limit: 1 } };
  try {
    const page = await data(api.GET("/v1/webhookEndpoints/{webhookEndpointId}/deliveries", { params, signal }));
    return page.deliveries[0] ?? null;
  } catch {
    return undefined;
  }
}

/** One webhook. The API only lists them, and a clinic has few. */
export const webhookQuery = (webhookId: string) =>
  queryOptions({
    queryKey: [...webhooksKey, "one", webhookId],
    queryFn: async ({ signal }): Promise<Webhook> => {
      let cursor: string | undefined;
      do {
        const page = await loadPage(cursor, signal);
        const found = page.webhookEndpoints.find((one) => one.webhookEndpointId === webhookId);
        if (found) return found;
        cursor = page.hasMore ? (page.cursor ?? undefined) : undefined;
      } while (cursor);
      throw new Problem(404, { code: "webhook_not_found", detail: "This webhook does not exist." });
    },
  });

export const deliveriesQuery = (webhookId: string, { show }: DeliveryFilters) =>
  infiniteQueryOptions({
    queryKey: [...webhooksKey, "deliveries", webhookId, show ?? "all"],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE_ROWS, ...(show && { status: show }), ...(pageParam && { cursor: pageParam }) };
      const params = { path: { webhookEndpointId: webhookId }, query };
      return data(api.GET("/v1/webhookEndpoints/{webhookEndpointId}/deliveries", { params, signal }));
    },
    ...followCursor,
  });

const path = (webhook: Webhook) => ({ path: { webhookEndpointId: webhook.webhookEndpointId } });

// Creating and rotating have no Idempotency-Key: an answer with a secret is never kept for a repeat.

export function createWebhook(body: Schemas["WebhookEndpointRequest"]): Promise<NewWebhook> {
  return data(api.POST("/v1/webhookEndpoints", { body }));
}

export function changeWebhook(webhook: Webhook, body: Schemas["WebhookChangeRequest"]): Promise<Webhook> {
  return data(api.PATCH("/v1/webhookEndpoints/{webhookEndpointId}", { params: path(webhook), body }));
}

export function rotateWebhook(webhook: Webhook, overlapHours: number): Promise<NewWebhook> {
  const body = { overlapHours };
  return data(api.POST("/v1/webhookEndpoints/{webhookEndpointId}/rotate", { params: path(webhook), body }));
}

export function verifyWebhook(webhook: Webhook): Promise<Delivery> {
  return data(api.POST("/v1/webhookEndpoints/{webhookEndpointId}/verify", { params: path(webhook) }));
}

export function testWebhook(webhook: Webhook): Promise<Delivery> {
  return data(api.POST("/v1/webhookEndpoints/{webhookEndpointId}/test", { params: path(webhook) }));
}

export async function endWebhook(webhook: Webhook): Promise<void> {
  await data(api.POST("/v1/webhookEndpoints/{webhookEndpointId}/end", { params: path(webhook) }));
}

/** Sends one delivery again, or every event since a time. */
export async function redeliver(webhook: Webhook, body: { deliveryId: string } | { since: string }): Promise<void> {
  await data(api.POST("/v1/webhookEndpoints/{webhookEndpointId}/redeliver", { params: path(webhook), body }));
}
