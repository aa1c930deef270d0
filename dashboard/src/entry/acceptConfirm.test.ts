import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { PASSWORD_HINT } from "../rules/passwordWords";
import { anna, openAccept, reader, withDashboard } from "../test/accept";
import { type Answer, inTurn, problem, session } from "../test/api";
import { PASSWORD, step, text } from "../test/entry";
import { lookup } from "../test/lookup";
import { offline } from "../test/offline";
import { otherTab } from "../test/tabs";
import { troubles } from "../test/troubles";

test("a reader confirms without a password and goes on in the PACS", async () => {
  const { person, sent } = openAccept({ "POST /v1/invitation/accept": { ...reader, npiVerification: "pending" } });
  await step("Join");
  expect(screen.queryByLabelText("Choose a password")?.closest("[hidden]")).toBeTruthy();
  await person.click(screen.getByRole("button", { name: "Confirm" }));
  await step("You have joined Riverside Imaging");
  expect(sent.at(-1)?.body).toEqual({ token: "abc.DEF-1_2", terms: "terms-1" });
  expect(text()).toContain("Open a study in your PACS");
  expect(text()).toContain("as soon as your NPI is verified");
});

test("a person with dashboard access chooses a password and goes on to the dashboard", async () => {
  const { person, sent } = openAccept({
    "POST /v1/invitation/lookup": lookup(withDashboard),
    "POST /v1/invitation/accept": { ...reader, hasDashboardAccess: true, npiVerification: "name_mismatch" },
    "GET /v1/session": session(anna),
  });
  const tab = otherTab();
  await step("Join");
  const field = screen.getByLabelText<HTMLInputElement>("Choose a password");
  expect(field.autocomplete).toBe("new-password");
  expect(document.getElementById("password-hint")?.textContent).toBe(PASSWORD_HINT);
  expect(document.querySelector<HTMLInputElement>("[autocomplete=username]")?.value).toBe(anna.email);
  await person.type(field, PASSWORD);
  await person.click(screen.getByLabelText("Show password"));
  expect(field.type).toBe("text");
  await person.click(screen.getByRole("button", { name: "Confirm" }));
  await step("You have joined Riverside Imaging");
  expect(sent[1]?.body).toEqual({ token: "abc.DEF-1_2", terms: "terms-1", password: PASSWORD });
  expect(text()).toContain("You are signed in.");
  await waitFor(() => expect(tab.heard).toEqual(["clinicChanged"]));
  expect(text()).toContain("after the clinic attests that it is yours");
  expect([field.value, field.type]).toEqual(["", "password"]);
  expect(screen.getByRole("link", { name: "Go to the dashboard" }).getAttribute("href")).toBe("/");
});

test.each([
  ["no session", problem(401, "unauthenticated", "Sign in.")],
  ["the session of another person", session({ email: "olu@clinic.example" })],
])("with %s, the way on is to sign in", async (_, answer) => {
  const { person } = openAccept({
    "POST /v1/invitation/lookup": lookup({ ...withDashboard, accountExists: true }),
    "POST /v1/invitation/accept": { ...reader, hasDashboardAccess: true },
    "GET /v1/session": answer,
  });
  await step("Join");
  await person.type(screen.getByLabelText("Your AutoScribe password"), "short one");
  await person.click(screen.getByRole("button", { name: "Confirm" }));
  await step("You have joined Riverside Imaging");
  expect(screen.getByRole("link", { name: "Sign in" }).getAttribute("href")).toBe("/sign-in");
});

test.each([
  ["", "Enter your password."],
  ["fourteen chars", "Use 15 to 128 characters."],
])("the password %j is refused before it is sent, and gets the focus", async (password, words) => {
  const { person, sent } = openAccept({ "POST /v1/invitation/lookup": lookup(withDashboard) });
  await step("Join");
  const field = screen.getByLabelText("Choose a password");
  if (password) await person.type(field, password);
  await person.click(screen.getByRole("button", { name: "Confirm" }));
  await screen.findByText(words);
  expect(document.activeElement).toBe(field);
  expect(field.getAttribute("aria-invalid")).toBe("true");
  expect(field.getAttribute("aria-describedby")).toContain(screen.getByText(words).id);
  expect(sent).toHaveLength(1);
});

