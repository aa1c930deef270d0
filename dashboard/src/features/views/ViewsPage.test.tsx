import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import type { Schemas } from "../../api/client";
import { problem, type Sent, serveApi, session, user } from "../../test/api";
import { openPage } from "../../test/page";

const anna = user({ userId: "usr_0192eeeeeeeeeeeeeeeeeeeeeeeeeeee", firstName: "Anna", lastName: "Hale" });

function view(change: Partial<Schemas["AccessView"]> = {}): Schemas["AccessView"] {
  return {
    accessId: "acc_01920000000000000000000000000001",
    status: "open",
    mode: "dictation",
    userId: anna.userId,
    study: { studyInstanceUid: "1.2.840.1" },
    retrievalId: null,
    issuedByUserId: null,
    issuedByApiKeyId: "0192aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa",
    createdAt: "2026-11-27T09:00:00.000Z",
    linkExpiresAt: "2026-11-27T09:01:00.000Z",
    openedAt: "2026-11-27T09:00:30.000Z",
    viewExpiresAt: "2026-11-27T10:00:30.000Z",
    revokedAt: null,
    ...change,
  };
}

const unopened = view({
  accessId: "acc_01920000000000000000000000000002",
  status: "issued",
  mode: "viewer_only",
  userId: null,
  study: { studyInstanceUid: "1.2.840.2" },
  openedAt: null,
  viewExpiresAt: null,
});

function list(access: unknown[], hasMore = false) {
  return { access, cursor: hasMore ? "next" : null, hasMore };
}

/** An API whose open views a test changes. */
function serveViews(open: Schemas["AccessView"][]) {
  const api = { open, fail: null as null | ReturnType<typeof problem>, sent: [] as Sent[] };
  api.sent = serveApi({
    "GET /v1/session": session(),
    "GET /v1/autoScribe/users/*": anna,
    "GET /v1/access": () => api.fail ?? { status: 200, body: list(api.open) },
    "POST /v1/access/revoke": ({ body }) => {
      api.open = api.open.filter((one) => one.accessId !== (body as { accessId: string }).accessId);
      return { status: 200, body: { success: true, message: "" } };
    },
  });
  return api;
}

afterEach(() => {
  vi.useRealTimers();
});

test("lists each open view with its reader by name, study, mode and times", async () => {
  const api = serveViews([view(), unopened]);
  openPage("/views");
  const row = await screen.findByRole("row", { name: /Anna Hale/ });
  expect(row.textContent).toContain("1.2.840.1");
  expect(row.textContent).toContain("Read and report");
  const times = [...row.querySelectorAll("time")].map((time) => time.dateTime);
  expect(times).toEqual(["2026-11-27T09:00:30.000Z", "2026-11-27T10:00:30.000Z"]);
  expect(within(row).getByRole("link").getAttribute("href")).toBe(`/users/${anna.userId}`);
  const other = screen.getByRole("row", { name: /No named person/ });
  expect(other.textContent).toContain("Link not opened yet");
  expect(other.querySelector("time")?.dateTime).toBe(unopened.linkExpiresAt);
  expect(screen.getByText("2 open views")).toBeTruthy();
  expect(api.sent.find((one) => one.path === "/v1/access")?.query.get("active")).toBe("true");
});

test("asks for each name once", async () => {
  const api = serveViews([view(), view({ accessId: "acc_01920000000000000000000000000003" })]);
  openPage("/views");
  await screen.findByText("2 open views");
  expect(api.sent.filter((one) => one.path.endsWith(anna.userId))).toHaveLength(1);
});

test("a name that does not come leaves the rows usable", async () => {
  serveApi({ "GET /v1/session": session(), "GET /v1/access": list([view()]) });
  openPage("/views");
  await screen.findByRole("button", { name: "End the view of a person of the clinic, study 1.2.840.1" });
});

test("says that no view is open", async () => {
  serveViews([]);
  openPage("/views");
  await screen.findByText("No view is open");
});

test("ends a view after a question, and the next row gets the focus", async () => {
  const api = serveViews([view(), unopened]);
  const { person } = openPage("/views");
  await person.click(await screen.findByRole("button", { name: "End the view of Anna Hale, study 1.2.840.1" }));
  const dialog = screen.getByRole("dialog", { name: "End the view of Anna Hale?" });
  expect(api.sent.some((one) => one.method === "POST")).toBe(false);
  await person.click(within(dialog).getByRole("button", { name: "End the view" }));
  await waitFor(() => expect(screen.queryByRole("row", { name: /Anna Hale/ })).toBeNull());
  expect(api.sent.find((one) => one.method === "POST")?.body).toEqual({ accessId: view().accessId });
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(document.activeElement).toBe(screen.getByRole("row", { name: /No named person/ }));
});

