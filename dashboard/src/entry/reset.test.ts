import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { PASSWORD_HINT } from "../rules/passwordWords";
import { type Answer, inTurn, problem, type serveApi } from "../test/api";
import { openEntryPage, PASSWORD, startEntryPage, step, text } from "../test/entry";
import { troubles } from "../test/troubles";
import { startReset } from "./resetPage";

const DEAD = problem(404, "token_invalid", "RAW");
const DONE: Answer = { status: 200, body: { success: true, message: "RAW" } };

function start(routes: Parameters<typeof serveApi>[0], address = "/reset#token=abc") {
  const found = { email: "olu@clinic.example", hasDashboardAccess: true };
  return startEntryPage("reset", startReset, address, { "POST /v1/password/lookup": found, ...routes });
}

async function setPassword(person: ReturnType<typeof start>["person"]): Promise<HTMLElement> {
  await step("Set a new password");
  const field = screen.getByLabelText("New password");
  await person.type(field, PASSWORD);
  await person.click(screen.getByRole("button", { name: "Set password" }));
  return field;
}

test("the link sets the password of the account that the page names", async () => {
  const { person, sent } = start({ "POST /v1/password/reset": { success: true, message: "RAW" } });
  await step("Set a new password");
  expect(text()).toContain("For olu@clinic.example.");
  expect(document.getElementById("password-hint")?.textContent).toBe(PASSWORD_HINT);
  expect(document.querySelector<HTMLInputElement>("[autocomplete=username]")?.value).toBe("olu@clinic.example");
  const field = await setPassword(person);
  await step("Your new password is set");
  expect(field).toHaveProperty("value", "");
  expect(sent.map((one) => one.body)).toEqual([{ token: "abc" }, { token: "abc", password: PASSWORD }]);
  expect(screen.getByRole("link", { name: "Sign in" }).getAttribute("href")).toBe("/sign-in");
  expect(sessionStorage.getItem("password")).toBeNull();
});

test.each(["/reset#token=abc", "/reset%23token%3Dabc"])("the token of %s outlives a reload", async (address) => {
  const { sent } = start({}, address);
  await step("Set a new password");
  expect(location.href).toMatch(/\/reset$/);
  openEntryPage("reset", "/reset");
  startReset();
  await step("Set a new password");
  expect(sent.map((one) => one.body)).toEqual([{ token: "abc" }, { token: "abc" }]);
});

test("a newer link in the same tab is the one that counts", async () => {
  const { sent } = start({});
  await step("Set a new password");
  location.hash = "token=newer";
  await waitFor(() => expect(sent.at(-1)?.body).toEqual({ token: "newer" }));
});

test("a used link says so before a password is chosen", async () => {
  start({ "POST /v1/password/lookup": DEAD });
  await step("This link no longer works");
  expect(text()).toContain("It was used before");
  expect(text()).not.toContain("RAW");
  expect(screen.getByRole("link", { name: "Request another link" }).getAttribute("href")).toBe("/sign-in#forgot");
  expect(sessionStorage.getItem("password")).toBeNull();
});

test("a person who works only in a PACS learns it before choosing a password, and can choose one anyway", async () => {
  const { person } = start({
    "POST /v1/password/lookup": { email: "anna.hale@clinic.example", hasDashboardAccess: false },
    "POST /v1/password/reset": { success: true, message: "RAW" },
  });
  await step("You don't need a password");
  expect(text()).toContain("Open AutoScribe from your PACS");
  const anyway = screen.getByRole("button", { name: "Set a password anyway" });
  expect(anyway.classList).not.toContain("first");
  await person.click(anyway);
  await setPassword(person);
  await step("Your new password is set");
  expect(text()).toContain("To work, open AutoScribe from your PACS.");
  expect(text()).not.toContain("Sign in");
});

test("without a link, the page says where one comes from", async () => {
  const { sent } = start({}, "/reset");
  await step("Open the link in your email");
  expect(screen.getByRole("link", { name: "Request another link" })).toBeTruthy();
  expect(sent).toHaveLength(0);
});

