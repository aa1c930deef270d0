import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { inTurn, problem, serveApi, session } from "../../test/api";
import { openPage } from "../../test/page";

const here = {
  sessionId: "ses_here",
  clinicId: session().clinic.clinicId,
  signedInAt: "2026-11-27T09:00:00.000Z",
  lastUsedAt: "2026-11-27T10:00:00.000Z",
  networkAddress: "192.0.2.7",
  current: true,
};
const phone = {
  ...here,
  sessionId: "ses_phone",
  clinicId: "elsewhere",
  networkAddress: null,
  signedInAt: "2026-11-26T09:00:00.000Z",
  current: false,
};
const desk = { ...here, sessionId: "ses_desk", networkAddress: "198.51.100.4", current: false };

function serve(routes: Parameters<typeof serveApi>[0] = {}) {
  const state = { sessions: [here, phone, desk] };
  const sent = serveApi({
    "GET /v1/session": session(),
    "GET /v1/sessions": () => ({ status: 200, body: state }),
    "DELETE /v1/sessions/*": ({ path }) => {
      state.sessions = state.sessions.filter((one) => !path.endsWith(one.sessionId));
      return { status: 200, body: { success: true, message: "" } };
    },
    "POST /v1/sessions/end-others": () => {
      state.sessions = [here];
      return { status: 200, body: { success: true, message: "" } };
    },
    ...routes,
  });
  return { sent, state };
}

const table = () => screen.findByRole("table", { name: "Your sessions" });
const rows = async () =>
  within(await table())
    .getAllByRole("row")
    .slice(1);

test("lists where the person is signed in", async () => {
  serve();
  openPage("/account");
  const [first, second] = await rows();
  expect(first?.textContent).toContain("192.0.2.7");
  expect(first?.textContent).toContain("This session");
  expect(within(first as HTMLElement).queryByRole("button")).toBeNull();
  expect(second?.textContent).toContain("Another clinic");
  expect(second?.textContent).toContain("Unknown address");
});

test("ends one session, and the focus goes to the next row", async () => {
  const { sent } = serve();
  const { person } = openPage("/account");
  await person.click(await screen.findByRole("button", { name: /^End the session in Another clinic of 26 Nov/ }));
  await screen.findByText("The session has ended.");
  expect(sent.find((one) => one.method === "DELETE")?.path).toBe("/v1/sessions/ses_phone");
  const left = await rows();
  expect(left).toHaveLength(2);
  expect(document.activeElement).toBe(left[1]);
});

test("ends all others", async () => {
  serve();
  const { person } = openPage("/account");
  await person.click(await screen.findByRole("button", { name: "Sign out everywhere else" }));
  const said = await screen.findByText("Your other sessions have ended.");
  expect(await rows()).toHaveLength(1);
  expect(screen.queryByRole("button", { name: "Sign out everywhere else" })).toBeNull();
  await waitFor(() => expect(document.activeElement).toBe(said));
});

test("a session that ended meanwhile is gone, which is what was asked", async () => {
  const { state } = serve({
    "DELETE /v1/sessions/*": () => {
      state.sessions = [here, desk];
      return problem(404, "session_not_found", "It is gone.");
    },
  });
  const { person } = openPage("/account");
  await person.click(await screen.findByRole("button", { name: /Another clinic/ }));
  await screen.findByText("The session has ended.");
  expect(screen.queryByText("It is gone.")).toBeNull();
});

test("a session that cannot be ended says why, and stays", async () => {
  serve({
    "DELETE /v1/sessions/*": problem(503, "unavailable", "AutoScribe can't answer right now. Try again in a moment."),
  });
  const { person } = openPage("/account");
  await person.click(await screen.findByRole("button", { name: /Another clinic/ }));
  await screen.findByText("AutoScribe can't answer right now. Try again in a moment.");
  expect(await rows()).toHaveLength(3);
});

test.each([
  [1, "1 session couldn't be read and is not shown. Contact the AutoScribe operator."],
  [2, "2 sessions couldn't be read and are not shown. Contact the AutoScribe operator."],
])("says how many sessions could not be read: %i", async (skipped, words) => {
  serve({ "GET /v1/sessions": { sessions: [here], skipped } });
  openPage("/account");
  await screen.findByText(words);
});

test("a refusal goes once something else is done", async () => {
  const refusal = problem(503, "unavailable", "AutoScribe can't answer right now. Try again in a moment.");
  const done = { status: 200, body: { success: true, message: "" } };
  serve({ "DELETE /v1/sessions/*": inTurn(refusal, done), "POST /v1/sessions/end-others": inTurn(refusal, done) });
  const { person } = openPage("/account");
  await person.click(await screen.findByRole("button", { name: /Another clinic/ }));
  await screen.findByRole("alert");
  await person.click(screen.getByRole("button", { name: "Sign out everywhere else" }));
  await screen.findByRole("alert");
  await person.click(screen.getByRole("button", { name: /Another clinic/ }));
  await screen.findByText("The session has ended.");
  expect(screen.queryByRole("alert")).toBeNull();
});
