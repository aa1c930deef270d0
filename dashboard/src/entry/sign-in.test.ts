import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { type Answer, inTurn, problem, type serveApi, session } from "../test/api";
import { startEntryPage, step, text } from "../test/entry";
import { otherTab } from "../test/tabs";
import { troubles } from "../test/troubles";
import { startSignIn } from "./signInPage";

const clinics = [
  { clinicId: "0192cccc-cccc-7ccc-8ccc-cccccccccccc", name: "Riverside Imaging" },
  { clinicId: "0192dddd-dddd-7ddd-8ddd-dddddddddddd", name: "Lakeside Imaging" },
];
const SIGNED_OUT = problem(401, "unauthenticated", "RAW");

function start(routes: Parameters<typeof serveApi>[0], address = "/sign-in") {
  return startEntryPage("sign-in", startSignIn, address, { "GET /v1/session": SIGNED_OUT, ...routes });
}

async function signIn(person: ReturnType<typeof start>["person"]): Promise<void> {
  await step("Sign in");
  await person.type(screen.getAllByLabelText("Email address")[0] as HTMLElement, "olu@clinic.example");
  await person.type(screen.getByLabelText("Password"), "horse battery staple{Enter}");
}

const home = `${location.origin}/`;

test.each([
  ["/sign-in", home],
  ["/sign-in?next=%2Fusers%2Finvitations%3Fstatus%3Dsent", `${home}users/invitations?status=sent`],
  ["/sign-in?next=%2F%2Fevil.example", home],
])("after the sign-in, %s goes on to %s", async (address, next) => {
  const { person, sent, replace } = start({ "POST /v1/session": session() }, address);
  await signIn(person);
  await waitFor(() => expect(replace).toHaveBeenCalledWith(next));
  expect(sent.at(-1)?.body).toEqual({ email: "olu@clinic.example", password: "horse battery staple" });
});

test("other tabs learn of a sign-in, and not of a refused one", async () => {
  const answers: Answer[] = [problem(401, "credentials_invalid", "No."), { status: 200, body: session() }];
  const tab = otherTab();
  const { person, sent, replace } = start({ "POST /v1/session": () => answers.shift() ?? { status: 500 } });
  await signIn(person);
  await waitFor(() => expect(sent.at(-1)?.method).toBe("POST"));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(tab.heard).toEqual([]);
  await person.type(screen.getByLabelText("Password"), "{Enter}");
  await waitFor(() => expect(replace).toHaveBeenCalled());
  await waitFor(() => expect(tab.heard).toEqual(["clinicChanged"]));
});

test("a person who is signed in already goes on at once", async () => {
  const { replace } = start({ "GET /v1/session": session() }, "/sign-in?next=/keys");
  await waitFor(() => expect(replace).toHaveBeenCalledWith(`${home}keys`));
  expect(document.querySelector('[data-step="sign-in"]')).toHaveProperty("hidden", true);
});

test("while no one can say whether there is a session, the person can sign in", async () => {
  start({ "GET /v1/session": problem(503, "unavailable", "RAW") });
  await step("Sign in");
  expect(text()).not.toContain("RAW");
});

test("a slow answer shows that the page is at work", async () => {
  start({
    "GET /v1/session": async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return SIGNED_OUT;
    },
  });
  await step("Opening AutoScribe…");
  await step("Sign in");
});

test("empty fields are named before anything is sent, and the first gets the focus", async () => {
  const { person, sent } = start({});
  await step("Sign in");
  await person.click(screen.getByRole("button", { name: "Sign in" }));
  await screen.findByText(/Enter your whole email address/);
  expect(screen.getByText("Enter your password.")).toBeTruthy();
  expect(document.activeElement?.id).toBe("email");
  await person.type(document.activeElement as HTMLElement, "olu@clinic.example");
  await person.click(screen.getByRole("button", { name: "Sign in" }));
  await waitFor(() => expect(document.activeElement?.id).toBe("password"));
  expect(document.querySelector("#email")?.hasAttribute("aria-invalid")).toBe(false);
  expect(sent).toHaveLength(1);
});

