import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { delivery, webhook } from "../test/webhooks";
import { eventGroups, eventLabel, eventWords } from "./eventTypes";
import { emptyWebhook, webhookChange, webhookDraft, webhookFaults, webhookRequest } from "./webhookDraft";
import { answerWords, deliveryWord, localTime, sinceFault, webhookAdvice, webhookWord } from "./webhooks";

const DOCUMENT = "../../../docs/openapi.json";
const { schemas } = JSON.parse(readFileSync(new URL(DOCUMENT, import.meta.url), "utf8")).components;
const types = eventGroups.flatMap((group) => group.types.map(([type]) => type));

test("every type of event can be chosen once, and no other", () => {
  expect(types.length).toBeGreaterThan(20);
  expect([...types].sort()).toEqual([...schemas.EventTypeName.enum].sort());
  expect(new Set(types.map(eventLabel)).size).toBe(types.length);
});

test("every state and failure has words without a code", () => {
  for (const status of schemas.WebhookStatusName.enum) expect(webhookWord(webhook({ status })).text).toMatch(/^[A-Z]/);
  for (const status of schemas.DeliveryStateName.enum)
    expect(deliveryWord(delivery({ status })).text).toMatch(/^[A-Z]/);
  for (const failure of schemas.SendFailureName.enum) {
    expect(answerWords(delivery({ failure, statusCode: null }))).toMatch(/^[A-Z][^_]+$/);
  }
  for (const disabledReason of schemas.DisabledReasonName.enum) {
    expect(webhookAdvice(webhook({ status: "disabled", disabledReason }))).toMatch(/enable the webhook again\.$/);
  }
});

test("a webhook that works needs no advice, and neither does one that was ended", () => {
  expect(webhookAdvice(webhook())).toBeNull();
  expect(webhookAdvice(webhook({ status: "ended", failingSince: "2026-11-26T09:00:00.000Z" }))).toBeNull();
});

test("a few kinds of events are named, and more are counted", () => {
  expect(eventWords(null)).toBe("All events");
  expect(eventWords(["user.updated", "user.released"])).toBe("User changed, User released");
  expect(eventWords(types.slice(0, 4))).toBe("4 kinds of events");
  expect(eventLabel("user.newer")).toBe("user.newer");
});

test.each([
  ["https://pacs.example/hook", true],
  ["http://127.0.0.1:8080/hook", true],
  ["http://pacs.example/hook", false],
  ["pacs.example", false],
  ["", false],
])("the address %j is taken: %s", (url, taken) => {
  expect(webhookFaults({ ...emptyWebhook, url, description: "PACS" }).has("url")).toBe(!taken);
});

test("a description is needed, and has 200 characters at most", () => {
  const faults = (description: string) => webhookFaults({ ...emptyWebhook, url: "https://pacs.example", description });
  expect(faults("  ").get("description")).toBe("Enter what the webhook is for.");
  expect(faults("é".repeat(201)).get("description")).toBe("Use 200 characters at most.");
  expect(faults("é".repeat(200)).size).toBe(0);
});

test("what was chosen counts only while some events are chosen", () => {
  const draft = {
    ...emptyWebhook,
    url: " https://pacs.example ",
    description: " PACS ",
    eventTypes: types.slice(0, 2),
  };
  expect(webhookRequest(draft)).toEqual({ url: "https://pacs.example", description: "PACS" });
  expect(webhookRequest({ ...draft, some: true })).toHaveProperty("eventTypes", types.slice(0, 2));
  expect(webhookFaults({ ...draft, some: true, eventTypes: [] }).has("eventTypes")).toBe(true);
});

test("a change has only what is different", () => {
  const before = webhookDraft(webhook({ eventTypes: ["user.updated", "user.released"] }));
  const reordered = { ...before, eventTypes: [...before.eventTypes].reverse() };
  expect(webhookChange(before, reordered)).toEqual({});
  expect(webhookChange(before, { ...before, some: false })).toEqual({ eventTypes: null });
  expect(webhookChange(before, { ...before, description: "HR" })).toEqual({ description: "HR" });
});

test("a time of the last 30 days can be entered as the field writes it", () => {
  const now = new Date(2026, 10, 30, 12, 0);
  expect(localTime(now)).toBe("2026-11-30T12:00");
  expect(sinceFault("2026-11-30T12:00", now)).toBeNull();
  expect(sinceFault("2026-11-30T12:01", now)).toBe("Enter a time that has passed.");
  expect(sinceFault("2026-10-30T12:00", now)).toBe("Enter a time within the last 30 days.");
  expect(sinceFault("", now)).toBe("Enter a day and a time.");
});
