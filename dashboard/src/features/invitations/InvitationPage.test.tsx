import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { type Answer, invitation, problem } from "../../test/api";
import { event, invitationId, openInvitation, PATH } from "../../test/invitation";

const registry = { firstName: "GRACE", lastName: "BERG", credential: "MD" };
const mismatch = invitation({ npiVerification: "name_mismatch", npiRegistryName: registry });

afterEach(() => vi.useRealTimers());

test("shows the state, the terms in the words of the email, and what happened", async () => {
  openInvitation({ phoneNumber: "+13125550100" });
  await screen.findByRole("heading", { level: 1, name: "Anna Hale" });
  expect(screen.getByRole("link", { name: "All invitations" }).getAttribute("href")).toBe("/users/invitations");
  expect(screen.getAllByText(/recipient's email server accepted it/).length).toBeGreaterThan(0);
  expect(screen.getByText("dictate and create radiology reports")).toBeTruthy();
  expect(screen.getByText("+13125550100")).toBeTruthy();
  await screen.findByText("Olu Adeyemi invited Anna Hale");
});

test.each([
  [{ grantedByName: "Grace Berg" }, "Grace Berg"],
  [{}, "A person at your clinic"],
  [{ grantedBy: "key:0192eeee", grantedByName: "Riverside PACS" }, "API key “Riverside PACS”"],
  [{ grantedBy: "key:0192eeee" }, "An API key"],
  [{ grantedBy: "operator" }, "AutoScribe"],
])("who set the permissions, as the API has it in %j, is %s", async (change, words) => {
  openInvitation(change);
  const term = await screen.findByText("Permissions set by");
  expect(term.nextSibling?.textContent).toBe(words);
});

test("says why there is no link to copy, and what IT should allow", async () => {
  openInvitation({});
  await screen.findByText(/There is no link to copy/);
  expect(screen.getByText(/allow emails from AutoScribe/).textContent).toContain("Riverside Imaging via AutoScribe");
});

test("an email that came back needs another address, not another look in the spam folder", async () => {
  openInvitation({ delivery: "bounced" });
  const correct = await screen.findByRole("link", { name: "Correct the address of Anna Hale" });
  expect(correct.className).toContain("first");
  expect(screen.queryByText(/spam folder/)).toBeNull();
});

test("the newest email stands after what sent it", async () => {
  openInvitation(
    { delivery: "bounced", deliveryDetail: "The mailbox does not exist. Check the address.", sendCount: 2 },
    {
      "GET /v1/auditEvents": {
        auditEvents: [event("invitation.resent"), event("invitation.created")],
        cursor: null,
        hasMore: false,
      },
    },
  );
  await screen.findByText("Olu Adeyemi resent the invitation for Anna Hale");
  const entries = within(screen.getByRole("list", { name: "Activity" })).getAllByRole("listitem");
  expect(entries.map((entry) => entry.textContent)).toEqual([
    expect.stringContaining("The mailbox does not exist."),
    expect.stringContaining("resent the invitation for Anna Hale"),
    expect.stringContaining("invited Anna Hale"),
  ]);
  const correct = screen.getByRole("link", { name: "Correct the address of Anna Hale" });
  expect(correct.getAttribute("href")).toBe(`/users/invitations/new?from=${invitationId}`);
});

test("a person who declined is quoted", async () => {
  openInvitation(
    { status: "rejected", rejectReason: "I work elsewhere now." },
    {
      "GET /v1/auditEvents": {
        auditEvents: [event("invitation.rejected"), event("invitation.created")],
        cursor: null,
        hasMore: false,
      },
    },
  );
  const list = await screen.findByRole("list", { name: "Activity" });
  await waitFor(() => expect(within(list).getAllByRole("listitem")[0]?.textContent).toContain("I work elsewhere now."));
});

test("when the history can't be read, the rest of the page is there", async () => {
  let fail = true;
  const { person } = openInvitation(
    {},
    {
      "GET /v1/auditEvents": () =>
        fail
          ? problem(503, "unavailable", "AutoScribe can't answer right now. Try again in a moment.")
          : { status: 200, body: { auditEvents: [event("invitation.created")], cursor: null, hasMore: false } },
    },
  );
  await screen.findByText("AutoScribe can't answer right now. Try again in a moment.");
  expect(screen.getByRole("button", { name: "Resend to Anna Hale" })).toBeTruthy();
  fail = false;
  await person.click(screen.getByRole("button", { name: "Try again" }));
  await screen.findByText("Olu Adeyemi invited Anna Hale");
});

test("while the email is queued the page asks again, and stops after 20 seconds", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const { sent } = openInvitation({ delivery: "queued" });
  await screen.findByRole("heading", { name: "Anna Hale" });
  const reads = () => sent.filter((one) => one.path.endsWith(invitationId)).length;
  const first = reads();
  await vi.advanceTimersByTimeAsync(2_100);
  expect(reads()).toBe(first + 1);
  await vi.advanceTimersByTimeAsync(20_000);
  const last = reads();
  expect(last).toBeLessThanOrEqual(first + 11);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(reads()).toBe(last);
});

test("a session that is over is asked about once while the email is queued", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  let answer: Answer = { status: 200, body: invitation({ delivery: "queued" }) };
  const { person } = openInvitation(() => answer);
  await screen.findByRole("heading", { name: "Anna Hale" });
  answer = problem(401, "unauthenticated", "Sign in.");
  await vi.advanceTimersByTimeAsync(2_100);
  await person.click(await screen.findByRole("button", { name: "Cancel" }));
  await screen.findByRole("alert");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("a delivered email is not asked about again", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const { sent } = openInvitation({});
  await screen.findByRole("heading", { name: "Anna Hale" });
  const reads = () => sent.filter((one) => one.path.endsWith(invitationId)).length;
  const first = reads();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(reads()).toBe(first);
});

test("Resend says that a new email goes out", async () => {
  const { person } = openInvitation({}, { "POST /v1/autoScribe/users/invitations/*/resend": invitation() });
  await person.click(await screen.findByRole("button", { name: "Resend to Anna Hale" }));
  await screen.findByText(/A new invitation is on its way to Anna Hale/);
});

test("Revoke asks first. Then the way on is to invite again", async () => {
  let one = invitation();
  const { person } = openInvitation(
    async () => {
      await new Promise((done) => setTimeout(done, 20));
      return { status: 200, body: one };
    },
    {
      "POST /v1/autoScribe/users/invitations/revoke": () => {
        one = invitation({ status: "revoked" });
        return { status: 200, body: { success: true, message: "" } };
      },
    },
  );
  await person.click(await screen.findByRole("button", { name: "Revoke the invitation for Anna Hale" }));
  await person.click(screen.getByRole("button", { name: "Revoke" }));
  const again = await screen.findByRole("link", { name: "Invite Anna Hale again" });
  expect(again.getAttribute("href")).toBe(`/users/invitations/new?from=${invitationId}`);
  expect(screen.queryByText(/There is no link to copy/)).toBeNull();
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("heading", { level: 1 })));
});