test("an address that the API cannot read stands at its field", async () => {
  const errors = [{ field: "email", code: "email_invalid", detail: "RAW" }];
  const { person } = start({ "POST /v1/session": problem(422, "email_invalid", "RAW", { errors }) });
  await signIn(person);
  await screen.findByText(/Enter your whole email address/);
  expect(document.activeElement?.id).toBe("email");
});

const throttled = problem(429, "too_many_attempts", "RAW", { headers: { "retry-after": "840" } });

test.each([
  ...troubles,
  ["with a wrong password", problem(401, "credentials_wrong", "RAW"), "The email address or the password is wrong."],
  ["as a person who has none", problem(401, "credentials_wrong", "RAW"), "open AutoScribe from your PACS."],
  ["after too many attempts", throttled, "too many wrong passwords for this address. Try again in 14 minutes."],
  ["from a page that the browser hides", problem(403, "cross_site_request", "RAW"), "Reload this page"],
])("%s, the form says so on top, keeps what was entered, and works again", async (_, answer, words) => {
  const { person, replace } = start({ "POST /v1/session": inTurn(answer, { status: 200, body: session() }) });
  await signIn(person);
  const summary = await screen.findByRole("alert");
  await waitFor(() => expect(document.activeElement).toBe(summary));
  expect(summary.textContent).toContain(words);
  expect(summary.textContent).not.toContain("RAW");
  expect(replace).not.toHaveBeenCalled();
  await person.click(screen.getByRole("button", { name: "Sign in" }));
  await waitFor(() => expect(replace).toHaveBeenCalledWith(home));
});

test("a page of the network is not taken for an answer", async () => {
  const { person, replace } = start({});
  servePage();
  await signIn(person);
  const summary = await screen.findByRole("alert");
  expect(summary.textContent).toContain("AutoScribe can't answer right now.");
  expect(replace).not.toHaveBeenCalled();
});

/** A hotel or hospital answers every request with its own page until the person accepts its terms. */
function servePage(): void {
  globalThis.fetch = async () => new Response("<html>Accept our terms</html>", { status: 200 });
}

test("a person without dashboard access is led to the page that explains it", async () => {
  const { person, assign } = start({ "POST /v1/session": problem(403, "dashboard_access_restricted", "RAW") });
  await signIn(person);
  await waitFor(() => expect(assign).toHaveBeenCalledWith("/restricted"));
});

test("a person of several clinics chooses one", async () => {
  const { person, sent, replace } = start(
    {
      "POST /v1/session": ({ body }) =>
        (body as { clinicId?: string }).clinicId
          ? { status: 200, body: session() }
          : problem(422, "clinic_required", "RAW", { clinics }),
    },
    "/sign-in?next=/users",
  );
  await signIn(person);
  await step("Choose a clinic");
  expect(screen.queryByText("RAW")).toBeNull();
  await person.click(screen.getByRole("button", { name: "Lakeside Imaging" }));
  await waitFor(() => expect(replace).toHaveBeenCalledWith(`${home}users`));
  expect(sent.at(-1)?.body).toEqual({
    email: "olu@clinic.example",
    password: "horse battery staple",
    clinicId: clinics[1]?.clinicId,
  });
});

test.each([
  ...troubles,
  ["after another change of the password", problem(401, "credentials_wrong", "RAW"), "is wrong. Check both"],
  ["after too many attempts", throttled, "Try again in 14 minutes."],
])("%s, the choice of a clinic says so, and the way back keeps the address", async (_, answer, words) => {
  const { person, replace } = start({
    "POST /v1/session": inTurn(problem(422, "clinic_required", "RAW", { clinics }), answer, {
      status: 200,
      body: session(),
    }),
  });
  await signIn(person);
  await step("Choose a clinic");
  await person.click(screen.getByRole("button", { name: "Riverside Imaging" }));
  const summary = await screen.findByRole("alert");
  expect(summary.textContent).toContain(words);
  expect(summary.textContent).not.toContain("RAW");
  await person.click(screen.getByRole("button", { name: "Riverside Imaging" }));
  await waitFor(() => expect(replace).toHaveBeenCalledWith(home));
  location.hash = "sign-in";
  await step("Sign in");
  expect(document.querySelector<HTMLInputElement>("#email")?.value).toBe("olu@clinic.example");
});

