import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { type Answer, invitation, problem, serveApi, session } from "../../test/api";
import { INVITE, invitationId, invited, openForm, PATH, send } from "../../test/inviteForm";
import { openPage } from "../../test/page";

const ONE = "GET /v1/autoScribe/users/invitations/*";
const REVOKE = "POST /v1/autoScribe/users/invitations/revoke";
const newId = "inv_0192ffffffffffffffffffffffffffff";
const inUse = problem(409, "npi_in_use", "The invitation holds this NPI.", { invitationId });
const sentNew = (): Answer => ({ status: 201, body: { ...(invited().body as object), invitationId: newId } });

type Routes = Parameters<typeof openForm>[0];

/** The form that corrects an address, over an API that knows whether the old invitation is revoked. */
async function correct(old: Parameters<typeof invitation>[0], routes: Routes = {}) {
  let now = invitation({ delivery: "bounced", ...old });
  const form = await openForm(
    {
      [ONE]: () => ({ status: 200, body: now }),
      [REVOKE]: () => {
        now = { ...now, status: "revoked" };
        return { status: 200, body: { success: true, message: "" } };
      },
      "POST /v1/npi/lookup": { status: "verified", licenseStates: [] },
      [INVITE]: sentNew,
      ...routes,
    },
    `${PATH}?from=${invitationId}`,
  );
  const email = screen.getByLabelText("Email address");
  await form.person.clear(email);
  await form.person.type(email, "anna@hale.example");
  const posts = () =>
    form.sent.filter((one) => one.method === "POST" && /users(\/invitations\/revoke)?$/.test(one.path));
  return {
    ...form,
    accept: () => {
      now = { ...now, status: "accepted" };
    },
    order: () => posts().map((one) => (one.path.endsWith("revoke") ? "revoke" : "invite")),
  };
}

const noNpi = { canCreateReports: false, npiNumber: undefined as never };
const REVOKED = "The old invitation is revoked. The new one was not sent.";

test("the page says what happens, and begins at the address", async () => {
  serveApi({ "GET /v1/session": session(), [ONE]: invitation({ delivery: "bounced" }) });
  openPage(`${PATH}?from=${invitationId}`);
  await screen.findByRole("heading", { level: 1, name: "Correct the address" });
  const what = screen.getByText(/^Send a new invitation to the right address/);
  expect(what.textContent).toContain("The old one, to anna.hale@clinic.example, is revoked.");
  expect(document.activeElement).toBe(screen.getByLabelText("Email address"));
});

test("the address has to change", async () => {
  const { person, order } = await correct({});
  const email = screen.getByLabelText("Email address");
  await person.clear(email);
  await person.type(email, "Anna.Hale@clinic.example");
  await person.click(send());
  expect(screen.getAllByText(/Change the address/).length).toBeGreaterThan(0);
  expect(order()).toEqual([]);
});

test("the old invitation is revoked after the new one was sent", async () => {
  const { person, router, order, invites } = await correct(noNpi);
  await person.click(send());
  await waitFor(() => expect(router.state.location.pathname).toBe(`/users/invitations/${newId}`));
  expect(order()).toEqual(["invite", "revoke"]);
  expect(invites()[0]?.body).toMatchObject({ email: "anna@hale.example" });
});

test.each<[string, Answer | (() => never)]>([
  ["a conflict", problem(409, "already_member", "Already there.", { userId: "usr_0192" })],
  [
    "a wrong field",
    problem(422, "name_digits", "Digits.", { errors: [{ field: "lastName", code: "name_digits", detail: "Digits." }] }),
  ],
  ["the quota", problem(429, "invitation_quota", "Tomorrow.")],
  ["an NPI of someone else", problem(409, "npi_in_use", "In use.", { userId: "usr_0192" })],
  [
    "no connection",
    () => {
      throw new TypeError("network");
    },
  ],
])("%s revokes nothing, and the form stays", async (_, answer) => {
  const { person, order } = await correct({}, { [INVITE]: answer });
  await person.click(send());
  await waitFor(() => expect(document.activeElement?.querySelector(".problem")).toBeTruthy());
  expect(order()).toEqual(["invite"]);
  expect(screen.queryByText(REVOKED)).toBeNull();
  expect((screen.getByLabelText("Email address") as HTMLInputElement).value).toBe("anna@hale.example");
});