/** Opens an invitation to the dashboard, and confirms it with a password. The first answer is this one. */
async function confirmWith(first: Answer | (() => Answer)) {
  const page = openAccept({
    "POST /v1/invitation/lookup": lookup(withDashboard),
    "POST /v1/invitation/accept": inTurn(first, { status: 200, body: { ...reader, hasDashboardAccess: true } }),
    "GET /v1/session": session(anna),
  });
  await step("Join");
  const field = screen.getByLabelText<HTMLInputElement>("Choose a password");
  await page.person.type(field, PASSWORD);
  const confirm = () => page.person.click(screen.getByRole("button", { name: "Confirm" }));
  await confirm();
  return { ...page, field, confirm };
}

test.each([
  ["password_length", /^Use 15 to 128/],
  ["password_weak", /easy to guess/],
  ["password_breached", /list of stolen passwords/],
])("a password that the API refuses as %s is explained at the field in our words", async (code, words) => {
  const errors = [{ field: "password", code, detail: "RAW" }];
  const { field, confirm } = await confirmWith(problem(422, code, "RAW", { errors }));
  await screen.findByText(words);
  expect(document.activeElement).toBe(field);
  expect(document.body.textContent).not.toContain("RAW");
  await confirm();
  await step("You have joined Riverside Imaging");
});

test("a wrong password of an account stands at the field, with a way to set a new one", async () => {
  const { person } = openAccept({
    "POST /v1/invitation/lookup": lookup({ ...withDashboard, accountExists: true }),
    "POST /v1/invitation/accept": problem(401, "password_wrong", "RAW"),
  });
  await step("Join");
  const field = screen.getByLabelText<HTMLInputElement>("Your AutoScribe password");
  expect(field.autocomplete).toBe("current-password");
  await person.type(field, "not it");
  await person.click(screen.getByRole("button", { name: "Confirm" }));
  await screen.findByText(/not the password of your AutoScribe account/);
  expect(document.activeElement).toBe(field);
  expect(screen.getByRole("link", { name: "Forgot your password?" }).getAttribute("href")).toBe("/sign-in#forgot");
});

test("a person who got an account by another invitation meanwhile is asked for its password", async () => {
  let known = false;
  const { person } = openAccept({
    "POST /v1/invitation/lookup": () => ({ status: 200, body: lookup({ ...withDashboard, accountExists: known }) }),
    "POST /v1/invitation/accept": () => {
      known = true;
      return problem(401, "password_wrong", "RAW");
    },
  });
  await step("Join");
  await person.type(screen.getByLabelText("Choose a password"), PASSWORD);
  await person.click(screen.getByRole("button", { name: "Confirm" }));
  await screen.findByText(/not the password of your AutoScribe account/);
  expect(document.activeElement).toBe(screen.getByLabelText("Your AutoScribe password"));
});

const throttled = (wait: string) => problem(429, "too_many_attempts", "RAW", { headers: { "retry-after": wait } });

test.each([
  ...troubles,
  ["after too many attempts", throttled("700"), "for your address. Try again in 12 minutes."],
  ["with one minute to wait", throttled("60"), "Try again in 1 minute."],
  ["with many attempts at once", throttled("1"), "Wait a minute, then try again."],
  ["in too many clinics", problem(409, "too_many_clinics", "RAW"), "belongs to 40 clinics already"],
  ["after a change at the same moment", problem(409, "conflict", "RAW"), "Something else changed at the same moment."],
  [
    "from a page that the browser hides",
    problem(403, "cross_site_request", "RAW"),
    "Reload this page, then try again.",
  ],
])("%s, the form says so on top, keeps the password, and works again", async (_, answer, words) => {
  const { field, confirm } = await confirmWith(answer);
  const summary = await screen.findByRole("alert");
  await waitFor(() => expect(document.activeElement).toBe(summary));
  expect(summary.textContent).toContain(words);
  expect(document.body.textContent).not.toContain("RAW");
  expect(field.value).toBe(PASSWORD);
  await confirm();
  await step("You have joined Riverside Imaging");
});

