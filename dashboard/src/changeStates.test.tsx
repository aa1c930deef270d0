import { screen, waitFor } from "@testing-library/react";
import type { UserEvent } from "@testing-library/user-event";
import { describe, expect, test, vi } from "vitest";
import { problemWords } from "./rules/problemWords";
import { anna, path as annaPath } from "./test/anna";
import { type Answer, inTurn, invitation, problem, type Sent } from "./test/api";
import { serveClinic, settings } from "./test/clinic";
import { invited } from "./test/inviteForm";
import { apiKey } from "./test/keys";
import { throttled } from "./test/offline";
import { openPage } from "./test/page";
import { signInAgain } from "./test/session";
import { troubles } from "./test/troubles";
import { challenge, webhook, webhookList, webhookPath, secret as webhookSecret } from "./test/webhooks";

const ANNA = "GET /v1/autoScribe/users/*";
const INVITATION = "GET /v1/autoScribe/users/invitations/*";
const invitationPath = `/users/invitations/${invitation().invitationId}`;
const done: Answer = { status: 200, body: { success: true, message: "" } };
const secret = { ...apiKey(), apiKey: `ask_${"a".repeat(49)}` };
const WEBHOOKS = "GET /v1/webhookEndpoints";
const newWebhook = { ...webhook(), secret: webhookSecret };
const deactivated = { [ANNA]: { ...anna, status: "deactivated" } };

type Change = {
  path: string;
  /** What the page reads other than usually. */
  reads?: Record<string, Record<string, unknown>>;
  /** What is entered or pressed before. */
  before?: (person: UserEvent) => Promise<void>;
  /** The button that sends the change. */
  action: string | RegExp;
  route: string;
  answer?: Answer;
  /** What a conflict says, if not what it says elsewhere. */
  conflict?: string;
};

const press = (name: string | RegExp) => async (person: UserEvent) =>
  person.click(await screen.findByRole("button", { name }));

const enter = (label: string, text: string) => async (person: UserEvent) => {
  const field = await screen.findByLabelText(label);
  await person.clear(field);
  await person.type(field, text);
};

const inOrder =
  (...steps: ((person: UserEvent) => Promise<void>)[]) =>
  async (person: UserEvent) => {
    for (const step of steps) await step(person);
  };

const choose = (label: string, option: string | RegExp) => async (person: UserEvent) => {
  const select = await screen.findByLabelText(label);
  await person.selectOptions(select, await screen.findByRole("option", { name: option }));
};