test("after the only view has ended, the title gets the focus", async () => {
  serveViews([view()]);
  const { person } = openPage("/views");
  await person.click(await screen.findByRole("button", { name: /^End the view of Anna Hale/ }));
  await person.click(screen.getByRole("button", { name: "End the view" }));
  await screen.findByText("No view is open");
  expect(document.activeElement).toBe(screen.getByRole("heading", { name: "Open views" }));
});

test("Cancel ends nothing and gives the focus back", async () => {
  const api = serveViews([view()]);
  const { person } = openPage("/views");
  const end = await screen.findByRole("button", { name: /^End the view of Anna Hale/ });
  await person.click(end);
  await person.click(screen.getByRole("button", { name: "Cancel" }));
  expect(document.activeElement).toBe(end);
  expect(api.sent.some((one) => one.method === "POST")).toBe(false);
});

test("a refused end says why in the dialog", async () => {
  serveApi({
    "GET /v1/session": session(),
    "GET /v1/autoScribe/users/*": anna,
    "GET /v1/access": list([view()]),
    "POST /v1/access/revoke": problem(409, "conflict", "Someone else changed this. Try again."),
  });
  const { person } = openPage("/views");
  await person.click(await screen.findByRole("button", { name: /^End the view of Anna Hale/ }));
  const dialog = screen.getByRole("dialog");
  await person.click(within(dialog).getByRole("button", { name: "End the view" }));
  await within(dialog).findByText("Someone else changed this. Try again.");
});

test("asks again every 10 seconds and keeps the focus", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const api = serveViews([view()]);
  openPage("/views");
  const end = await screen.findByRole("button", { name: /^End the view of Anna Hale/ });
  end.focus();
  api.open = [unopened, view()];
  await vi.advanceTimersByTimeAsync(10_000);
  await screen.findByText("2 open views");
  expect(document.activeElement).toBe(end);
});

/** What the page itself asked for. */
const asked = (api: { sent: Sent[] }) => api.sent.filter((one) => one.path === "/v1/access");

test("does not ask while the page is hidden", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const api = serveViews([view()]);
  openPage("/views");
  await screen.findByText("1 open view");
  vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  const before = asked(api).length;
  await vi.advanceTimersByTimeAsync(30_000);
  expect(asked(api)).toHaveLength(before);
});

test("does not ask while no one is at the page, so that an unattended session can end", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const api = serveViews([view()]);
  const { person } = openPage("/views");
  await screen.findByText("1 open view");
  await vi.advanceTimersByTimeAsync(121_000);
  const before = asked(api).length;
  await vi.advanceTimersByTimeAsync(600_000);
  expect(asked(api)).toHaveLength(before);
  api.open = [];
  await person.keyboard("{Shift}");
  await screen.findByText("No view is open");
});

test("obeys a refusal that names a time", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const api = serveViews([view()]);
  openPage("/views");
  await screen.findByText("1 open view");
  api.fail = problem(429, "too_many_requests", "Wait.", { headers: { "retry-after": "60" } });
  await vi.advanceTimersByTimeAsync(10_000);
  await screen.findByText("Wait.");
  const before = asked(api).length;
  await vi.advanceTimersByTimeAsync(40_000);
  expect(asked(api)).toHaveLength(before);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(asked(api).length).toBeGreaterThan(before);
});

test("rows stay when asking again fails", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const api = serveViews([view()]);
  openPage("/views");
  await screen.findByRole("row", { name: /Anna Hale/ });
  api.fail = problem(503, "unavailable", "Try again later.", { headers: { "retry-after": "30" } });
  await vi.advanceTimersByTimeAsync(10_000);
  const alert = await screen.findByRole("alert");
  expect(within(alert).getByText("Try again later.")).toBeTruthy();
  expect(within(alert).getByRole("button").textContent).toMatch(/^Try again in \d+ s$/);
  expect(screen.getByRole("row", { name: /Anna Hale/ })).toBeTruthy();
});

test("Show more loads the next page and moves the focus to its first row", async () => {
  serveApi({
    "GET /v1/session": session(),
    "GET /v1/autoScribe/users/*": anna,
    "GET /v1/access": ({ query }) => ({
      status: 200,
      body: query.get("cursor") ? list([unopened]) : list([view()], true),
    }),
  });
  const { person } = openPage("/views");
  await person.click(await screen.findByRole("button", { name: "Show more" }));
  const row = await screen.findByRole("row", { name: /No named person/ });
  expect(document.activeElement).toBe(row);
});

test("a member reads that the list has their own views only", async () => {
  serveApi({
    "GET /v1/session": session({ level: "member" }),
    "GET /v1/autoScribe/users/*": anna,
    "GET /v1/access": list([view()]),
  });
  openPage("/views");
  await screen.findByText(/You see those that were opened for you or by you/);
});

test("a person without the right reads why there is no list", async () => {
  serveApi({
    "GET /v1/session": session({ level: "member", canManageStudies: false }),
    "GET /v1/access": problem(403, "forbidden", "Ask an owner or admin to let you manage studies."),
  });
  openPage("/views");
  await screen.findByText("Ask an owner or admin to let you manage studies.");
});