test("who is in the clinic already: one box says so, and that the old invitation was not revoked", async () => {
  const there = problem(409, "already_member", "Already there.", { userId: "usr_0192" });
  const { person } = await correct(noNpi, { [INVITE]: there });
  await person.click(send());
  const box = (await screen.findByText("Fix 1 problem")).closest(".problem") as HTMLElement;
  expect(within(box).getByText("The old invitation was not revoked.")).toBeTruthy();
  expect(within(box).getByRole("link", { name: "Open the user" })).toBeTruthy();
});

test("a password that is not confirmed revokes nothing", async () => {
  const refused = problem(403, "password_needed", "Confirm your password.");
  const { person, order } = await correct(
    { ...noNpi, level: "admin", hasDashboardAccess: true },
    { [INVITE]: refused },
  );
  await person.click(send());
  await person.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Cancel" }));
  await screen.findByText("The old invitation was not revoked.");
  expect(order()).toEqual(["invite"]);
});

test("an old invitation that holds the NPI is revoked once nothing else is in the way", async () => {
  let first = true;
  const { person, router, order, invites } = await correct(
    {},
    {
      [INVITE]: () => {
        if (!first) return sentNew();
        first = false;
        return inUse;
      },
    },
  );
  await person.click(send());
  await waitFor(() => expect(router.state.location.pathname).toBe(`/users/invitations/${newId}`));
  expect(order()).toEqual(["invite", "revoke", "invite"]);
  const [one, other] = invites().map((invite) => invite.headers.get("idempotency-key"));
  expect(other).not.toBe(one);
});

test("a refusal after the old one is revoked says so, and another try sends only the new one", async () => {
  const answers = [inUse, problem(503, "unavailable", "Try again."), sentNew()];
  const { person, router, order } = await correct({}, { [INVITE]: () => answers.shift() ?? sentNew() });
  await person.click(send());
  await screen.findByText(REVOKED);
  expect((screen.getByLabelText("Email address") as HTMLInputElement).value).toBe("anna@hale.example");
  await person.click(send());
  await waitFor(() => expect(router.state.location.pathname).toBe(`/users/invitations/${newId}`));
  expect(order()).toEqual(["invite", "revoke", "invite", "invite"]);
});

test("an invitation that was confirmed before it could be corrected leads to it, and nothing is sent", async () => {
  const { person, accept, order } = await correct({});
  accept();
  await person.click(send());
  const link = await screen.findByRole("link", { name: "Open the invitation" });
  expect(link.getAttribute("href")).toBe(`/users/invitations/${invitationId}`);
  expect(order()).toEqual([]);
});

test("one that can't be revoked after the new one was sent can be tried again, and leads to both", async () => {
  let down = true;
  const { person, order } = await correct(noNpi, {
    [REVOKE]: () => (down ? problem(503, "unavailable", "Try again.") : { status: 200, body: {} }),
  });
  await person.click(send());
  const said = await screen.findByText("The new invitation is sent. The old one was not revoked.");
  expect(document.activeElement?.contains(said)).toBe(true);
  expect(screen.getByRole("link", { name: "Open the new invitation" }).getAttribute("href")).toContain(newId);
  expect(screen.getByRole("link", { name: "Open the old invitation" }).getAttribute("href")).toContain(invitationId);
  down = false;
  await person.click(screen.getByRole("button", { name: "Try again" }));
  await screen.findByText("The new invitation is sent. The old one is revoked.");
  expect(order()).toEqual(["invite", "revoke", "revoke"]);
  expect(sessionStorage.length).toBe(0);
});