/** Everything that the pages can change. */
const changes: Record<string, Change> = {
  "editing a user": {
    path: annaPath,
    before: inOrder(press("Edit"), enter("First name", "Anne")),
    action: "Save",
    route: "PATCH /v1/autoScribe/users/*",
    answer: { status: 200, body: { ...anna, firstName: "Anne" } },
    conflict: "Someone else was changing this person at the same moment. Nothing of yours is saved yet. Save again.",
  },
  "deactivating a user": {
    path: annaPath,
    before: press("Deactivate Anna Hale"),
    action: "Deactivate",
    route: "POST /v1/autoScribe/users/revoke-access",
  },
  "reactivating a user": {
    path: annaPath,
    reads: deactivated,
    action: "Reactivate Anna Hale",
    route: "POST /v1/autoScribe/users/reactivate",
  },
  "releasing a user": {
    path: annaPath,
    reads: deactivated,
    before: press("Release Anna Hale"),
    action: "Release",
    route: "POST /v1/autoScribe/users/release",
  },
  "attesting the NPI of a user": {
    path: annaPath,
    reads: { [ANNA]: { ...anna, npiVerification: "name_mismatch" } },
    before: press("Attest the NPI of Anna Hale"),
    action: "Attest",
    route: "POST /v1/autoScribe/users/*/attest-npi",
    answer: { status: 200, body: anna },
  },
  "ending the views of a user": {
    path: annaPath,
    before: press("End all views of Anna Hale"),
    action: "End all views",
    route: "POST /v1/access/revoke",
  },
  "inviting a person": {
    path: "/users/invitations/new",
    before: inOrder(
      enter("Email address", "ben@clinic.example"),
      enter("First name", "Ben"),
      enter("Last name", "Castillo"),
      choose("Role", "Radiologist"),
    ),
    action: "Send invitation",
    route: "POST /v1/autoScribe/users",
    answer: invited(),
  },
  "editing an invitation": {
    path: `${invitationPath}?edit=true`,
    before: enter("First name", "Anne"),
    action: "Save",
    route: "PATCH /v1/autoScribe/users/invitations/*",
    answer: { status: 200, body: invitation({ firstName: "Anne" }) },
  },
  "resending an invitation": {
    path: invitationPath,
    action: "Resend to Anna Hale",
    route: "POST /v1/autoScribe/users/invitations/*/resend",
    answer: { status: 200, body: invitation() },
  },
  "revoking an invitation": {
    path: invitationPath,
    before: press("Revoke the invitation for Anna Hale"),
    action: "Revoke",
    route: "POST /v1/autoScribe/users/invitations/revoke",
  },
  "resending an invitation of the list": {
    path: "/users/invitations",
    action: "Resend to Anna Hale",
    route: "POST /v1/autoScribe/users/invitations/*/resend",
    answer: { status: 200, body: invitation() },
  },
  "revoking an invitation of the list": {
    path: "/users/invitations",
    before: press("Revoke the invitation for Anna Hale"),
    action: "Revoke",
    route: "POST /v1/autoScribe/users/invitations/revoke",
  },
  "attesting the NPI of an invitation": {
    path: invitationPath,
    reads: { [INVITATION]: invitation({ npiVerification: "name_mismatch" }) },
    before: press("Attest the NPI of Anna Hale"),
    action: "Attest",
    route: "POST /v1/autoScribe/users/invitations/*/attest-npi",
    answer: { status: 200, body: invitation() },
  },
  "ending a view": {
    path: "/views",
    before: press(/^End the view of Anna Hale/),
    action: "End the view",
    route: "POST /v1/access/revoke",
  },
  "creating an API key": {
    path: "/keys",
    before: inOrder(press("Create API key"), enter("Description", "Night script"), async (person) =>
      person.click(screen.getByRole("checkbox", { name: "Read users" })),
    ),
    action: "Create key",
    route: "POST /v1/apiKeys",
    answer: { status: 201, body: secret },
  },
  "rotating an API key": {
    path: "/keys",
    before: press("Rotate PACS Riverside"),
    action: "Rotate key",
    route: "POST /v1/apiKeys/*/rotate",
    answer: { status: 200, body: secret },
  },
  "revoking an API key": {
    path: "/keys",
    before: press("Revoke PACS Riverside"),
    action: "Revoke key",
    route: "POST /v1/apiKeys/*/revoke",
  },
  "creating a webhook": {
    path: "/webhooks",
    before: inOrder(
      press("Create webhook"),
      enter("Address of the receiver", "https://hr.example/hook"),
      enter("Description", "Staff directory"),
    ),
    action: "Create",
    route: "POST /v1/webhookEndpoints",
    answer: { status: 201, body: newWebhook },
  },
  "changing a webhook": {
    path: webhookPath,
    before: inOrder(press("Change"), enter("Description", "Staff directory")),
    action: "Save",
    route: "PATCH /v1/webhookEndpoints/*",
    answer: { status: 200, body: webhook({ description: "Staff directory" }) },
  },
  "sending the challenge of a webhook again": {
    path: webhookPath,
    reads: { [WEBHOOKS]: webhookList([webhook({ status: "pending" })]) },
    action: "Send the challenge again",
    route: "POST /v1/webhookEndpoints/*/verify",
    answer: { status: 200, body: challenge },
  },
  "enabling a webhook again": {
    path: webhookPath,
    reads: { [WEBHOOKS]: webhookList([webhook({ status: "disabled", disabledReason: "gone" })]) },
    action: "Enable again",
    route: "POST /v1/webhookEndpoints/*/verify",
    answer: { status: 200, body: challenge },
  },
  "sending a test event": {
    path: webhookPath,
    action: "Send test event",
    route: "POST /v1/webhookEndpoints/*/test",
    answer: { status: 200, body: challenge },
  },
  "rotating the secret of a webhook": {
    path: webhookPath,
    before: press("Rotate secret"),
    action: "Rotate secret",
    route: "POST /v1/webhookEndpoints/*/rotate",
    answer: { status: 200, body: newWebhook },
  },
  "ending a webhook": {
    path: webhookPath,
    before: press("End webhook"),
    action: "End for good",
    route: "POST /v1/webhookEndpoints/*/end",
  },
  "sending one delivery again": {
    path: webhookPath,
    action: /^Send again/,
    route: "POST /v1/webhookEndpoints/*/redeliver",
  },
  "sending all deliveries since a time again": {
    path: webhookPath,
    before: press("Send all again since…"),
    action: "Send events again",
    route: "POST /v1/webhookEndpoints/*/redeliver",
  },
  "saving the settings of the clinic": {
    path: "/clinic",
    before: enter("Name", "Riverside Radiology"),
    action: "Save",
    route: "PATCH /v1/clinic",
    answer: { status: 200, body: settings },
  },
  "transferring ownership": {
    path: "/clinic",
    before: inOrder(choose("Next owner", /Anna Hale/), press("Transfer ownership")),
    action: "Transfer ownership",
    route: "POST /v1/clinic/transfer-ownership",
  },
  "changing the password": {
    path: "/account",
    before: inOrder(enter("Current password", "horse battery staple"), enter("New password", "lantern-gravel-otter")),
    action: "Change password",
    route: "POST /v1/password/change",
  },
  "ending a session": {
    path: "/account",
    action: /^End the session/,
    route: "DELETE /v1/sessions/*",
  },
  "ending the other sessions": {
    path: "/account",
    action: "Sign out everywhere else",
    route: "POST /v1/sessions/end-others",
  },
  "changing the clinic": {
    path: "/account",
    action: "Switch to Lakeside Imaging",
    route: "POST /v1/session/clinic",
  },
};

