import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { openAccept } from "../test/accept";
import { inTurn, problem } from "../test/api";
import { step, text } from "../test/entry";
import { lookup } from "../test/lookup";
import { troubles } from "../test/troubles";

test("an invitation is declined with a reason on one line, and Back leads back", async () => {
  const { person, sent } = openAccept({ "POST /v1/invitation/reject": { success: true, message: "RAW" } });
  await step("Join");
  location.hash = screen.getByRole<HTMLAnchorElement>("link", { name: "Decline" }).hash;
  await step("Decline this invitation?");
  location.hash = screen.getByRole<HTMLAnchorElement>("link", { name: "Back" }).hash;
  await step("Join");
  location.hash = "decline";
  await step("Decline this invitation?");
  await person.type(screen.getByLabelText("Reason (optional)"), "I moved\nto another clinic");
  await person.click(screen.getByRole("button", { name: "Decline invitation" }));
  await step("Invitation declined");
  expect(sent.at(-1)?.body).toEqual({ token: "abc.DEF-1_2", reason: "I moved to another clinic" });
  expect(text()).toContain("Riverside Imaging will see that you declined");
  expect(location.hash).toBe("");
  expect(sessionStorage.getItem("invitation")).toBeNull();
});

test("an invitation that was accepted meanwhile is not declined", async () => {
  let accepted = false;
  const { person } = openAccept({
    "POST /v1/invitation/lookup": () => ({ status: 200, body: lookup({ status: accepted ? "accepted" : "sent" }) }),
    "POST /v1/invitation/reject": () => {
      accepted = true;
      return problem(409, "invitation_accepted", "RAW");
    },
  });
  await step("Join");
  location.hash = "decline";
  await step("Decline this invitation?");
  await person.click(screen.getByRole("button", { name: "Decline invitation" }));
  await step("You have already joined Riverside Imaging");
});

const tooLong = [{ field: "reason", code: "reason_invalid", detail: "RAW" }];

test.each([
  ...troubles,
  ["after a change at the same moment", problem(409, "conflict", "RAW"), "Something else changed at the same moment."],
  ["with a reason that is too long", problem(422, "reason_invalid", "RAW", { errors: tooLong }), "500 characters."],
])("%s, the form says so, keeps the reason, and works again", async (_, answer, words) => {
  const { person } = openAccept({
    "POST /v1/invitation/reject": inTurn(answer, { status: 200, body: { success: true, message: "RAW" } }),
  });
  await step("Join");
  location.hash = "decline";
  await step("Decline this invitation?");
  const reason = screen.getByLabelText("Reason (optional)");
  await person.type(reason, "I moved");
  const decline = screen.getByRole("button", { name: "Decline invitation" });
  await person.click(decline);
  await waitFor(() => expect(text()).toContain(words));
  expect(document.activeElement?.matches("[aria-invalid=true], [role=alert]")).toBe(true);
  expect(text()).not.toContain("RAW");
  expect(reason).toHaveProperty("value", "I moved");
  await person.click(decline);
  await step("Invitation declined");
});
