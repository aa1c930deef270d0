import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import type { AuditEvent } from "../../rules/audit";
import { type Answer, problem, type Sent, serveApi, session, user } from "../../test/api";
import { openPage } from "../../test/page";

const olu = session().user.userId;
const anna = user({ userId: "usr_0192eeeeeeeeeeeeeeeeeeeeeeeeeeee", firstName: "Anna", lastName: "Hale" });
const key = "key:0192aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa";
const member = {
  level: "member",
  canManageStudies: false,
  canCreateReports: true,
  hasDashboardAccess: false,
  npiVerification: "not_required",
} as const;

let count = 0;
function event(change: Partial<AuditEvent> = {}): AuditEvent {
  count += 1;
  return {
    eventId: `evt_${count}`,
    at: "2026-11-27T09:00:00.000Z",
    actor: olu,
    action: "user.edited",
    object: anna.userId,
    ip: "192.0.2.7",
    ...change,
  };
}

const edited = event({ before: member, after: { ...member, level: "admin", hasDashboardAccess: true } });

function list(auditEvents: AuditEvent[], cursor: string | null = null) {
  return { status: 200, body: { auditEvents, cursor, hasMore: cursor !== null } };
}

function serveActivity(events: (sent: Sent) => Answer | Promise<Answer>, more: Parameters<typeof serveApi>[0] = {}) {
  return serveApi({
    "GET /v1/session": session(),
    "GET /v1/autoScribe/users/*": ({ path }) =>
      path.endsWith(anna.userId) ? { status: 200, body: anna } : { status: 200, body: session().user },
    "GET /v1/autoScribe/users": { users: [anna], cursor: null, hasMore: false },
    "GET /v1/apiKeys": {
      apiKeys: [{ apiKeyId: key.slice(4), description: "Front desk PACS" }],
      cursor: null,
      hasMore: false,
    },
    "GET /v1/auditEvents": events,
    ...more,
  });
}

const asked = (sent: Sent[]) => sent.filter((one) => one.path === "/v1/auditEvents");

/** Catches the file that the page saves. */
function catchFile() {
  const file = { text: async () => "", name: "" };
  vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => {
    file.text = () => (blob as Blob).text();
    return "blob:file";
  });
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function click(this: HTMLAnchorElement) {
    file.name = this.download;
  });
  return file;
}

test("says each record as a sentence with names, and what changed", async () => {
  serveActivity(() => list([edited, event({ actor: key, action: "user.deactivated" })]));
  openPage("/activity");
  const row = await screen.findByRole("row", { name: /Olu Adeyemi changed Anna Hale/ });
  expect(row.textContent).toContain(
    "Permissions before: Reports, PACS only. After: Admin, Reports, Studies, Dashboard",
  );
  expect(row.textContent).toContain("192.0.2.7");
  expect(row.querySelector("time")?.dateTime).toBe(edited.at);
  expect(within(row).getByRole("link").getAttribute("href")).toBe(`/users/${anna.userId}`);
  expect(screen.getByText("The API key “Front desk PACS” deactivated Anna Hale")).toBeTruthy();
});

test("names a person who has not confirmed by the invitation", async () => {
  const invited = anna.userId.replace("usr_", "inv_");
  serveActivity(() => list([event({ action: "invitation.resent", object: invited })]), {
    "GET /v1/autoScribe/users/invitations/*": anna,
  });
  openPage("/activity");
  const link = await screen.findByRole("link", { name: "Olu Adeyemi sent the invitation of Anna Hale again" });
  expect(link.getAttribute("href")).toBe(`/users/invitations/${invited}`);
});

test("sends the filters of the URL, with days in the reader's zone", async () => {
  const sent = serveActivity(() => list([edited]));
  openPage(`/activity?who=${anna.userId}&action=user.edited&from=2026-11-01&to=2026-11-02`);
  await screen.findByRole("row", { name: /changed Anna Hale/ });
  const query = Object.fromEntries(asked(sent)[0]?.query ?? []);
  expect(query).toEqual({
    limit: "50",
    object: anna.userId,
    action: "user.edited",
    startDate: new Date(2026, 10, 1).toISOString(),
    endDate: new Date(new Date(2026, 10, 3).getTime() - 1).toISOString(),
  });
});

test("leaves out what means nothing in a URL", async () => {
  const sent = serveActivity(() => list([edited]));
  openPage("/activity?who=me&action=user.flew&from=soon&side=up");
  await screen.findByRole("row", { name: /changed Anna Hale/ });
  expect(Object.fromEntries(asked(sent)[0]?.query ?? [])).toEqual({ limit: "50" });
});

test("finds a person, then shows what they did, then everyone again", async () => {
  const sent = serveActivity(() => list([edited]));
  const { person, router } = openPage("/activity");
  await person.type(await screen.findByLabelText("Person, by name or address"), "han");
  await screen.findByText("1 person found");
  expect(sent.find((one) => one.path.endsWith("/users"))?.query.get("q")).toBe("han");
  await person.click(screen.getByRole("button", { name: /Anna Hale/ }));
  const clear = await screen.findByRole("button", { name: "Show everyone" });
  await waitFor(() => expect(document.activeElement).toBe(clear));
  expect(router.state.location.search).toEqual({ who: anna.userId });
  await person.selectOptions(screen.getByLabelText("Which side"), "Done by them");
  await waitFor(() => expect(asked(sent).at(-1)?.query.get("actor")).toBe(anna.userId));
  expect(asked(sent).at(-1)?.query.has("object")).toBe(false);
  await person.click(screen.getByRole("button", { name: "Show everyone" }));
  await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText("Person, by name or address")));
  expect(router.state.location.search).toEqual({});
});