test("another name at NPPES can be attested after a question, with the password", async () => {
  let confirmed = false;
  let one = mismatch;
  const { person } = openInvitation(() => ({ status: 200, body: one }), {
    "POST /v1/autoScribe/users/invitations/*/attest-npi": () => {
      if (!confirmed) return problem(403, "password_needed", "Confirm your password.");
      one = invitation({ npiVerification: "verified" });
      return { status: 200, body: one };
    },
    "POST /v1/session/confirm": () => {
      confirmed = true;
      return { status: 200, body: { success: true, message: "" } };
    },
  });
  await person.click(await screen.findByRole("button", { name: "Attest the NPI of Anna Hale" }));
  const dialog = screen.getByRole("dialog", { name: "Does NPI 1234567893 belong to Anna Hale?" });
  expect(dialog.textContent).toContain("Grace Berg, MD");
  await person.click(within(dialog).getByRole("button", { name: "Attest" }));
  await person.type(await screen.findByLabelText("Password of olu@clinic.example"), "horse battery staple");
  await person.click(screen.getByRole("button", { name: "Confirm" }));
  await screen.findByText("NPI verified");
  expect(screen.queryByRole("button", { name: /Attest/ })).toBeNull();
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("heading", { level: 1 })));
});

test.each([
  ["pending", /NPPES, the NPI registry, has not answered/],
  ["not_found", /the NPI registry, has no person with this NPI/],
  ["deactivated", /is deactivated in NPPES/],
] as const)("an NPI that is %s says what to do", async (npiVerification, words) => {
  openInvitation({ npiVerification });
  await screen.findByText(words);
});

test.each([
  [{}, "Edit the invitation to correct the NPI."],
  [{ expiry: "2026-11-01T09:30:00.000Z" }, "Resend the invitation, then edit it to correct the NPI."],
  [{ level: "owner" }, "Anna Hale can correct the NPI on the page Users after confirming."],
] as const)("a wrong NPI of %j leads to what can be done", async (change, words) => {
  for (const npiVerification of ["not_found", "deactivated", "name_mismatch"] as const) {
    const { unmount } = openInvitation({ ...change, npiVerification });
    await screen.findByText((text) => text.endsWith(words));
    unmount();
  }
});

test("while a revocation is on its way, its button keeps the focus and does nothing twice", async () => {
  let answer = () => {};
  const revoked = new Promise<Answer>((done) => {
    answer = () => done({ status: 200, body: { success: true, message: "" } });
  });
  const { person, sent } = openInvitation({}, { "POST /v1/autoScribe/users/invitations/revoke": () => revoked });
  await person.click(await screen.findByRole("button", { name: "Revoke the invitation for Anna Hale" }));
  const action = screen.getByRole("button", { name: "Revoke" });
  await person.click(action);
  await waitFor(() => expect(action.getAttribute("aria-disabled")).toBe("true"));
  await person.click(action);
  expect(document.activeElement).toBe(action);
  expect(sent.filter((one) => one.path.endsWith("/revoke"))).toHaveLength(1);
  answer();
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

test("an expired invitation can be sent again, but not edited", async () => {
  openInvitation({ expiry: "2026-11-01T09:30:00.000Z" }, {}, `${PATH}?edit=true`);
  await screen.findByRole("button", { name: "Resend to Anna Hale" });
  expect(screen.getByText("Expired")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Save" })).toBeNull();
  expect(screen.queryByRole("link", { name: /^Edit/ })).toBeNull();
});

test("an invitation that does not exist says so and leads back", async () => {
  openInvitation(() => problem(404, "invitation_not_found", "There is no such invitation."));
  await screen.findByRole("heading", { level: 1, name: "Invitation not found" });
  expect(screen.getByRole("link", { name: "all invitations" }).getAttribute("href")).toBe("/users/invitations");
});
