import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { openAccept } from "../test/accept";
import { inTurn } from "../test/api";
import { step, text } from "../test/entry";
import { lookup } from "../test/lookup";
import { troubles } from "../test/troubles";

test("the invitation shows who invites, the person, the NPI, what they can do, and until when in their zone", async () => {
  openAccept({});
  await step("Join Riverside Imaging");
  expect(text()).toContain("Olu Adeyemi invites you to join Riverside Imaging on AutoScribe");
  expect(text()).toContain("Anna Hale");
  expect(text()).toContain("1234567893Verified");
  expect(text()).toContain("Dictate and create radiology reports");
  expect(text()).toContain("You'll work inside your PACS.");
  const until = document.querySelector("time");
  expect(until?.dateTime).toBe("2099-12-03T18:35:00.000Z");
  expect(until?.textContent).toMatch(/^\d+ Dec 2099, \d\d:35 \S+$/);
});

test.each([
  ["pending", "Being verified"],
  ["name_mismatch", "Registered under another name"],
  ["not_found", "Not in the national registry"],
  ["deactivated", "Deactivated in the national registry"],
] as const)("an NPI that is %s says so, with or without its number", async (npiVerification, note) => {
  const { npiNumber: _, ...unnumbered } = lookup({ npiVerification });
  openAccept({ "POST /v1/invitation/lookup": unnumbered });
  await step("Join");
  expect(text()).toContain(`NPI${note}`);
});

test("a person without an NPI, invited by a PACS, reads about neither", async () => {
  openAccept({ "POST /v1/invitation/lookup": lookup({ inviter: null, npiVerification: "not_required" }) });
  await step("Join");
  expect(text()).toContain("You are invited to join");
  expect(text()).not.toContain("NPI");
});

test("a slow answer shows that the page is at work", async () => {
  openAccept({
    "POST /v1/invitation/lookup": async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return { status: 200, body: lookup() };
    },
  });
  await step("Opening your invitation…");
  await step("Join");
});

test("a link that was used already says so", async () => {
  openAccept({ "POST /v1/invitation/lookup": lookup({ status: "accepted" }) });
  await step("You have already joined Riverside Imaging");
  expect(text()).toContain("Studies can now be assigned to you.");
});

test.each(troubles)("%s, the page says so, and opens the invitation after", async (_, answer, words) => {
  const { person } = openAccept({
    "POST /v1/invitation/lookup": inTurn(answer, { status: 200, body: lookup() }),
  });
  await step("Your invitation did not open");
  expect(text()).toContain(words);
  await person.click(screen.getByRole("button", { name: "Try again" }));
  await step("Join");
});
