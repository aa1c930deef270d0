import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { type Answer, problem, type serveApi } from "../test/api";
import { openEntryPage, PASSWORD, startEntryPage, step, text } from "../test/entry";
import { startReset } from "./resetPage";

const DEAD = problem(404, "token_invalid", "RAW");

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
  await step("Dashboard access restricted");
  expect(text()).toContain("You don't need a password.");
  await person.click(screen.getByRole("button", { name: "Set a password anyway" }));
  await setPassword(person);
  await step("Your new password is set");
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

test("a password that the API refuses is explained at the field in our words", async () => {
  const errors = [{ field: "password", code: "password_breached", detail: "RAW" }];
  const { person } = start({ "POST /v1/password/reset": problem(422, "password_breached", "RAW", { errors }) });
  const field = await setPassword(person);
  await screen.findByText(/list of stolen passwords/);
  expect(document.activeElement).toBe(field);
  expect(document.body.textContent).not.toContain("RAW");
});

test("a link that ended meanwhile says so", async () => {
  const { person } = start({ "POST /v1/password/reset": DEAD });
  await setPassword(person);
  await step("This link no longer works");
  expect(text()).toContain("If you have just set a password, sign in with it.");
});

test("too many attempts say how long to wait", async () => {
  const answer = problem(429, "too_many_attempts", "RAW", { headers: { "retry-after": "125" } });
  const { person } = start({ "POST /v1/password/reset": answer });
  await setPassword(person);
  const summary = await screen.findByRole("alert");
  await waitFor(() => expect(document.activeElement).toBe(summary));
  expect(summary.textContent).toBe("There were too many wrong passwords. Try again in 3 minutes.");
});

test("a link that did not open can be tried again", async () => {
  const found = { status: 200, body: { email: "olu@clinic.example", hasDashboardAccess: true } };
  const answers: Answer[] = [problem(503, "unavailable", "Try again soon."), found];
  const { person } = start({ "POST /v1/password/lookup": () => answers.shift() ?? DEAD });
  await step("The link did not open");
  expect(text()).toContain("Try again soon.Request ID req-1");
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
