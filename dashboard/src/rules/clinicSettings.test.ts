import { expect, test } from "vitest";
import { clinicChange, clinicDraft, clinicFaults } from "./clinicSettings";

const draft = clinicDraft({
  clinicId: "c",
  name: "Riverside Imaging",
  replyTo: null,
  invitationDays: 7,
  sessionIdleMinutes: 30,
  timeZone: "America/Chicago",
  invitationsPerDay: 500,
});

test.each([
  ["name", " ", true],
  ["name", "x".repeat(101), true],
  ["replyTo", "", false],
  ["replyTo", "office@clinic.example", false],
  ["replyTo", "office", true],
  ["invitationDays", "0", true],
  ["invitationDays", "1", false],
  ["invitationDays", "30", false],
  ["invitationDays", "31", true],
  ["invitationDays", "7.5", true],
  ["sessionIdleMinutes", "4", true],
  ["sessionIdleMinutes", " 5 ", false],
  ["sessionIdleMinutes", "60", false],
  ["sessionIdleMinutes", "61", true],
  ["sessionIdleMinutes", "", true],
])("%s %j is refused: %s", (field, value, refused) => {
  expect(clinicFaults({ ...draft, [field]: value }).has(field)).toBe(refused);
});

test("only what changed is sent", () => {
  expect(clinicChange(draft, { ...draft, name: "Riverside Imaging " })).toEqual({});
  expect(clinicChange(draft, { ...draft, invitationDays: "14", timeZone: "America/Denver" })).toEqual({
    invitationDays: 14,
    timeZone: "America/Denver",
  });
});

test("an empty reply address clears it", () => {
  const before = { ...draft, replyTo: "office@clinic.example" };
  expect(clinicChange(before, { ...before, replyTo: "" })).toEqual({ replyTo: null });
});