test("says that no one was found, and that a search did not work", async () => {
  let answer: Answer = { status: 200, body: { users: [], cursor: null, hasMore: false } };
  serveActivity(() => list([edited]), { "GET /v1/autoScribe/users": () => answer });
  const { person } = openPage("/activity");
  const field = await screen.findByLabelText("Person, by name or address");
  await person.type(field, "zoe");
  await screen.findByText("No one has this name or address.");
  answer = problem(403, "forbidden", "No.");
  await person.type(field, "x");
  await screen.findByText(/The search did not work/);
});

test("action and days go into the URL", async () => {
  serveActivity(() => list([edited]));
  const { person, router } = openPage("/activity");
  await person.selectOptions(await screen.findByLabelText("What happened"), "Deactivated a user");
  fireEvent.change(screen.getByLabelText("From day"), { target: { value: "2026-11-01" } });
  await waitFor(() => expect(router.state.location.search).toEqual({ action: "user.deactivated", from: "2026-11-01" }));
});

test("says that nothing matches, and clears the filters", async () => {
  serveActivity(({ query }) => list(query.has("action") ? [] : [edited]));
  const { person } = openPage("/activity?action=user.released");
  await person.click(await screen.findByRole("button", { name: "Clear the filters" }));
  await screen.findByRole("row", { name: /changed Anna Hale/ });
});

test("an error has its request id and can be tried again", async () => {
  let fail = true;
  serveActivity(() => (fail ? problem(403, "forbidden", "Ask an owner.") : list([edited])));
  const { person } = openPage("/activity");
  const alert = await screen.findByRole("alert");
  expect(within(alert).getByText("req-1")).toBeTruthy();
  fail = false;
  await person.click(within(alert).getByRole("button", { name: "Try again" }));
  await screen.findByRole("row", { name: /changed Anna Hale/ });
});

test("Show more loads the next page and moves the focus to its first row", async () => {
  serveActivity(({ query }) =>
    query.get("cursor") ? list([event({ action: "user.released" })]) : list([edited], "next"),
  );
  const { person } = openPage("/activity");
  await person.click(await screen.findByRole("button", { name: "Show more" }));
  const row = await screen.findByRole("row", { name: /released/ });
  expect(document.activeElement).toBe(row);
  expect(screen.getByRole("row", { name: /changed Anna Hale/ })).toBeTruthy();
});

test("the export has every page that the filters match, and no formulas", async () => {
  const file = catchFile();
  const nasty = event({
    action: "invitation.created",
    nameAfter: { firstName: "=cmd()", lastName: "x" },
    actor: "usr_x",
  });
  const sent = serveActivity(({ query }) => (query.get("cursor") ? list([nasty]) : list([edited], "next")), {
    "GET /v1/autoScribe/users/*": { ...anna, firstName: "@Olu", lastName: "Adeyemi" },
  });
  const { person } = openPage("/activity?action=user.edited");
  await person.click(await screen.findByRole("button", { name: "Export as CSV" }));
  await screen.findByText("Saved 2 records.");
  expect(file.name).toMatch(/^activity-\d{4}-\d\d-\d\d\.csv$/);
  const [head, first, second] = (await file.text()).split("\r\n");
  expect(head).toMatch(/^\ufeff?Time \(UTC\),What happened,Who,/);
  expect(first).toContain(`"Reports, PACS only","Admin, Reports, Studies, Dashboard"`);
  expect(first).toContain(",user.edited,");
  expect(first).toContain(",'@Olu Adeyemi,");
  expect(second).toContain(",'=cmd() x,");
  const exported = asked(sent).filter((one) => one.query.get("limit") === "100");
  expect(exported.map((one) => one.query.get("cursor"))).toEqual([null, "next"]);
  expect(exported.every((one) => one.query.get("action") === "user.edited")).toBe(true);
});

test("an export that fails goes on where it stopped", async () => {
  const file = catchFile();
  let fail = true;
  serveActivity(({ query }) => {
    if (query.get("limit") !== "100") return list([edited]);
    if (!query.get("cursor")) return list([edited], "next");
    return fail ? problem(503, "unavailable", "Wait a moment.", { headers: { "retry-after": "1" } }) : list([event()]);
  });
  const { person } = openPage("/activity");
  await person.click(await screen.findByRole("button", { name: "Export as CSV" }));
  await screen.findByText("Wait a moment.");
  expect(file.name).toBe("");
  fail = false;
  await person.click(await screen.findByRole("button", { name: "Try again" }, { timeout: 3000 }));
  await screen.findByText("Saved 2 records.");
  expect((await file.text()).trim().split("\r\n")).toHaveLength(3);
});

test("an export can be canceled, and shows how far it is", async () => {
  const file = catchFile();
  let answer: (given: Answer) => void = () => {};
  serveActivity(({ query }) => {
    if (query.get("limit") !== "100") return list([edited]);
    if (!query.get("cursor")) return list([edited], "next");
    return new Promise<Answer>((resolve) => {
      answer = resolve;
    });
  });
  const { person } = openPage("/activity");
  await person.click(await screen.findByRole("button", { name: "Export as CSV" }));
  await screen.findByText("1 record read…");
  const cancel = screen.getByRole("button", { name: "Cancel the export" });
  await person.click(cancel);
  answer(list([edited]));
  await screen.findByRole("button", { name: "Export as CSV" });
  expect(document.activeElement).toBe(cancel);
  expect(file.name).toBe("");
});

test("a member learns that the page is for managers, without a request", async () => {
  const sent = serveActivity(() => list([edited]), { "GET /v1/session": session({ level: "member" }) });
  openPage("/activity");
  await screen.findByText(/Only owners and admins can use this page/);
  expect(asked(sent)).toHaveLength(0);
});
