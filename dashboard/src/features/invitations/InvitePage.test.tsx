import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { problemWords } from "../../rules/problemWords";
import { problem, serveApi, session, user } from "../../test/api";
import { fillIn, INVITE, invitationId, invited, openForm, PATH, send } from "../../test/inviteForm";
import { openPage } from "../../test/page";

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
  const said = await screen.findByText("Invitation sent to anna.hale@clinic.example.");
  expect(said.closest("[role=status]")).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByRole("heading", { level: 1 }));
});

test("Cancel goes back to where the person came from, and forgets what was entered", async () => {
  const { person, router } = await openForm();
  await router.navigate({ to: "/users/invitations", search: { show: "open" } });
  await person.click(await screen.findByRole("link", { name: "Invite User" }));
  await person.type(await screen.findByLabelText("First name"), "Anna");
  expect(sessionStorage.length).toBe(1);
  await person.click(screen.getByRole("button", { name: "Cancel" }));
  await waitFor(() => expect(router.state.location.href).toBe("/users/invitations?show=open"));
  expect(sessionStorage.length).toBe(0);
});

test("Cancel of a form that was opened by its address goes to the invitations", async () => {
  const { person, router } = await openForm();
  await person.click(screen.getByRole("button", { name: "Cancel" }));
  await waitFor(() => expect(router.state.location.pathname).toBe("/users/invitations"));
});

test("a practice manager becomes an Administrative Director, and the form says so", async () => {
  const { person } = await openForm();
  await person.selectOptions(screen.getByLabelText("Role"), "Practice manager");
  expect((screen.getByLabelText("Role") as HTMLSelectElement).value).toBe("Administrative Director");
  expect(screen.getByText(/^Practice manager is listed as Administrative Director/)).toBeTruthy();
  await person.selectOptions(screen.getByLabelText("Role"), "Scribe");
  expect(screen.queryByText(/is listed as/)).toBeNull();
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
  const summary = screen.getByText("Fix 4 problems").closest("[tabindex]") as HTMLElement;
  expect(document.activeElement).toBe(summary);
  await person.click(within(summary).getByRole("link", { name: "Role" }));
  expect(document.activeElement).toBe(screen.getByLabelText("Role"));
  expect(invites()).toEqual([]);
});

test("the API's faults stand at their fields until those change", async () => {
  const fault = { field: "lastName", code: "name_digits", detail: "Use 4 digits at most." };
  const { person } = await openForm({
    [INVITE]: problem(422, "name_digits", "Use 4 digits at most.", { errors: [fault] }),
  });
  await fillIn(person);
  await person.click(send());
  await screen.findByText("Fix 1 problem");
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
  expect(document.activeElement?.textContent).toContain(problemWords[code]);
});

test("who is in the clinic already is a fault of the address, with the way on in one box", async () => {
  const { person } = await openForm({ [INVITE]: problem(409, "already_member", "", { userId: user().userId }) });
  await fillIn(person);
  await person.click(send());
  const box = (await screen.findByText("Fix 1 problem")).closest(".problem") as HTMLElement;
  expect(within(box).getByRole("link", { name: "Open the user" })).toBeTruthy();
  const email = screen.getByLabelText("Email address");
  expect(email.getAttribute("aria-invalid")).toBe("true");
  await person.type(email, "x");
  expect(email.getAttribute("aria-invalid")).toBeNull();
  expect(screen.queryByText(problemWords.already_member ?? "")).toBeNull();
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
    [INVITE]: () =>
      over ? problem(401, "unauthenticated", "Your session has ended. Sign in, then try again.") : invited(),
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
    [INVITE]: () =>
      confirmed
        ? invited()
        : problem(
            403,
            "password_needed",
            "Your password was not confirmed. Nothing was changed. Try again and confirm it.",
          ),
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

test("a member learns who can invite", async () => {
  serveApi({ "GET /v1/session": session({ level: "member" }) });
  openPage(PATH);
  await screen.findByText("Only owners and admins can use this page. Ask one of them.");
  expect(screen.queryByRole("button", { name: "Send invitation" })).toBeNull();
});