const unauthenticated = problem(401, "unauthenticated", "RAW");
const conflict = problem(409, "conflict", "RAW");

describe.each(Object.entries(changes))("%s", (_, change) => {
  /** Opens the page, up to the button. The first answers to the change are these. */
  async function open(...refusals: (Answer | (() => Answer))[]) {
    vi.spyOn(location, "assign").mockImplementation(() => {});
    const tries: Sent[] = [];
    const answer = inTurn(...refusals, change.answer ?? done);
    serveClinic({
      ...change.reads,
      [change.route]: (sent) => {
        tries.push(sent);
        return answer();
      },
    });
    const { person } = openPage(change.path);
    await change.before?.(person);
    // A dialog comes after the page. Both can have a button of this name.
    const last = async (name: string | RegExp) =>
      (await screen.findAllByRole("button", { name })).at(-1) as HTMLElement;
    const act = async () => person.click(await last(change.action));
    const cancel = async () => person.click(await last("Cancel"));
    return { person, act, cancel, tries };
  }

  test("says why it was refused, and can be tried again until it is done", async () => {
    const refusals = [...troubles, ["", conflict, change.conflict ?? problemWords.conflict ?? ""] as const];
    const { act, tries } = await open(...refusals.map(([, answer]) => answer), throttled);
    for (const [, , said] of refusals) {
      await act();
      // What helps stands between the words and the id of the request.
      const parts = said.split(/(?=Request ID)/);
      await waitFor(() =>
        expect(parts.filter((part) => !screen.getByRole("alert").textContent?.includes(part))).toEqual([]),
      );
      const dialog = screen.queryByRole("dialog");
      expect(dialog?.contains(screen.getByRole("alert")) ?? true).toBe(true);
    }
    await act();
    await screen.findByText(/try again in 2 s/i);
    await act();
    await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
    expect(tries).toHaveLength(refusals.length + 2);
    expect(new Set(tries.map((one) => JSON.stringify(one.body))).size).toBe(1);
  });

  test("goes on after a session that was over, once the person has signed in", async () => {
    const { person, act, cancel, tries } = await open(unauthenticated, unauthenticated);
    await act();
    await cancel();
    expect((await screen.findByRole("alert")).textContent).toContain(problemWords.unauthenticated);
    await act();
    await signInAgain(person);
    await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
    await waitFor(() => expect(tries).toHaveLength(3));
    expect(tries[2]?.body).toEqual(tries[0]?.body);
  });
});
