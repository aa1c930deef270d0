import type { Schemas } from "../api/client";

const olu = "usr_0192aaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/** A webhook that works and was never rotated. */
export function webhook(change: Partial<Schemas["WebhookEndpointView"]> = {}) {
  return {
    webhookEndpointId: "whk_0192aaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    url: "https://pacs.example/autoscribe",
    description: "Harbor PACS",
    eventTypes: null,
    status: "active",
    verifiedAt: "2026-11-20T09:30:10.000Z",
    failingSince: null,
    needsRotation: false,
    secrets: [{ madeBy: olu, madeAt: "2026-11-20T09:30:00.000Z", endsAt: null }],
    replay: null,
    createdBy: olu,
    createdByName: "Olu Adeyemi",
    createdAt: "2026-11-20T09:30:00.000Z",
    ...change,
  } satisfies Schemas["WebhookEndpointView"];
}

export const webhookPath = `/webhooks/${webhook().webhookEndpointId}`;
export const secret = `whsec_${"a".repeat(43)}=`;

/** A page of webhooks. */
export function webhookList(webhookEndpoints: unknown[], hasMore = false) {
  return { webhookEndpoints, cursor: hasMore ? "next" : null, hasMore };
}

/** A delivery that arrived. */
export function delivery(change: Partial<Schemas["WebhookDeliveryView"]> = {}) {
  return {
    deliveryId: "whd_0192bbbbbbbbbbbbbbbbbbbbbbbbbbbb",
    eventId: "whe_0192bbbbbbbbbbbbbbbbbbbbbbbbbbbb",
    type: "user.updated",
    eventAt: "2026-11-27T09:00:00.000Z",
    status: "delivered",
    attempts: 1,
    statusCode: 204,
    lastAttemptAt: "2026-11-27T09:00:01.000Z",
    nextAttemptAt: null,
    createdAt: "2026-11-27T09:00:00.000Z",
    ...change,
  } satisfies Schemas["WebhookDeliveryView"];
}

/** A challenge that was not answered yet. */
export const challenge = delivery({
  deliveryId: "whd_0192cccccccccccccccccccccccccccc",
  eventId: "whe_0192cccccccccccccccccccccccccccc",
  type: "webhook.challenge",
  status: "pending",
  attempts: 0,
  statusCode: null,
  lastAttemptAt: null,
  nextAttemptAt: "2026-11-27T09:00:00.000Z",
});

/** A page of deliveries. */
export function deliveryList(deliveries: unknown[], hasMore = false) {
  return { deliveries, cursor: hasMore ? "next" : null, hasMore };
}
