import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { invitation, problem, serveApi, session, user } from "../../test/api";
import { openPage } from "../../test/page";

const PATH = "/users/invitations/new";
const INVITE = "POST /v1/autoScribe/users";
const invitationId = invitation().invitationId;

function invited() {
  return { status: 201, body: { ...user({ level: "member" }), invitationId, invitationStatus: "sent" } };
}

type Routes = Parameters<typeof serveApi>[0];

/** Opens the form over these answers. */
async function openForm(routes: Routes = {}, path = PATH) {
  const sent = serveApi({
    "GET /v1/session": session(),
    "GET /v1/autoScribe/users/invitations/*": invitation(),
    [INVITE]: invited,
    ...routes,
  });
  const page = openPage(path);
  await screen.findByRole("button", { name: "Send invitation" });
  return { ...page, sent, invites: () => sent.filter((one) => `${one.method} ${one.path}` === INVITE) };
}

async function fillIn(person: Awaited<ReturnType<typeof openForm>>["person"]) {
  await person.type(screen.getByLabelText("Email address"), "anna@clinic.example");
  await person.type(screen.getByLabelText("First name"), "Anna");
  await person.type(screen.getByLabelText("Last name"), "Hale");
  await person.selectOptions(screen.getByLabelText("Role"), "Radiologist");
}

const send = () => screen.getByRole("button", { name: "Send invitation" });

test("sends what was filled in, and goes to the invitation", async () => {
  const { person, router, invites } = await openForm();
  await fillIn(person);
  await person.click(screen.getByLabelText("Manage studies"));
  await person.click(send());
  await waitFor(() => expect(router.state.location.pathname).toBe(`/users/invitations/${invitationId}`));
  expect(invites()[0]?.body).toEqual({
    email: "anna@clinic.example",
    firstName: "Anna",
    lastName: "Hale",
    clinicRole: "Radiologist",
    level: "member",
    canManageStudies: true,
    canCreateReports: false,
    hasDashboardAccess: true,
  });
  expect(invites()[0]?.headers.get("idempotency-key")).toBeTruthy();
  expect(sessionStorage.length).toBe(0);
});

test("a practice manager becomes an Administrative Director", async () => {
  const { person } = await openForm();
  await person.selectOptions(screen.getByLabelText("Role"), "Practice manager");
  expect((screen.getByLabelText("Role") as HTMLSelectElement).value).toBe("Administrative Director");
});

test("a field shows its fault when it is left after input, and not before", async () => {
  const { person } = await openForm();
  await person.click(screen.getByLabelText("Email address"));
  await person.tab();
  expect(screen.queryByText("Enter the email address.")).toBeNull();
  await person.type(screen.getByLabelText("Email address"), "anna@clinic");
  expect(screen.getByLabelText("Email address").getAttribute("aria-invalid")).toBeNull();
  await person.tab();
  expect(screen.getByLabelText("Email address").getAttribute("aria-invalid")).toBe("true");
});

test("an incomplete form is not sent, and a summary with the focus leads to each fault", async () => {
  const { person, invites } = await openForm();
  await person.click(send());
  const summary = screen.getByText("4 things need a fix").closest("[tabindex]") as HTMLElement;
  expect(document.activeElement).toBe(summary);
  await person.click(within(summary).getByRole("link", { name: "Role" }));
  expect(document.activeElement).toBe(screen.getByLabelText("Role"));
  expect(invites()).toEqual([]);
});

test("the API's faults stand at their fields until those change", async () => {
  const fault = { field: "lastName", code: "name_digits", detail: "Use at most 4 digits." };
  const { person } = await openForm({
    [INVITE]: problem(422, "name_digits", "Use at most 4 digits.", { errors: [fault] }),
  });
  await fillIn(person);
  await person.click(send());
  await screen.findByText("One thing needs a fix");
  const field = screen.getByLabelText("Last name");
  expect(field.getAttribute("aria-invalid")).toBe("true");
  await person.type(field, "x");
  expect(field.getAttribute("aria-invalid")).toBeNull();
});

