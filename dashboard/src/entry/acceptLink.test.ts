import { screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { anna, openAccept, reader, withDashboard } from "../test/accept";
import { type Answer, problem, session } from "../test/api";
import { openEntryPage, PASSWORD, step } from "../test/entry";
import { lookup } from "../test/lookup";
import { startAccept } from "./acceptPage";

test.each(["/accept#token=abc.DEF-1_2", "/accept%23token=abc.DEF-1_2", "/accept%2523token%3Dabc.DEF-1_2"])(
  "the token of %s leaves the address and goes into the body",
  async (address) => {
    const { sent } = openAccept({}, address);
    await step("Join");
    expect(sent[0]?.body).toEqual({ token: "abc.DEF-1_2" });
    expect(location.href).toMatch(/\/accept$/);
  },
);

test("a reload finds the invitation again, until it is answered", async () => {
  const first = openAccept({ "POST /v1/invitation/accept": reader });
  await step("Join");
  const second = openEntryPage("accept", "/accept");
  startAccept();
  await step("Join");
  expect(first.sent.map((one) => one.body)).toEqual([{ token: "abc.DEF-1_2" }, { token: "abc.DEF-1_2" }]);
  await second.person.click(screen.getByRole("button", { name: "Confirm" }));
  await step("You have joined Riverside Imaging");
  openEntryPage("accept", "/accept");
  startAccept();
  await step("Open the link in your email");
});

test("a new link in the same tab opens its invitation", async () => {
  const { person, sent } = openAccept({ "POST /v1/invitation/lookup": lookup(withDashboard) });
  await step("Join");
  const field = screen.getByLabelText("Choose a password");
  await person.type(field, PASSWORD);
  location.hash = "token=second";
  await waitFor(() => expect(sent[1]?.body).toEqual({ token: "second" }));
  expect(field).toHaveProperty("value", "");
  expect(location.hash).toBe("");
});

test("the answer of a link that another one replaced in the tab is not shown", async () => {
  let answerFirst = (_: Answer) => {};
  openAccept({
    "POST /v1/invitation/lookup": ({ body }) =>
      (body as { token: string }).token === "second"
        ? { status: 200, body: lookup({ clinicName: "Second Clinic" }) }
        : new Promise((resolve) => {
            answerFirst = resolve;
          }),
  });
  location.hash = "token=second";
  await step("Join Second Clinic");
  answerFirst({ status: 200, body: lookup() });
  await new Promise((resolve) => setTimeout(resolve, 50));
  await step("Join Second Clinic");
});

test.each([
  ["confirmed", "accept", { status: 200, body: { ...reader, hasDashboardAccess: true } }],
  ["refused", "accept", problem(409, "terms_changed", "RAW")],
  ["declined", "reject", { status: 200, body: { success: true, message: "" } }],
])("a new link in the same tab stays when the one before is %s meanwhile", async (_, action, late) => {
  let answer = (_: Answer) => {};
  const { person, sent } = openAccept({
    "POST /v1/invitation/lookup": ({ body }) => ({
      status: 200,
      body: lookup({ clinicName: (body as { token: string }).token === "second" ? "Second Clinic" : "First Clinic" }),
    }),
    [`POST /v1/invitation/${action}`]: () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
    "GET /v1/session": session(anna),
  });
  await step("Join First Clinic");
  if (action === "reject") location.hash = "decline";
  const name = action === "reject" ? "Decline invitation" : "Confirm";
  await person.click(await screen.findByRole("button", { name }));
  await waitFor(() => expect(sent.at(-1)?.path).toBe(`/v1/invitation/${action}`));
  location.hash = "token=second";
  await step("Join Second Clinic");
  answer(late);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await step("Join Second Clinic");
  expect(sessionStorage.getItem("invitation")).toBe("second");
  expect(sent.filter((one) => one.path.endsWith("/lookup"))).toHaveLength(2);
});

test("a browser without storage opens the invitation too", async () => {
  vi.stubGlobal("sessionStorage", {
    setItem: () => {
      throw new DOMException("refused", "SecurityError");
    },
    clear: () => {},
  });
  openAccept({});
  await step("Join");
});
