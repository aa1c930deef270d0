import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { type Answer, invitation, problem, type Sent, serveApi, session } from "../../test/api";
import { openPage } from "../../test/page";
import type { Invitation } from "./queries";

const LIST = "GET /v1/autoScribe/users/invitations";
const SUMMARY = `${LIST}/summary`;
const REVOKE = "POST /v1/autoScribe/users/invitations/revoke";
const RESEND = "POST /v1/autoScribe/users/invitations/*/resend";

const id = (digit: string) => `inv_0192${digit.repeat(28)}`;
const anna: Invitation = { ...invitation({ invitationId: id("a") }), inviterName: "Olu Adeyemi" };
const grace: Invitation = { ...anna, invitationId: id("b"), firstName: "Grace", email: "grace@clinic.example" };
const lost: Invitation = {
  ...anna,
  invitationId: id("c"),
  firstName: "Lena",
  email: "lena@clinic.exampel",
  delivery: "bounced",
  deliveryDetail: "The domain of the address does not take email. Check the address.",
};
const old = (digit: string, firstName: string): Invitation => ({
  ...anna,
  invitationId: id(digit),
  firstName,
  expiry: "2026-11-01T09:30:00.000Z",
});

const counts = {
  open: { count: 100, more: true },
  notDelivered: { count: 1, more: false },
  expired: { count: 2, more: false },
  npiTrouble: { count: 0, more: false },
};

/** Answers the list as the API filters it. */
function listOf(all: Invitation[] | (() => Invitation[])) {
  return ({ query }: Sent): Answer => {
    const [status, delivery, npi] = [query.get("status"), query.get("delivery"), query.get("npiVerification")];
    const expired = query.get("expired");
    const invitations = (typeof all === "function" ? all() : all)
      .filter((one) => !status || one.status === status)
      .filter((one) => !delivery || delivery.split(",").includes(one.delivery))
      .filter((one) => !npi || npi.split(",").includes(one.npiVerification))
      .filter((one) => !expired || (expired === "expired") === Date.parse(one.expiry) < Date.now());
    return { status: 200, body: listed(invitations) };
  };
}

/** The list comes after the answer to what changed it, as over a network. */
function slowly(all: () => Invitation[]) {
  return async (sent: Sent) => {
    await new Promise((done) => setTimeout(done, 20));
    return listOf(all)(sent);
  };
}

function listed(invitations: Invitation[]) {
  return { invitations, cursor: null, hasMore: false };
}

type Routes = Parameters<typeof serveApi>[0];

function openList(all: Invitation[] | (() => Invitation[]), path = "/users/invitations", routes: Routes = {}) {
  const sent = serveApi({ "GET /v1/session": session(), [SUMMARY]: counts, [LIST]: listOf(all), ...routes });
  return { ...openPage(path), sent };
}

const rowOf = (name: RegExp) => screen.findByRole("row", { name });

test("lists permissions, email, how long it is open, and who invited", async () => {
  openList([anna, { ...grace, inviterName: undefined, apiKeyDescription: "PACS" } as unknown as Invitation]);
  const row = await rowOf(/Anna Hale/);
  expect(row.textContent).toContain("Reports, PACS only");
  expect(row.textContent).toContain("Delivered");
  expect(row.textContent).toContain("1 Dec 2099");
  expect(row.textContent).toContain("Olu Adeyemi");
  expect((await rowOf(/Grace Hale/)).textContent).toContain("API key “PACS”");
});

test("the chips count what needs someone, and the URL holds the choice", async () => {
  const { person, router } = openList([anna, old("d", "Dora")]);
  const chips = await screen.findByRole("navigation", { name: "Which invitations" });
  await within(chips).findByRole("link", { name: "Open (100+)" });
  expect(within(chips).getByRole("link", { name: "Accepted" })).toBeTruthy();
  await person.click(within(chips).getByRole("link", { name: "Expired (2)" }));
  await waitFor(() => expect(screen.queryByRole("row", { name: /Anna Hale/ })).toBeNull());
  expect(router.state.location.search).toEqual({ show: "expired" });
  expect((await rowOf(/Dora Hale/)).textContent).toContain("Expired");
});

