import { screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { api, data } from "../api/client";
import { problemWords } from "../rules/problemWords";
import { type Answer, problem, type Sent, serveApi, session } from "../test/api";
import { fillIn, INVITE, openForm, send } from "../test/inviteForm";
import { openPage } from "../test/page";

const unauthenticated = problem(401, "unauthenticated", "Sign in.");
const passwordNeeded = problem(403, "password_needed", "Confirm your password.");
const nobody = { users: [], cursor: null, hasMore: false };

/** The list of users behind a session that is over until someone signs in. */
function serveEndedSession(signIn: (sent: Sent) => Answer = () => ({ status: 200, body: session() })) {
  let over = true;
  return serveApi({
    "GET /v1/session": session(),
    "GET /v1/autoScribe/users": () => (over ? unauthenticated : { status: 200, body: nobody }),
    "GET /v1/clinic": () => (over ? unauthenticated : { status: 200, body: {} }),
    "POST /v1/session": (one) => {
      const answer = signIn(one);
      if (answer.status === 200) over = false;
      return answer;
    },
  });
}

const openUsers = async () => {
  const { person } = openPage("/users");
  const type = async (password: string, action: string) => {
    await person.type(await screen.findByLabelText("Password of olu@clinic.example"), password);
    await person.click(screen.getByRole("button", { name: action }));
  };
  return { person, type };
};

const rotate = () =>
  data(
    api.POST("/v1/apiKeys/{apiKeyId}/rotate", { params: { path: { apiKeyId: "k" } }, body: { overlapHours: 1 } }),
  ).then(
    () => "done",
    (error) => error.code,
  );

test("when the session is over, the person signs in over the page and the request goes on", async () => {
  const sent = serveEndedSession();
  const { type } = await openUsers();
  await screen.findByRole("heading", { name: "Your session has ended" });
  await type("horse battery staple", "Sign in");
  await screen.findByText("No one has confirmed yet");
  expect(sent.find((one) => one.method === "POST")?.body).toEqual({
    email: "olu@clinic.example",
    password: "horse battery staple",
    clinicId: session().clinic.clinicId,
  });
});

test("several requests that meet the end of the session ask once", async () => {
  const sent = serveEndedSession();
  const { type } = await openUsers();
  await screen.findByRole("heading", { name: "Your session has ended" });
  const other = data(api.GET("/v1/clinic"));
  await waitFor(() => expect(sent.some((one) => one.path === "/v1/clinic")).toBe(true));
  expect(screen.getAllByRole("dialog")).toHaveLength(1);
  await type("horse battery staple", "Sign in");
  await screen.findByText("No one has confirmed yet");
  await other;
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(sent.filter((one) => one.method === "POST")).toHaveLength(1);
});

test("a wrong password is tied to its field, which keeps the focus", async () => {
  let first = true;
  serveEndedSession(() => {
    const answer = first ? problem(401, "credentials_wrong", "Check it.") : { status: 200, body: session() };
    first = false;
    return answer;
  });
  const { type } = await openUsers();
  await type("wrong", "Sign in");
  await screen.findByText("This password is wrong. Try again.");
  const field = screen.getByLabelText("Password of olu@clinic.example");
  expect(field.getAttribute("aria-invalid")).toBe("true");
  expect(document.activeElement).toBe(field);
  await type(" right", "Sign in");
  await screen.findByText("No one has confirmed yet");
});

test("too many wrong passwords wait for the countdown", async () => {
  const wait = { headers: { "retry-after": "30" } };
  serveEndedSession(() =>
    problem(429, "too_many_attempts", "There were too many attempts. Wait, then try again.", wait),
  );
  const { type } = await openUsers();
  await type("wrong", "Sign in");
  await screen.findByText("There were too many attempts. Wait, then try again.");
  expect(screen.getByRole("button", { name: /Try again in (30|29) s/ })).toHaveProperty("disabled", true);
});

test("cancel leaves the request refused, and it can ask again", async () => {
  serveEndedSession();
  const { person } = await openUsers();
  await person.click(await screen.findByRole("button", { name: "Cancel" }));
  expect(screen.queryByRole("dialog")).toBeNull();
  await person.click(await screen.findByRole("button", { name: "Try again" }));
  await screen.findByRole("heading", { name: "Your session has ended" });
});

test("a person without dashboard access any more is sent to the page that says so", async () => {
  const assign = vi.spyOn(location, "assign").mockImplementation(() => {});
  serveEndedSession(() => problem(403, "dashboard_access_restricted", "Open AutoScribe from your PACS."));
  const { type } = await openUsers();
  await type("horse battery staple", "Sign in");
  await waitFor(() => expect(assign).toHaveBeenCalledWith("/restricted"));
});

test("another person behind the same address gets a fresh page, and the request is not sent for them", async () => {
  const assign = vi.spyOn(location, "assign").mockImplementation(() => {});
  const other = session({ userId: "usr_0192ffffffffffffffffffffffffffff" });
  const sent = serveEndedSession(() => ({ status: 200, body: other }));
  const { type } = await openUsers();
  await type("horse battery staple", "Sign in");
  await waitFor(() => expect(assign).toHaveBeenCalledWith("/"));
  const signedIn = sent.findIndex((one) => one.method === "POST");
  expect(sent.slice(signedIn).filter((one) => one.path === "/v1/autoScribe/users")).toEqual([]);
});

/** A change that needs the password, which was or was not confirmed. */
function serveConfirmation(confirm: Answer = { status: 200, body: { success: true, message: "" } }) {
  let confirmed = false;
  return serveApi({
    "GET /v1/session": session(),
    "GET /v1/autoScribe/users": nobody,
    "POST /v1/session/confirm": () => {
      confirmed = confirm.status === 200;
      return confirm;
    },
    "POST /v1/apiKeys/k/rotate": () => (confirmed ? { status: 200, body: {} } : passwordNeeded),
  });
}

test("a change that needs the password asks for it and goes on", async () => {
  const sent = serveConfirmation();
  const { type } = await openUsers();
  await screen.findByText("No one has confirmed yet");
  const done = rotate();
  await screen.findByRole("heading", { name: "Confirm your password" });
  await type("horse battery staple", "Confirm");
  expect(await done).toBe("done");
  expect(sent.find((one) => one.path === "/v1/session/confirm")?.body).toEqual({ password: "horse battery staple" });
  expect(sent.filter((one) => one.path.endsWith("/rotate"))).toHaveLength(2);
});

test("a password that is not confirmed leaves the change undone", async () => {
  const sent = serveConfirmation();
  const { person } = await openUsers();
  await screen.findByText("No one has confirmed yet");
  const done = rotate();
  await person.click(await screen.findByRole("button", { name: "Cancel" }));
  expect(await done).toBe("password_needed");
  expect(sent.filter((one) => one.path.endsWith("/rotate"))).toHaveLength(1);
});

test.each([
  ["Your session has ended", 401, "unauthenticated", "Send a valid API key as Authorization: Bearer <API key>."],
  ["Confirm your password", 403, "password_needed", "Confirm your password with POST /v1/session/confirm."],
])("after Cancel at “%s”, the page words the refusal for people", async (title, status, code, detail) => {
  const { person } = await openForm({ [INVITE]: problem(status, code, detail) });
  await fillIn(person);
  await person.click(send());
  const dialog = await screen.findByRole("dialog", { name: title });
  await person.click(within(dialog).getByRole("button", { name: "Cancel" }));
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toContain(problemWords[code]);
  expect(document.body.textContent).not.toMatch(/POST \/v1|Bearer/);
});

test("Cancel at the sign-in is not followed by the same question, although every request is refused", async () => {
  let over = false;
  const { person, sent } = await openForm({
    "GET /v1/session": () => (over ? unauthenticated : { status: 200, body: session() }),
    [INVITE]: unauthenticated,
  });
  await fillIn(person);
  over = true;
  await person.click(send());
  await person.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Cancel" }));
  await screen.findByRole("alert");
  const before = sent.length;
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(sent).toHaveLength(before);
});

test("a session that ends while the password is asked for is followed by the sign-in, then the password", async () => {
  let state: "over" | "new" | "confirmed" = "over";
  let rotations = 0;
  serveApi({
    "GET /v1/session": session(),
    "GET /v1/autoScribe/users": nobody,
    "POST /v1/session": () => {
      state = "new";
      return { status: 200, body: session() };
    },
    "POST /v1/session/confirm": () => {
      if (state === "over") return unauthenticated;
      state = "confirmed";
      return { status: 200, body: {} };
    },
    "POST /v1/apiKeys/k/rotate": () => {
      if (state === "confirmed") return { status: 200, body: {} };
      rotations += 1;
      return state === "new" || rotations === 1 ? passwordNeeded : unauthenticated;
    },
  });
  const { type } = await openUsers();
  await screen.findByText("No one has confirmed yet");
  const done = rotate();
  await type("horse battery staple", "Confirm");
  await type("horse battery staple", "Sign in");
  await type("horse battery staple", "Confirm");
  expect(await done).toBe("done");
});
