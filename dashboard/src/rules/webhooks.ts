import type { Schemas } from "../api/client";
import type { Word } from "./words";

export type Webhook = Schemas["WebhookEndpointView"];
export type Delivery = Schemas["WebhookDeliveryView"];

/** The state of a webhook as a word. */
export function webhookWord(webhook: Webhook): Word {
  switch (webhook.status) {
    case "pending":
      return { text: "Waiting for its challenge", tone: "wait" };
    case "active":
      return webhook.failingSince ? { text: "Failing", tone: "bad" } : { text: "Working", tone: "good" };
    case "disabled":
      return { text: "Disabled", tone: "bad" };
    case "ended":
      return { text: "Ended", tone: "plain" };
  }
}

/** What to know or to do about a webhook that does not work. `challenge` is the newest one, if it is known. */
export function webhookAdvice(webhook: Webhook, challenge?: Delivery | null): string | null {
  const outcome = challenge && answerWords(challenge);
  if (webhook.status === "pending" && outcome) {
    return `The receiver did not answer the challenge. ${outcome}. Check the receiver, then send the challenge again.`;
  }
  if (webhook.status === "pending") {
    return "AutoScribe is sending the receiver a challenge. The webhook works once the receiver answers it.";
  }
  if (webhook.status === "disabled" && webhook.disabledReason === "gone") {
    return "The receiver answered 410: it wants no more events. If that was a mistake, fix the receiver, then enable the webhook again.";
  }
  if (webhook.status === "disabled" && !webhook.failingSince) {
    return "The receiver did not answer the challenge at its new address for three days. Fix the receiver, then enable the webhook again.";
  }
  if (webhook.status === "disabled") {
    return "The receiver failed for five days. Fix the receiver, then enable the webhook again.";
  }
  if (webhook.status === "active" && webhook.failingSince) {
    return "The receiver does not take deliveries. AutoScribe tries again less and less often, and disables the webhook after five days. Check the receiver. Once it works, send it a challenge, so that events go out at once.";
  }
  return null;
}

/** Whether nothing is known yet of the answer to this delivery. */
export function isOnItsWay(delivery: Delivery): boolean {
  return delivery.status === "pending" && delivery.attempts === 0;
}

const failures: Record<Schemas["SendFailureName"], string> = {
  name_not_resolved: "Its domain name was not found",
  address_not_public: "Its domain name leads to an address that is not public",
  unreachable: "It could not be reached",
  timed_out: "It did not answer in 10 seconds",
  broken_off: "The connection broke off",
  challenge_not_answered: "Its answer did not repeat the challenge",
  secret_unavailable: "AutoScribe no longer has the secret. Rotate the secret",
};

/** How the receiver answered the last attempt. Null if there was none. */
export function answerWords({ statusCode, failure }: Delivery): string | null {
  if (failure) return failures[failure];
  return statusCode ? `It answered ${statusCode}` : null;
}

/** The state of a delivery as a word. */
export function deliveryWord(delivery: Delivery): Word {
  switch (delivery.status) {
    case "pending":
      return { text: delivery.attempts > 0 ? "Will be tried again" : "Waiting", tone: "wait" };
    case "delivered":
      return { text: "Delivered", tone: "good" };
    case "failed":
      return { text: "Failed", tone: "bad" };
    case "canceled":
      return { text: "Not sent", tone: "plain" };
  }
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** How long deliveries are kept. */
const KEPT_DAYS = 30;

/** A time as a field for date and time writes it, in the reader's zone: 2026-12-01T09:30. */
export function localTime(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** What is wrong with the time since which events are sent again. */
export function sinceFault(since: string, now = new Date()): string | null {
  const at = Date.parse(since);
  if (Number.isNaN(at)) return "Enter a day and a time.";
  if (at > now.getTime()) return "Enter a time that has passed.";
  return at < now.getTime() - KEPT_DAYS * DAY_MS ? `Enter a time within the last ${KEPT_DAYS} days.` : null;
}
