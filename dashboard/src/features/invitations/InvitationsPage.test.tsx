import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { type Answer, problem, session } from "../../test/api";
import { anna, grace, LIST, listed, listOf, lost, old, openList, RESEND, rowOf } from "../../test/invitationList";
import { troubles } from "../../test/troubles";
import type { Invitation } from "./queries";

test("lists permissions, email, until when it waits, and who invited", async () => {
  openList([anna, { ...grace, inviterId: null, invitedByApiKeyId: "0192eeee", apiKeyDescription: "PACS" }]);
  const row = await rowOf(/Anna Hale/);
  expect(row.textContent).toContain("Reports, PACS only");
  expect(row.textContent).toContain("Delivered");
  expect(row.textContent).toContain("Waiting until 1 Dec 2099");
  expect(row.textContent).toContain("Olu Adeyemi");
  expect((await rowOf(/Grace Hale/)).textContent).toContain("API key “PACS”");
});

test("the chips count what needs someone, and the URL holds the choice", async () => {
  const { person, router } = openList([anna, old("d", "Dora")]);
  const chips = await screen.findByRole("navigation", { name: "Which invitations" });
  await within(chips).findByRole("link", { name: "Waiting (100+)" });
  expect(within(chips).getByRole("link", { name: "Confirmed" })).toBeTruthy();
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

test("emails that came back are first, and those that are only late follow page by page", async () => {
  const delayed = Array.from(
    { length: 60 },
    (_, index): Invitation => ({
      ...grace,
      invitationId: `inv_0192${String(index).padStart(28, "0")}`,
      delivery: "delayed",
    }),
  );
  const { person } = openList([], "/users/invitations", {
    [LIST]: (asked) => {
      const { body, ...answer } = listOf([...delayed, lost])(asked);
      const { invitations } = body as { invitations: Invitation[] };
      const from = Number(asked.query.get("cursor"));
      const hasMore = invitations.length > from + 50;
      const page = { invitations: invitations.slice(from, from + 50), cursor: hasMore ? "50" : null, hasMore };
      return { ...answer, body: page };
    },
  });
  const table = await screen.findByRole("table", { name: "Not delivered" });
  const names = () => within(table).getAllByRole("rowheader");
  expect(names()).toHaveLength(51);
  expect(names()[0]?.textContent).toContain("Lena Hale");
  await person.click(screen.getByRole("button", { name: "Show more that were not delivered" }));
  await waitFor(() => expect(names()).toHaveLength(61));
  expect(document.activeElement).toBe(names()[51]?.parentElement);
  expect(screen.queryByRole("button", { name: "Show more that were not delivered" })).toBeNull();
});

test.each(troubles)("%s, the page says that what did not arrive is missing", async (_, answer, words) => {
  let trouble: Answer | (() => Answer) | null = answer;
  const { person } = openList([], undefined, {
    [LIST]: (sent) => {
      if (!trouble || !sent.query.has("delivery")) return listOf([anna, lost])(sent);
      return typeof trouble === "function" ? trouble() : trouble;
    },
  });
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toBe(`${words}Try again`);
  expect(screen.getByRole("heading", { name: "Not delivered" })).toBeTruthy();
  await rowOf(/Anna Hale/);
  trouble = null;
  await person.click(within(alert).getByRole("button", { name: "Try again" }));
  await screen.findByRole("table", { name: "Not delivered" });
  expect(screen.queryByRole("alert")).toBeNull();
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

test("an error keeps the rows that are there", async () => {
  let fail = false;
  const list = listOf([anna]);
  const { person } = openList([], undefined, {
    [LIST]: (sent) =>
      fail ? problem(500, "internal", "Something went wrong at AutoScribe. Try again in a moment.") : list(sent),
    [RESEND]: () => {
      fail = true;
      return { status: 200, body: anna };
    },
  });
  await person.click(await screen.findByRole("button", { name: "Resend to Anna Hale" }));
  await screen.findByText("Something went wrong at AutoScribe. Try again in a moment.");
  expect(screen.getByText("req-1")).toBeTruthy();
  expect(screen.getByRole("row", { name: /Anna Hale/ })).toBeTruthy();
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
