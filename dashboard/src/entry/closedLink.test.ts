import { screen } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { openAccept, withDashboard } from "../test/accept";
import { type Answer, inTurn, problem } from "../test/api";
import { PASSWORD, shownHeading, step, text } from "../test/entry";
import { lookup } from "../test/lookup";
import { troubles } from "../test/troubles";

const expired = (change: Record<string, unknown>) => problem(410, "invitation_expired", "RAW", change);

test("an expired invitation names the clinic, and asks it for a new link", async () => {
  const { person, sent } = openAccept({
    "POST /v1/invitation/lookup": expired({ clinicName: "Riverside Imaging", canRequestNew: true }),
    "POST /v1/invitation/request-new": { status: 202, body: { told: true } },
  });
  await step("This invitation to Riverside Imaging has expired");
  expect(sessionStorage.getItem("invitation")).toBe("abc.DEF-1_2");
  await person.click(screen.getByRole("button", { name: "Request a new link" }));
  await step("Request sent");
  expect(text()).toContain("We have emailed the clinic.");
  expect(sent.at(-1)?.body).toEqual({ token: "abc.DEF-1_2" });
  expect(sessionStorage.getItem("invitation")).toBeNull();
});

test.each([{ told: false }, {}])("an answer of %j is not taken for a yes", async (body) => {
  const { person } = openAccept({
    "POST /v1/invitation/lookup": expired({ clinicName: "Riverside Imaging", canRequestNew: true }),
    "POST /v1/invitation/request-new": { status: 202, body },
  });
  await step("has expired");
  await person.click(screen.getByRole("button", { name: "Request a new link" }));
  await step("No one was notified");
  expect(text()).not.toContain("We have emailed");
});

test.each(troubles)("%s, a new link is not requested, and can be requested again", async (_, answer, words) => {
  const { person } = openAccept({
    "POST /v1/invitation/lookup": expired({ canRequestNew: true }),
    "POST /v1/invitation/request-new": inTurn(answer, { status: 202, body: { told: true } }),
  });
  await step("This invitation has expired");
  await person.click(screen.getByRole("button", { name: "Request a new link" }));
  await step("The request was not sent");
  expect(text()).toContain(words);
  await person.click(screen.getByRole("button", { name: "Try again" }));
  await step("Request sent");
});

const clinicName = "Riverside Imaging";
const closings: [string, Answer, RegExp, boolean][] = [
  ["no longer works", problem(404, "token_invalid", "RAW"), /^This link no longer works$/, false],
  ["has expired", expired({ clinicName, canRequestNew: true }), /Riverside Imaging has expired$/, true],
  ["has expired where no one manages", expired({ clinicName, canRequestNew: false }), /has expired$/, false],
  ["has expired and says no more", expired({}), /has expired$/, false],
  ["has a granter who left", problem(409, "inviter_not_authorized", "RAW"), /can't be confirmed$/, true],
];

describe.each([
  ["lookup", null],
  ["accept", "Confirm"],
  ["reject", "Decline invitation"],
])("at %s, a link", (action, button) => {
  test.each(closings)("that %s says so and leads on", async (_, answer, title, canAsk) => {
    const { person } = openAccept({
      "POST /v1/invitation/lookup": lookup(withDashboard),
      [`POST /v1/invitation/${action}`]: answer,
    });
    if (button) {
      await step("Join");
      await person.type(screen.getByLabelText("Choose a password"), PASSWORD);
      if (action === "reject") location.hash = "decline";
      await person.click(await screen.findByRole("button", { name: button }));
    }
    await step(title);
    expect(text()).not.toContain("RAW");
    expect(screen.queryAllByRole("button", { name: "Request a new link" })).toHaveLength(canAsk ? 1 : 0);
    expect(sessionStorage.getItem("invitation")).toBe(canAsk ? "abc.DEF-1_2" : null);
    expect(document.getElementById("password")).toHaveProperty("value", "");
  });
});

test("a link that was closed stays closed when the address names a step", async () => {
  const { person } = openAccept({ "POST /v1/invitation/accept": problem(409, "inviter_not_authorized", "RAW") });
  await step("Join");
  await person.click(screen.getByRole("button", { name: "Confirm" }));
  await step("This invitation to Riverside Imaging can't be confirmed");
  location.hash = "confirm";
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(shownHeading().textContent).toContain("can't be confirmed");
});
