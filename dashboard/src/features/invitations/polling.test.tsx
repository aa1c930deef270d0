import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { problem, type Sent } from "../../test/api";
import { anna, grace, LIST, listed, listOf, openList, rowOf } from "../../test/invitationList";

const asked = (sent: Sent[]) => sent.filter(({ path }) => `GET ${path}` === LIST);
const queued = { ...anna, delivery: "queued", updatedAt: new Date().toISOString() } as const;

afterEach(() => {
  vi.useRealTimers();
});

test("a confirmation shows by itself, with its count, and the focus stays", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  let all = [anna];
  let open = 1;
  const none = { count: 0, more: false };
  openList(() => all, undefined, {
    [`${LIST}/summary`]: () => ({
      status: 200,
      body: { open: { count: open, more: false }, notDelivered: none, expired: none, npiTrouble: none },
    }),
  });
  const name = within(await rowOf(/Anna Hale/)).getByRole("link", { name: "Anna Hale" });
  await screen.findByRole("link", { name: "Waiting (1)" });
  name.focus();
  all = [{ ...anna, status: "accepted" }];
  open = 0;
  await vi.advanceTimersByTimeAsync(20_000);
  await waitFor(() => expect(screen.getByRole("row", { name: /Anna Hale/ }).textContent).toContain("Confirmed"));
  await screen.findByRole("link", { name: "Waiting (0)" });
  expect(document.activeElement).toBe(name);
});

test("while an email is on its way out, the list asks again after seconds, then less often", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  let all = [queued] as (typeof anna)[];
  const { sent } = openList(() => all);
  expect((await rowOf(/Anna Hale/)).textContent).toContain("Sending");
  all = [anna];
  await vi.advanceTimersByTimeAsync(4_000);
  await waitFor(() => expect(screen.getByRole("row", { name: /Anna Hale/ }).textContent).toContain("Delivered"));
  const before = asked(sent).length;
  await vi.advanceTimersByTimeAsync(15_000);
  expect(asked(sent)).toHaveLength(before);
});

test.each([
  ["an email that has not left for a minute", "?show=open", { ...queued, updatedAt: anna.updatedAt }, 1],
  ["a search", "?q=anna", queued, 0],
])("%s is not asked about every few seconds", async (_, search, one, times) => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const { sent } = openList([one], `/users/invitations${search}`);
  await rowOf(/Anna Hale/);
  const before = asked(sent).length;
  await vi.advanceTimersByTimeAsync(30_000);
  expect(asked(sent)).toHaveLength(before + times);
});

test("a button that goes with the answer leaves the focus at the person", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  let all = [anna];
  openList(() => all);
  within(await rowOf(/Anna Hale/))
    .getByRole("button", { name: "Resend to Anna Hale" })
    .focus();
  all = [{ ...anna, status: "accepted" }];
  await vi.advanceTimersByTimeAsync(20_000);
  await waitFor(() => expect(screen.getByRole("row", { name: /Anna Hale/ }).textContent).toContain("Confirmed"));
  expect(document.activeElement).toBe(screen.getByRole("link", { name: "Anna Hale" }));
});

test("a hidden list does not ask, and asks at once when its window gets the focus", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  let all = [anna];
  const { sent } = openList(() => all);
  await rowOf(/Anna Hale/);
  const hidden = vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  const before = asked(sent).length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked(sent)).toHaveLength(before);
  hidden.mockReturnValue("visible");
  all = [{ ...anna, status: "accepted" }];
  window.dispatchEvent(new Event("focus"));
  await waitFor(() => expect(screen.getByRole("row", { name: /Anna Hale/ }).textContent).toContain("Confirmed"));
});

test("the link of the list that is open reads it again", async () => {
  let all = [anna];
  const { person } = openList(() => all);
  await rowOf(/Anna Hale/);
  all = [{ ...anna, status: "rejected" }];
  await person.click(screen.getByRole("link", { name: "Invitations" }));
  await waitFor(() => expect(screen.getByRole("row", { name: /Anna Hale/ }).textContent).toContain("Declined"));
});

test("a list of several pages asks less often", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const { person, sent } = openList([], "/users/invitations?show=open", {
    [LIST]: ({ query }) => ({
      status: 200,
      body: query.get("cursor") ? listed([grace]) : { ...listed([anna]), cursor: "next", hasMore: true },
    }),
  });
  await person.click(await screen.findByRole("button", { name: "Show more" }));
  await rowOf(/Grace Hale/);
  const before = asked(sent).length;
  await vi.advanceTimersByTimeAsync(30_000);
  expect(asked(sent)).toHaveLength(before);
  await vi.advanceTimersByTimeAsync(10_000);
  await waitFor(() => expect(asked(sent)).toHaveLength(before + 2));
});

test("an invitation that comes above the list takes no one's focus", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  let first = [anna];
  const { person } = openList([], "/users/invitations?show=open", {
    [LIST]: ({ query }) => ({
      status: 200,
      body: query.get("cursor") ? listed([grace]) : { ...listed(first), cursor: "next", hasMore: true },
    }),
  });
  await person.click(await screen.findByRole("button", { name: "Show more" }));
  await rowOf(/Grace Hale/);
  const search = screen.getByRole("searchbox");
  search.focus();
  first = [{ ...anna, invitationId: `inv_0192${"f".repeat(28)}`, firstName: "Zoe" }, anna];
  await vi.advanceTimersByTimeAsync(40_000);
  await rowOf(/Zoe Hale/);
  expect(document.activeElement).toBe(search);
});

test("a list that can't be read again keeps its rows, and obeys a refusal that names a time", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  let refuse = false;
  const list = listOf([anna]);
  const { sent } = openList([], "/users/invitations?show=open", {
    [LIST]: (one) =>
      refuse ? problem(429, "too_many_requests", "Wait.", { headers: { "retry-after": "60" } }) : list(one),
  });
  await rowOf(/Anna Hale/);
  refuse = true;
  await vi.advanceTimersByTimeAsync(20_000);
  await screen.findByText("Wait.");
  expect(screen.getByRole("row", { name: /Anna Hale/ })).toBeTruthy();
  const before = asked(sent).length;
  await vi.advanceTimersByTimeAsync(50_000);
  expect(asked(sent)).toHaveLength(before);
});
