import type { Schemas } from "../api/client";
import { type EventType, eventGroups } from "./eventTypes";
import type { Faults } from "./personFaults";
import type { Webhook } from "./webhooks";

/** A webhook as the form holds it while someone types. */
export type WebhookDraft = {
  url: string;
  description: string;
  /** Whether it gets only some kinds of events. What was chosen stays while it gets all. */
  some: boolean;
  eventTypes: EventType[];
};

export const emptyWebhook: WebhookDraft = { url: "", description: "", some: false, eventTypes: [] };

export const webhookLabels: Record<"url" | "description" | "eventTypes", string> = {
  url: "Address of the receiver",
  description: "Description",
  eventTypes: "Events",
};

export function webhookDraft({ url, description, eventTypes }: Webhook): WebhookDraft {
  return { url, description, some: Boolean(eventTypes), eventTypes: eventTypes ?? [] };
}

/** What can be checked without asking the API. */
export function webhookFaults(draft: WebhookDraft): Faults {
  const found: [keyof typeof webhookLabels, string | null][] = [
    ["url", isAddress(draft.url.trim()) ? null : "Enter an address such as https://pacs.example/autoscribe."],
    ["description", descriptionFault(draft.description.trim())],
    ["eventTypes", draft.some && draft.eventTypes.length === 0 ? "Choose at least one." : null],
  ];
  return new Map(found.filter((one): one is [keyof typeof webhookLabels, string] => one[1] !== null));
}

/** The API knows the whole rule. On a developer's machine it takes a receiver of that machine too. */
function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === "https:" || (protocol === "http:" && hostname === "127.0.0.1");
}

function descriptionFault(text: string): string | null {
  if (!text) return "Enter what the webhook is for.";
  return [...text].length > 200 ? "Use 200 characters at most." : null;
}

/** The request that creates the webhook. */
export function webhookRequest(draft: WebhookDraft): Schemas["WebhookEndpointRequest"] {
  const eventTypes = typesOf(draft);
  return { url: draft.url.trim(), description: draft.description.trim(), ...(eventTypes && { eventTypes }) };
}

/** What a form changed. */
export function webhookChange(before: WebhookDraft, draft: WebhookDraft): Schemas["WebhookChangeRequest"] {
  const [old, next] = [webhookRequest(before), webhookRequest(draft)];
  const types = typesOf(draft);
  return {
    ...(next.url !== old.url && { url: next.url }),
    ...(next.description !== old.description && { description: next.description }),
    ...(JSON.stringify(types) !== JSON.stringify(typesOf(before)) && { eventTypes: types }),
  };
}

/** The chosen types in the order of the form. Null for all. */
function typesOf({ some, eventTypes }: WebhookDraft): EventType[] | null {
  const all = eventGroups.flatMap(({ types }) => types.map(([type]) => type));
  return some ? all.filter((type) => eventTypes.includes(type)) : null;
}