test("after a reload, the choice of a clinic begins with the sign-in", async () => {
  start({}, "/sign-in#clinic");
  await step("Sign in");
});

test("the clinics show also if the address names that step already", async () => {
  const { person } = start(
    { "POST /v1/session": problem(422, "clinic_required", "RAW", { clinics }) },
    "/sign-in#clinic",
  );
  await signIn(person);
  await step("Choose a clinic");
});

test("a forgotten password is a step of its own, which knows the address", async () => {
  const { person, sent } = start({ "POST /v1/password/forgot": { status: 202 } });
  await step("Sign in");
  await person.type(document.querySelector("#email") as HTMLElement, "olu@clinic.example");
  location.hash = screen.getByRole<HTMLAnchorElement>("link", { name: "Forgot password?" }).hash;
  await step("Forgot password?");
  await person.click(screen.getByRole("button", { name: "Send the link" }));
  await step("Check your email");
  expect(sent.at(-1)?.body).toEqual({ email: "olu@clinic.example" });
  expect(text()).toContain("If olu@clinic.example has an AutoScribe account");
  location.hash = screen.getByRole<HTMLAnchorElement>("link", { name: "Back to sign in" }).hash;
  await step("Sign in");
});

test("the link to a forgotten password opens that step, also for a person who is signed in", async () => {
  const { person, sent, replace } = start({ "GET /v1/session": session() }, "/sign-in#forgot");
  await step("Forgot password?");
  await person.click(screen.getByRole("button", { name: "Send the link" }));
  await screen.findByText(/Enter your whole email address/);
  expect(document.activeElement?.id).toBe("forgot-email");
  expect(sent).toHaveLength(0);
  expect(replace).not.toHaveBeenCalled();
});

const unreadable = (code: string) => problem(422, code, "RAW", { errors: [{ field: "email", code, detail: "RAW" }] });

test.each([
  ...troubles,
  ["from a network that asked often", throttled, "Your network has requested too many links. Try again in 14 minutes."],
  ["with an address that can't be read", unreadable("email_invalid"), "Enter your whole email address"],
  ["with letters that no email takes", unreadable("email_local_part_not_ascii"), "without accents"],
])("%s, no link is on its way, and it can be asked for again", async (_, answer, words) => {
  const { person } = start({ "POST /v1/password/forgot": inTurn(answer, { status: 202 }) }, "/sign-in#forgot");
  await step("Forgot password?");
  await person.type(document.querySelector("#forgot-email") as HTMLElement, "olu@clinic.example{Enter}");
  await waitFor(() => expect(text()).toContain(words));
  expect(document.activeElement?.matches("[aria-invalid=true], [role=alert]")).toBe(true);
  expect(text()).not.toContain("RAW");
  await person.click(screen.getByRole("button", { name: "Send the link" }));
  await step("Check your email");
});

test("the problem of a step is gone when the person comes back to it", async () => {
  const answers: Answer[] = [problem(401, "credentials_wrong", "RAW")];
  const { person } = start({ "POST /v1/session": () => answers.shift() ?? { status: 200, body: session() } });
  await signIn(person);
  await screen.findByText(/is wrong. Check both/);
  location.hash = "forgot";
  await step("Forgot password?");
  location.hash = "sign-in";
  await step("Sign in");
  expect(document.querySelector("#sign-in-form .problem")).toHaveProperty("hidden", true);
});