test("what did not arrive comes first, with the reason and a way to correct the address", async () => {
  openList([anna, { ...grace, delivery: "delayed" }, lost]);
  const table = await screen.findByRole("table", { name: "Not delivered" });
  expect(table.textContent).toContain("The domain of the address does not take email.");
  expect(within(table).queryByRole("row", { name: /Anna Hale/ })).toBeNull();
  const names = within(table).getAllByRole("rowheader");
  expect(names.map((name) => name.textContent)).toEqual([
    "Lena Halelena@clinic.exampel",
    "Grace Halegrace@clinic.example",
  ]);
  const correct = within(table).getByRole("link", { name: "Correct the address of Lena Hale" });
  expect(correct.getAttribute("href")).toBe(`/users/invitations/new?from=${lost.invitationId}`);
});

test("first use leads to inviting and importing", async () => {
  openList([]);
  await screen.findByText("No one has been invited yet");
  expect(screen.getByRole("link", { name: "Invite a person" })).toBeTruthy();
  expect(screen.getByRole("link", { name: "import a list" })).toBeTruthy();
});

test.each([
  ["?show=expired", "No invitation has expired"],
  ["?q=zoe", "No invitation matches"],
])("%s without rows says so and leads back", async (search, words) => {
  openList([], `/users/invitations${search}`);
  await screen.findByText(words);
  expect(screen.getByRole("link", { name: "Show all invitations" })).toBeTruthy();
});

test("a search is sent, and keeps the view", async () => {
  const { person, router, sent } = openList([anna], "/users/invitations?show=open");
  await person.type(await screen.findByRole("searchbox"), "hal");
  await waitFor(() => expect(router.state.location.search).toEqual({ show: "open", q: "hal" }));
  await waitFor(() => expect(sent.at(-1)?.query.get("q")).toBe("hal"));
  expect(sent.at(-1)?.query.get("status")).toBe("sent");
});

test("Resend names the person, and the focus stays on its button", async () => {
  const { person, sent } = openList([anna], undefined, { [RESEND]: { status: 200, body: anna } });
  const button = await screen.findByRole("button", { name: "Resend to Anna Hale" });
  await person.click(button);
  await screen.findByText(/A new email goes to Anna Hale/);
  expect(sent.filter((one) => one.path.endsWith(`${anna.invitationId}/resend`))).toHaveLength(1);
  expect(document.activeElement).toBe(button);
});

test("a resend that comes too soon counts down", async () => {
  const soon = problem(429, "resend_too_soon", "Wait a minute.", { headers: { "retry-after": "40" } });
  const { person } = openList([anna], undefined, { [RESEND]: soon });
  await person.click(await screen.findByRole("button", { name: "Resend to Anna Hale" }));
  await screen.findByText("The invitation was not sent to Anna Hale again.");
  const again = screen.getByRole("button", { name: /Try again in \d+ s/ }) as HTMLButtonElement;
  expect(again.disabled).toBe(true);
});

test("Revoke asks first. After it the next row has the focus", async () => {
  let all = [anna, grace];
  const { person, sent } = openList([], "/users/invitations?show=open", {
    [LIST]: slowly(() => all),
    [REVOKE]: () => {
      all = [grace];
      return { status: 200, body: { success: true, message: "" } };
    },
  });
  const revoke = await screen.findByRole("button", { name: "Revoke the invitation of Anna Hale" });
  await person.click(revoke);
  const dialog = screen.getByRole("dialog", { name: "Revoke the invitation of Anna Hale?" });
  expect(sent.some((one) => one.path.endsWith("/revoke"))).toBe(false);
  await person.click(within(dialog).getByRole("button", { name: "Cancel" }));
  expect(document.activeElement).toBe(revoke);
  await person.click(revoke);
  await person.click(screen.getByRole("button", { name: "Revoke" }));
  await waitFor(() => expect(screen.queryByRole("row", { name: /Anna Hale/ })).toBeNull());
  const next = await rowOf(/Grace Hale/);
  await waitFor(() => expect(document.activeElement).toBe(next));
  expect(screen.getByText("The invitation of Anna Hale is revoked.")).toBeTruthy();
});

test("when the last row goes, the title has the focus", async () => {
  let all = [anna];
  const { person } = openList([], "/users/invitations?show=open", {
    [LIST]: slowly(() => all),
    [REVOKE]: () => {
      all = [];
      return { status: 200, body: { success: true, message: "" } };
    },
  });
  await person.click(await screen.findByRole("button", { name: "Revoke the invitation of Anna Hale" }));
  await person.click(screen.getByRole("button", { name: "Revoke" }));
  await screen.findByText("No invitation is open");
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("heading", { level: 1 })));
});

