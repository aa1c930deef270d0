import { screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { type Answer, problem, serveApi, session, user } from "../test/api";
import { openEntryPage, shownHeading } from "../test/entry";
import { lookup } from "../test/lookup";
import { otherTab } from "../test/tabs";
import { startAccept } from "./acceptPage";

const PASSWORD = "lantern gravel otter";

const withDashboard = { hasDashboardAccess: true, needsPassword: true };
const anna = { email: "anna.hale@clinic.example", firstName: "Anna", lastName: "Hale" };
const reader = user({ ...anna, level: "member", canCreateReports: true, hasDashboardAccess: false });

function start(routes: Parameters<typeof serveApi>[0], address = "/accept#token=abc.DEF-1_2") {
  const sent = serveApi({ "POST /v1/invitation/lookup": lookup(), ...routes });
  const page = openEntryPage("accept", address);
  startAccept();
  return { ...page, sent };
}

async function step(title: string | RegExp): Promise<HTMLElement> {
  await waitFor(() => expect(shownHeading().textContent).toMatch(title));
  expect(document.activeElement).toBe(shownHeading());
  expect(document.title).toBe(`${shownHeading().textContent} · AutoScribe`);
  return shownHeading();
}

function text(): string {
  return shownHeading().closest("section")?.textContent ?? "";
}

test("the invitation shows who invites, the person, the NPI, what they can do, and until when in their zone", async () => {
  start({});
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
  start({ "POST /v1/invitation/lookup": unnumbered });
  await step("Join");
  expect(text()).toContain(`NPI${note}`);
});

test("a person without an NPI, invited by a PACS, reads about neither", async () => {
  start({ "POST /v1/invitation/lookup": lookup({ inviter: null, npiVerification: "not_required" }) });
  await step("Join");
  expect(text()).toContain("You are invited to join");
  expect(text()).not.toContain("NPI");
});

test.each(["/accept#token=abc.DEF-1_2", "/accept%23token=abc.DEF-1_2", "/accept%2523token%3Dabc.DEF-1_2"])(
  "the token of %s leaves the address and goes into the body",
  async (address) => {
    const { sent } = start({}, address);
    await step("Join");
    expect(sent[0]?.body).toEqual({ token: "abc.DEF-1_2" });
    expect(location.href).toMatch(/\/accept$/);
  },
);

test("a reload finds the invitation again, until it is answered", async () => {
  const first = start({ "POST /v1/invitation/accept": reader });
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
  const { person, sent } = start({ "POST /v1/invitation/lookup": lookup(withDashboard) });
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
  start({
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
  const { person, sent } = start({
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

test("a slow answer shows that the page is at work", async () => {
  start({
    "POST /v1/invitation/lookup": async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return { status: 200, body: lookup() };
    },
  });
  await step("Opening your invitation…");
  await step("Join");
});

test("a browser without storage opens the invitation too", async () => {
  vi.stubGlobal("sessionStorage", {
    setItem: () => {
      throw new DOMException("refused", "SecurityError");
    },
    clear: () => {},
  });
  start({});
  await step("Join");
});

test("a reader confirms without a password and goes on in the PACS", async () => {
  const { person, sent } = start({ "POST /v1/invitation/accept": { ...reader, npiVerification: "pending" } });
  await step("Join");
  expect(screen.queryByLabelText("Choose a password")?.closest("[hidden]")).toBeTruthy();
  await person.click(screen.getByRole("button", { name: "Confirm" }));
  await step("You have joined Riverside Imaging");
  expect(sent.at(-1)?.body).toEqual({ token: "abc.DEF-1_2", terms: "terms-1" });
  expect(text()).toContain("Open a study in your PACS");
  expect(text()).toContain("as soon as your NPI is verified");
});

test("a person with dashboard access chooses a password and goes on to the dashboard", async () => {
  const { person, sent } = start({
    "POST /v1/invitation/lookup": lookup(withDashboard),
    "POST /v1/invitation/accept": { ...reader, hasDashboardAccess: true, npiVerification: "name_mismatch" },
    "GET /v1/session": session(anna),
  });
  const tab = otherTab();
  await step("Join");
  const field = screen.getByLabelText<HTMLInputElement>("Choose a password");
  expect(field.autocomplete).toBe("new-password");
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
  const { person } = start({
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

test("a link that was used already says so", async () => {
  start({ "POST /v1/invitation/lookup": lookup({ status: "accepted" }) });
  await step("You have already joined Riverside Imaging");
  expect(text()).toContain("Studies can now be assigned to you.");
});

test.each([
  ["", "Enter your password."],
  ["fourteen chars", "Use 15 to 128 characters."],
])("the password %j is refused before it is sent, and gets the focus", async (password, words) => {
  const { person, sent } = start({ "POST /v1/invitation/lookup": lookup(withDashboard) });
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

test.each([
  ["password_weak", /easy to guess/],
  ["password_breached", /list of stolen passwords/],
])("a password that the API refuses as %s is explained at the field in our words", async (code, words) => {
  const errors = [{ field: "password", code, detail: "RAW" }];
  const { person } = start({
    "POST /v1/invitation/lookup": lookup(withDashboard),
    "POST /v1/invitation/accept": problem(422, code, "RAW", { errors }),
  });
  await step("Join");
  const field = screen.getByLabelText("Choose a password");
  await person.type(field, PASSWORD);
  await person.click(screen.getByRole("button", { name: "Confirm" }));
  await screen.findByText(words);
  expect(document.activeElement).toBe(field);
  expect(document.body.textContent).not.toContain("RAW");
});

test("a wrong password of an account stands at the field, with a way to set a new one", async () => {
  const { person } = start({
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
  const { person } = start({
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
  ["too many attempts", throttled("700"), "for your address. Try again in 12 minutes."],
  ["one minute to wait", throttled("60"), "Try again in 1 minute."],
  ["many at once", throttled("1"), "Wait a minute, then try again."],
  ["too many clinics", problem(409, "too_many_clinics", "RAW"), "belongs to 40 clinics already"],
  [
    "another problem",
    problem(500, "internal", "Something broke. Report it."),
    "Something broke. Report it.Request ID req-1",
  ],
  ["no readable answer", { status: 429, body: { message: "Too Many Requests" } }, "AutoScribe can't answer right now."],
])("%s stands on top of the form and gets the focus", async (_, answer, words) => {
  const { person } = start({ "POST /v1/invitation/accept": answer });
  await step("Join");
  await person.click(screen.getByRole("button", { name: "Confirm" }));
  const summary = await screen.findByRole("alert");
  await waitFor(() => expect(document.activeElement).toBe(summary));
  expect(summary.textContent).toContain(words);
  expect(document.body.textContent).not.toContain("RAW");
});

test("without a connection, the form says so and works again after", async () => {
  let online = false;
  const { person } = start({
    "POST /v1/invitation/accept": () => {
      if (!online) throw new TypeError("Failed to fetch");
      return { status: 200, body: reader };
    },
  });
  await step("Join");
  await person.click(screen.getByRole("button", { name: "Confirm" }));
  await screen.findByText(/can't be reached/);
  online = true;
  await person.click(screen.getByRole("button", { name: "Confirm" }));
  await step("You have joined Riverside Imaging");
});

test("while the answer is out, the button keeps the focus and sends nothing twice", async () => {
  let answer = (_: Answer) => {};
  const { person, sent } = start({
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
  const { person, sent } = start({
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
  const { person } = start({
    "POST /v1/invitation/lookup": () =>
      revoked ? problem(404, "token_invalid", "RAW") : { status: 200, body: lookup() },
    "POST /v1/invitation/accept": () => {
      revoked = true;
      return problem(409, "terms_changed", "RAW");
    },
  });
  await step("Join");
  await person.click(screen.getByRole("button", { name: "Confirm" }));
  await step("This link no longer works");
});

test("an invitation is declined with a reason on one line, and Back leads back", async () => {
  const { person, sent } = start({ "POST /v1/invitation/reject": { success: true, message: "RAW" } });
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
  const { person } = start({
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

const expired = (change: Record<string, unknown>) => problem(410, "invitation_expired", "RAW", change);

test("an expired invitation names the clinic, and asks it for a new link", async () => {
  const { person, sent } = start({
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
  const { person } = start({
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
  const { person } = start({
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
  start({ "POST /v1/invitation/lookup": expired({ clinicName: "Riverside Imaging", canRequestNew: false }) });
  await step("has expired");
  expect(text()).toContain("Ask the person who invited you for a new one.");
  expect(screen.queryByRole("button")).toBeNull();
  expect(sessionStorage.getItem("invitation")).toBeNull();
});

test("an invitation whose granter may no longer invite asks the clinic for a new link", async () => {
  const { person } = start({ "POST /v1/invitation/accept": problem(409, "inviter_not_authorized", "RAW") });
  await step("Join");
  await person.click(screen.getByRole("button", { name: "Confirm" }));
  await step("This invitation to Riverside Imaging can't be confirmed");
  expect(screen.getByRole("button", { name: "Request a new link" })).toBeTruthy();
  location.hash = "confirm";
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(shownHeading().textContent).toContain("can't be confirmed");
});

test("a link that no longer works says what may have happened", async () => {
  start({ "POST /v1/invitation/lookup": problem(404, "token_invalid", "RAW") });
  await step("This link no longer works");
  expect(text()).not.toContain("RAW");
  expect(sessionStorage.getItem("invitation")).toBeNull();
});

test("an invitation that did not open can be tried again", async () => {
  const answers: Answer[] = [problem(500, "internal", "Something broke."), { status: 200, body: lookup() }];
  const { person } = start({ "POST /v1/invitation/lookup": () => answers.shift() ?? { status: 500 } });
  await step("Your invitation did not open");
  expect(text()).toContain("Something broke.Request ID req-1");
  await person.click(screen.getByRole("button", { name: "Try again" }));
  await step("Join");
});