test.each([
  ["already_invited", { invitationId }, "Open the invitation", `/users/invitations/${invitationId}`],
  ["already_member", { userId: user().userId }, "Open the user", `/users/${user().userId}`],
  [
    "user_deactivated",
    { userId: user().userId },
    "Open the user, to reactivate or release them",
    `/users/${user().userId}`,
  ],
  ["npi_in_use", { userId: user().userId }, "Open the user who has this NPI", `/users/${user().userId}`],
  ["npi_in_use", { invitationId }, "Open the invitation that has this NPI", `/users/invitations/${invitationId}`],
])("%s leads on", async (code, about, text, href) => {
  const { person } = await openForm({ [INVITE]: problem(409, code, "It can't be sent.", about) });
  await fillIn(person);
  await person.click(send());
  expect((await screen.findByRole("link", { name: text })).getAttribute("href")).toBe(href);
  expect(document.activeElement?.textContent).toContain("It can't be sent.");
});

test("without an answer, sending again has the same key and changes nothing twice", async () => {
  let lost = true;
  const { person, router, invites } = await openForm({
    [INVITE]: () => {
      if (!lost) return invited();
      lost = false;
      throw new TypeError("network");
    },
  });
  await fillIn(person);
  await person.click(send());
  await screen.findByText(/can't be reached/);
  await person.click(send());
  await waitFor(() => expect(router.state.location.pathname).toBe(`/users/invitations/${invitationId}`));
  const [first, second] = invites().map((one) => one.headers.get("idempotency-key"));
  expect(second).toBe(first);
});

test("a used up quota says so and keeps the form", async () => {
  const detail = "Your clinic has sent all of today's invitations. Continue tomorrow.";
  const { person } = await openForm({ [INVITE]: problem(429, "invitation_quota", detail) });
  await fillIn(person);
  await person.click(send());
  await screen.findByText(detail);
  expect((screen.getByLabelText("First name") as HTMLInputElement).value).toBe("Anna");
});

test("when the session ends while sending, the form stays and the invitation goes out", async () => {
  let over = true;
  const { person, router } = await openForm({
    [INVITE]: () => (over ? problem(401, "unauthenticated", "Sign in.") : invited()),
    "POST /v1/session": () => {
      over = false;
      return { status: 200, body: session() };
    },
  });
  await fillIn(person);
  await person.click(send());
  await person.type(await screen.findByLabelText("Password of olu@clinic.example"), "horse battery staple");
  await person.click(screen.getByRole("button", { name: "Sign in" }));
  await waitFor(() => expect(router.state.location.pathname).toBe(`/users/invitations/${invitationId}`));
});

test("inviting an admin asks for the password and goes on", async () => {
  let confirmed = false;
  const { person, router, invites } = await openForm({
    [INVITE]: () => (confirmed ? invited() : problem(403, "password_needed", "Confirm your password.")),
    "POST /v1/session/confirm": () => {
      confirmed = true;
      return { status: 200, body: { success: true, message: "" } };
    },
  });
  await fillIn(person);
  await person.click(screen.getByLabelText("Admin"));
  await person.click(send());
  await screen.findByRole("heading", { name: "Confirm your password" });
  await person.type(screen.getByLabelText("Password of olu@clinic.example"), "horse battery staple");
  await person.click(screen.getByRole("button", { name: "Confirm" }));
  await waitFor(() => expect(router.state.location.pathname).toBe(`/users/invitations/${invitationId}`));
  expect(invites()[0]?.body).toMatchObject({ level: "admin", canManageStudies: true, hasDashboardAccess: true });
});

test("a draft survives a reload", async () => {
  const first = await openForm();
  await fillIn(first.person);
  first.unmount();
  await openForm();
  expect((screen.getByLabelText("Last name") as HTMLInputElement).value).toBe("Hale");
  expect((screen.getByLabelText("Role") as HTMLSelectElement).value).toBe("Radiologist");
});

test("a form that was emptied again leaves no draft", async () => {
  const { person } = await openForm();
  await person.type(screen.getByLabelText("First name"), "A");
  expect(sessionStorage.length).toBe(1);
  await person.clear(screen.getByLabelText("First name"));
  expect(sessionStorage.length).toBe(0);
});

test("an ended invitation is repeated with the same person, and the URL names only its id", async () => {
  const revoked = invitation({ status: "revoked", middleName: "Maria" });
  const { person, router, sent, invites } = await openForm(
    {
      "GET /v1/autoScribe/users/invitations/*": revoked,
      "POST /v1/npi/lookup": { status: "verified", licenseStates: [] },
    },
    `${PATH}?from=${invitationId}`,
  );
  expect((screen.getByLabelText("Middle name (optional)") as HTMLInputElement).value).toBe("Maria");
  expect(router.state.location.href).toBe(`${PATH}?from=${invitationId}`);
  await person.click(send());
  await waitFor(() => expect(invites()[0]?.body).toMatchObject({ email: revoked.email, npiNumber: "1234567893" }));
  expect(sent.some((one) => one.path.endsWith("/revoke"))).toBe(false);
});

test("correcting an address revokes the open invitation, then sends the new one", async () => {
  const { person, sent, invites } = await openForm(
    {
      "GET /v1/autoScribe/users/invitations/*": invitation({ delivery: "bounced" }),
      "POST /v1/autoScribe/users/invitations/revoke": { success: true, message: "" },
      "POST /v1/npi/lookup": { status: "verified", licenseStates: [] },
    },
    `${PATH}?from=${invitationId}`,
  );
  await person.click(send());
  expect(screen.getAllByText(/Change the address/).length).toBeGreaterThan(0);
  expect(invites()).toEqual([]);
  const email = screen.getByLabelText("Email address");
  await person.clear(email);
  await person.type(email, "anna@hale.example");
  await person.click(send());
  await waitFor(() => expect(invites()[0]?.body).toMatchObject({ email: "anna@hale.example" }));
  const posts = sent.filter((one) => one.method === "POST" && !one.path.includes("npi")).map((one) => one.path);
  expect(posts).toEqual(["/v1/autoScribe/users/invitations/revoke", "/v1/autoScribe/users"]);
});

test("an invitation to repeat that does not exist says so", async () => {
  serveApi({
    "GET /v1/session": session(),
    "GET /v1/autoScribe/users/invitations/*": problem(404, "invitation_not_found", "There is no such invitation."),
  });
  openPage(`${PATH}?from=${invitationId}`);
  const empty = await screen.findByRole("link", { name: "Start with an empty form" });
  expect(empty.getAttribute("href")).toBe(PATH);
});

test("an invitation that was accepted before it could be corrected leads to it", async () => {
  const { person, invites } = await openForm(
    {
      "GET /v1/autoScribe/users/invitations/*": invitation({ delivery: "delayed", canCreateReports: false }),
      "POST /v1/autoScribe/users/invitations/revoke": problem(409, "invitation_accepted", "Anna accepted it."),
    },
    `${PATH}?from=${invitationId}`,
  );
  await person.type(screen.getByLabelText("Email address"), "x");
  await person.click(send());
  const link = await screen.findByRole("link", { name: "Open the invitation" });
  expect(link.getAttribute("href")).toBe(`/users/invitations/${invitationId}`);
  expect(invites()).toEqual([]);
});

test("a member learns who can invite", async () => {
  serveApi({ "GET /v1/session": session({ level: "member" }) });
  openPage(PATH);
  await screen.findByText("Only owners and admins can use this page. Ask one of them.");
  expect(screen.queryByRole("button", { name: "Send invitation" })).toBeNull();
});