test.each([
  ["", "Enter a new password."],
  ["fourteen chars", "Use 15 to 128 characters."],
])("the password %j is refused before it is sent, and gets the focus", async (password, words) => {
  const { person, sent } = start({});
  await step("Set a new password");
  const field = screen.getByLabelText("New password");
  if (password) await person.type(field, password);
  await person.click(screen.getByRole("button", { name: "Set password" }));
  await screen.findByText(words);
  expect(document.activeElement).toBe(field);
  expect(sent).toHaveLength(1);
});

const field = (code: string) => problem(422, code, "RAW", { errors: [{ field: "password", code, detail: "RAW" }] });

test.each([
  ["password_length", /^Use 15 to 128/],
  ["password_weak", /easy to guess/],
  ["password_breached", /list of stolen passwords/],
])("a password that the API refuses as %s is explained at the field in our words", async (code, words) => {
  const { person } = start({ "POST /v1/password/reset": inTurn(field(code), DONE) });
  const password = await setPassword(person);
  await screen.findByText(words);
  expect(document.activeElement).toBe(password);
  expect(document.body.textContent).not.toContain("RAW");
  await person.click(screen.getByRole("button", { name: "Set password" }));
  await step("Your new password is set");
});

const throttled = (more = {}) => problem(429, "too_many_attempts", "RAW", more);

test.each([
  ...troubles,
  ["after too many attempts", throttled({ headers: { "retry-after": "125" } }), "Try again in 3 minutes."],
  ["with no time to wait for", throttled(), "Wait a few minutes, then try again."],
  ["after a change at the same moment", problem(409, "conflict", "RAW"), "Something else changed at the same moment."],
  [
    "from a page that the browser hides",
    problem(403, "cross_site_request", "RAW"),
    "Reload this page, then try again.",
  ],
])("%s, the form says so on top, keeps the password, and works again", async (_, answer, words) => {
  const { person } = start({ "POST /v1/password/reset": inTurn(answer, DONE) });
  const password = await setPassword(person);
  const summary = await screen.findByRole("alert");
  await waitFor(() => expect(document.activeElement).toBe(summary));
  expect(summary.textContent).toContain(words);
  expect(document.body.textContent).not.toContain("RAW");
  expect(password).toHaveProperty("value", PASSWORD);
  await person.click(screen.getByRole("button", { name: "Set password" }));
  await step("Your new password is set");
});

test("a link that ended meanwhile says so, and keeps no password", async () => {
  const { person } = start({ "POST /v1/password/reset": DEAD });
  const password = await setPassword(person);
  await step("This link no longer works");
  expect(text()).toContain("If you have just set a password, sign in with it.");
  expect(password).toHaveProperty("value", "");
});

test.each([
  ["sets its password", DONE],
  ["is refused", problem(409, "conflict", "RAW")],
  ["has ended", DEAD],
])("a newer link in the same tab stays when the one before %s meanwhile", async (_, late) => {
  let answer = (_: Answer) => {};
  const { person, sent } = start({
    "POST /v1/password/reset": () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  });
  await setPassword(person);
  await waitFor(() => expect(sent.at(-1)?.path).toBe("/v1/password/reset"));
  location.hash = "token=newer";
  await waitFor(() => expect(sent.at(-1)?.body).toEqual({ token: "newer" }));
  answer(late);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await step("Set a new password");
  expect(sessionStorage.getItem("password")).toBe("newer");
  expect(document.querySelector("#reset .problem")).toHaveProperty("hidden", true);
});

test.each(troubles)("%s, the page says so, and opens the link after", async (_, answer, words) => {
  const found = { status: 200, body: { email: "olu@clinic.example", hasDashboardAccess: true } };
  const { person } = start({ "POST /v1/password/lookup": inTurn(answer, found) });
  await step("The link did not open");
  expect(text()).toContain(words);
  await person.click(screen.getByRole("button", { name: "Try again" }));
  await step("Set a new password");
});

test("a slow answer shows that the page is at work", async () => {
  start({
    "POST /v1/password/lookup": async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return DEAD;
    },
  });
  await step("Opening the link…");
  await step("This link no longer works");
});