test("while the answer is out, the button keeps the focus and sends nothing twice", async () => {
  let answer = (_: Answer) => {};
  const { person, sent } = openAccept({
    "POST /v1/invitation/accept": () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  });
  await step("Join");
  const button = screen.getByRole("button", { name: "Confirm" });
  await person.click(button);
  expect(button.textContent).toBe("Confirming…");
  expect(screen.getByRole("status").textContent).toBe("Confirming…");
  expect(document.activeElement).toBe(button);
  await person.click(button);
  await waitFor(() => expect(sent).toHaveLength(2));
  answer({ status: 200, body: reader });
  await step("You have joined Riverside Imaging");
  expect(sent).toHaveLength(2);
});

test("changed terms are shown again before they are accepted", async () => {
  const terms = ["terms-1", "terms-2"];
  const { person, sent } = openAccept({
    "POST /v1/invitation/lookup": () => {
      const next = terms.shift();
      return { status: 200, body: lookup({ terms: next ?? "", canManageStudies: next === "terms-2" }) };
    },
    "POST /v1/invitation/accept": ({ body }) =>
      (body as { terms: string }).terms === "terms-2"
        ? { status: 200, body: reader }
        : problem(409, "terms_changed", "RAW"),
  });
  await step("Join");
  await person.click(screen.getByRole("button", { name: "Confirm" }));
  const summary = await screen.findByRole("alert");
  await waitFor(() => expect(document.activeElement).toBe(summary));
  expect(summary.textContent).toBe("The clinic has changed this invitation. Check it again, then confirm.");
  expect(text()).toContain("Manage studies");
  await person.click(screen.getByRole("button", { name: "Confirm" }));
  await step("You have joined Riverside Imaging");
  expect(sent.at(-1)?.body).toMatchObject({ terms: "terms-2" });
});

test("a changed invitation that is revoked meanwhile only says that", async () => {
  let revoked = false;
  const { person } = openAccept({
    "POST /v1/invitation/lookup": () =>
      revoked ? problem(404, "token_invalid", "RAW") : { status: 200, body: lookup(withDashboard) },
    "POST /v1/invitation/accept": () => {
      revoked = true;
      return problem(409, "terms_changed", "RAW");
    },
  });
  await step("Join");
  const field = screen.getByLabelText("Choose a password");
  await person.type(field, PASSWORD);
  await person.click(screen.getByRole("button", { name: "Confirm" }));
  await step("This link no longer works");
  expect(field).toHaveProperty("value", "");
});

test("a changed invitation that does not come at once is shown before it is accepted", async () => {
  const answers = inTurn({ status: 200, body: lookup() }, offline, { status: 200, body: lookup({ terms: "terms-2" }) });
  const { person, sent } = openAccept({
    "POST /v1/invitation/lookup": answers,
    "POST /v1/invitation/accept": inTurn(problem(409, "terms_changed", "RAW"), { status: 200, body: reader }),
  });
  await step("Join");
  await person.click(screen.getByRole("button", { name: "Confirm" }));
  await step("Your invitation did not open");
  await person.click(screen.getByRole("button", { name: "Try again" }));
  await step("Join");
  await person.click(screen.getByRole("button", { name: "Confirm" }));
  await step("You have joined Riverside Imaging");
  expect(sent.at(-1)?.body).toMatchObject({ terms: "terms-2" });
});