test("a revoked row that stays in the list gets the focus, since its button is gone", async () => {
  let all = [anna, grace];
  const { person } = openList([], undefined, {
    [LIST]: slowly(() => all),
    [REVOKE]: () => {
      all = [{ ...anna, status: "revoked" }, grace];
      return { status: 200, body: { success: true, message: "" } };
    },
  });
  await person.click(await screen.findByRole("button", { name: "Revoke the invitation of Anna Hale" }));
  await person.click(screen.getByRole("button", { name: "Revoke" }));
  await screen.findByRole("link", { name: "Invite Anna Hale again" });
  expect(document.activeElement).toBe(screen.getByRole("row", { name: /Anna Hale/ }));
});

test("someone accepted meanwhile: the refusal says so, and the row is read again", async () => {
  let all = [anna];
  const { person } = openList(() => all, undefined, {
    [REVOKE]: () => {
      all = [{ ...anna, status: "accepted" }];
      return problem(409, "invitation_accepted", "Anna accepted this invitation.");
    },
  });
  await person.click(await screen.findByRole("button", { name: "Revoke the invitation of Anna Hale" }));
  await person.click(screen.getByRole("button", { name: "Revoke" }));
  await screen.findByText("Anna accepted this invitation.");
  await waitFor(() => expect(screen.getByRole("row", { name: /Anna Hale/ }).textContent).toContain("Accepted"));
});

test("who accepted leads to the user", async () => {
  openList([{ ...anna, status: "accepted" }]);
  const link = await screen.findByRole("link", { name: "Open the user Anna Hale" });
  expect(link.getAttribute("href")).toBe(`/users/${anna.userId}`);
  expect(screen.queryByRole("button", { name: /Resend/ })).toBeNull();
});

test("an owner's invitation can only be sent again", async () => {
  openList([{ ...anna, level: "owner" }]);
  await screen.findByRole("button", { name: "Resend to Anna Hale" });
  expect(screen.queryByRole("button", { name: /Revoke/ })).toBeNull();
  expect(screen.queryByRole("link", { name: /Edit/ })).toBeNull();
});

test("an error keeps the rows that are there", async () => {
  let fail = false;
  const list = listOf([anna]);
  const { person } = openList([], undefined, {
    [LIST]: (sent) => (fail ? problem(500, "internal", "It did not work.") : list(sent)),
    [RESEND]: () => {
      fail = true;
      return { status: 200, body: anna };
    },
  });
  await person.click(await screen.findByRole("button", { name: "Resend to Anna Hale" }));
  await screen.findByText("It did not work.");
  expect(screen.getByText("req-1")).toBeTruthy();
  expect(screen.getByRole("row", { name: /Anna Hale/ })).toBeTruthy();
});

test("offline says so and can be tried again", async () => {
  let offline = true;
  const list = listOf([anna]);
  const { person } = openList([], undefined, {
    [LIST]: (sent) => {
      if (offline) throw new TypeError("network");
      return list(sent);
    },
  });
  await screen.findByText(/can't be reached/);
  offline = false;
  await person.click(screen.getByRole("button", { name: "Try again" }));
  await rowOf(/Anna Hale/);
});

test("slow rows are announced as loading", async () => {
  openList([], undefined, { [LIST]: () => new Promise(() => {}) });
  await screen.findByText("Loading invitations…");
});

test("Show more follows the cursor and moves the focus to the first new row", async () => {
  const { person } = openList([], "/users/invitations?show=open", {
    [LIST]: ({ query }) => ({
      status: 200,
      body: query.get("cursor") === "next" ? listed([grace]) : { ...listed([anna]), cursor: "next", hasMore: true },
    }),
  });
  await person.click(await screen.findByRole("button", { name: "Show more" }));
  const row = await rowOf(/Grace Hale/);
  expect(document.activeElement).toBe(row);
  expect(screen.getByRole("row", { name: /Anna Hale/ })).toBeTruthy();
});

test("a member learns who can see invitations", async () => {
  openList([anna], undefined, { "GET /v1/session": session({ level: "member", canManageStudies: true }) });
  await screen.findByText("Only owners and admins can use this page. Ask one of them.");
});
