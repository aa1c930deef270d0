import type { Action } from "./audit";
import { disabled, requested } from "./auditDetails";

/** What the service records about webhooks. */
export const webhookActions: Record<string, Action> = {
  "webhook.created": { words: "Created a webhook", sentence: ({ who, what }) => `${who} created ${what}` },
  "webhook.changed": { words: "Changed a webhook", sentence: ({ who, what }) => `${who} changed ${what}` },
  "webhook.rotated": {
    words: "Rotated the secret of a webhook",
    sentence: ({ who, what }) => `${who} made a new secret for ${what}`,
  },
  "webhook.verified": {
    words: "Verified a webhook",
    sentence: ({ what }) => `The receiver of ${what} answered its challenge`,
  },
  "webhook.delivery_requested": {
    words: "Asked for a delivery to a webhook",
    sentence: ({ who, what, event }) => `${who} sent ${requested[event.detail ?? ""] ?? "something"} to ${what}`,
  },
  "webhook.disabled": {
    words: "Disabled a webhook",
    sentence: ({ who, what, event }) =>
      `${who} disabled ${what}, because its receiver ${disabled[event.detail ?? ""] ?? "failed"}`,
  },
  "webhook.ended": { words: "Ended a webhook", sentence: ({ who, what }) => `${who} ended ${what}` },
};
