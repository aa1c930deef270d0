import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { openAccept } from "../test/accept";
import { problem } from "../test/api";
import { shownHeading, step, text } from "../test/entry";

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

test("a request for a new link that failed can be sent again", async () => {
  const answers = [problem(503, "unavailable", "Try again soon."), { status: 202, body: { told: true } }];
  const { person } = openAccept({
    "POST /v1/invitation/lookup": expired({ canRequestNew: true }),
    "POST /v1/invitation/request-new": () => answers.shift() ?? { status: 500 },
  });
  await step("This invitation has expired");
  await person.click(screen.getByRole("button", { name: "Request a new link" }));
  await step("The request was not sent");
  expect(text()).toContain("Try again soon.Request ID req-1");
  await person.click(screen.getByRole("button", { name: "Try again" }));
  await step("Request sent");
});

test("an expired invitation of a clinic that no one manages offers no request", async () => {
  openAccept({ "POST /v1/invitation/lookup": expired({ clinicName: "Riverside Imaging", canRequestNew: false }) });
  await step("has expired");
  expect(text()).toContain("Ask the person who invited you for a new one.");
  expect(screen.queryByRole("button")).toBeNull();
  expect(sessionStorage.getItem("invitation")).toBeNull();
});

test("an invitation whose granter may no longer invite asks the clinic for a new link", async () => {
  const { person } = openAccept({ "POST /v1/invitation/accept": problem(409, "inviter_not_authorized", "RAW") });
  await step("Join");
  await person.click(screen.getByRole("button", { name: "Confirm" }));
  await step("This invitation to Riverside Imaging can't be confirmed");
  expect(screen.getByRole("button", { name: "Request a new link" })).toBeTruthy();
  location.hash = "confirm";
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(shownHeading().textContent).toContain("can't be confirmed");
});
