import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { type Answer, inTurn, problem, type Sent, session } from "../../test/api";
import { serveClinic } from "../../test/clinic";
import { openPage } from "../../test/page";
import { period, review, reviewed, reviewedKey } from "../../test/review";

const ok = (body: unknown): Answer => ({ status: 200, body });
const asked = (sent: Sent[]) => sent.filter((one) => one.path === "/v1/accessReview");
const serve = (answer: (sent: Sent) => Answer) => serveClinic({ "GET /v1/accessReview": answer });
const cells = (row: HTMLElement) => [...row.querySelectorAll("th, td")].map((cell) => cell.textContent);

test("shows what a person could do, who granted it, and what they used", async () => {
  const used = { lastSignInOn: "2026-11-23", lastViewOn: "2026-11-24", openViewCount: 2 };
  serve(() => ok(review({ people: [reviewed(used)] })));
  openPage("/access-review");
  const row = await screen.findByRole("row", { name: /Anna Hale/ });
  expect(cells(row).slice(1)).toEqual([
    "Radiologist",
    "Member",
    "Reports, PACS only✓\u00a0NPI verified",
    "Olu Adeyemi20 Nov, 10:30 CST",
    "23 Nov 2026",
    "24 Nov 2026",
    "2",
  ]);
  expect(screen.getByLabelText("Day")).toHaveProperty("value", "2026-11-24");
  expect(screen.getByText("In the clinic's time zone, America/Chicago")).toBeTruthy();
});

test("a change during the day is another row, with its times in the clinic's zone", async () => {
  const noon = "2026-11-24T18:00:00.000Z";
  const key = { grantedBy: "key:0192eeee-eeee-7eee-8eee-eeeeeeeeeeee", grantedByName: "Front desk" };
  const periods = [
    period({ from: noon, level: "admin", hasDashboardAccess: true, ...key }),
    period({ until: noon, grantedBy: "operator", grantedByName: null }),
  ];
  serve(() => ok(review({ people: [reviewed({ periods })] })));
  openPage("/access-review");
  const [later, earlier] = (await screen.findAllByRole("row", { name: /Anna Hale/ })).map(cells);
  expect(later?.[2]).toBe("Admin");
  expect(later?.[3]).toContain("From 24 Nov, 12:00 CST");
  expect(later?.[4]).toContain("The API key “Front desk”");
  expect(earlier?.[3]).toContain("Until 24 Nov, 12:00 CST");
  expect(earlier?.[4]).toContain("The AutoScribe operator");
  expect(screen.getByText("1 person")).toBeTruthy();
});

test("lists the API keys of the day", async () => {
  const revoked = reviewedKey({ apiKeyId: "2", description: "Old PACS", until: "2026-11-24T18:00:00.000Z" });
  serve(() => ok(review({ apiKeys: [reviewedKey(), revoked] })));
  openPage("/access-review");
  const keys = within(await screen.findByRole("table", { name: "API keys" }));
  expect(cells(keys.getByRole("row", { name: /PACS Riverside/ }))).toEqual([
    "PACS Riverside",
    "Read users, Create view links",
    "All day",
    "The AutoScribe operator20 Nov, 03:30 CST",
    "Not rotated",
    "Never used",
  ]);
  expect(keys.getByRole("row", { name: /Old PACS/ }).textContent).toContain("Until 24 Nov, 12:00 CST");
});

test("another day is asked for, and stays in the URL", async () => {
  const sent = serve(({ query }) => ok(review({ at: query.get("at") ?? "2026-11-24", people: [], apiKeys: [] })));
  const { router } = openPage("/access-review");
  await screen.findByText("No one had access on this day");
  expect(screen.getByText("No API key worked on this day.")).toBeTruthy();
  fireEvent.change(screen.getByLabelText("Day"), { target: { value: "2026-11-20" } });
  await waitFor(() => expect(asked(sent).at(-1)?.query.get("at")).toBe("2026-11-20"));
  expect(router.state.location.href).toBe("/access-review?at=2026-11-20");
  expect(asked(sent)[0]?.query.has("at")).toBe(false);
});

test("Show more asks for the same day, and keeps the keys", async () => {
  const grace = reviewed({ userId: "usr_2", firstName: "Grace", lastName: "Lindholm" });
  const { apiKeys: _, ...second } = review({ people: [grace] });
  const sent = serve(({ query }) => ok(query.has("cursor") ? second : review({ cursor: "next", hasMore: true })));
  const { person } = openPage("/access-review");
  await person.click(await screen.findByRole("button", { name: "Show more" }));
  expect(document.activeElement).toBe(await screen.findByRole("row", { name: /Grace Lindholm/ }));
  expect(asked(sent).at(-1)?.query.get("at")).toBe("2026-11-24");
  expect(screen.getByRole("row", { name: /Anna Hale/ })).toBeTruthy();
  expect(screen.getByRole("row", { name: /PACS Riverside/ })).toBeTruthy();
});

test.each([
  [problem(503, "review_not_ready", "Repeat."), /^The latest changes are not in the access review yet/],
  [problem(400, "date_out_of_range", "Send a day."), /^Choose today or an earlier day/],
])("says why there is no review, and tries again", async (refusal, words) => {
  serve(inTurn(refusal, ok(review())));
  const { person } = openPage("/access-review?at=2026-11-24");
  expect((await screen.findByRole("alert")).textContent).toMatch(words);
  await person.click(screen.getByRole("button", { name: "Try again" }));
  await screen.findByRole("row", { name: /Anna Hale/ });
});

test("a member learns that the page is for managers, without a request", async () => {
  const sent = serveClinic({ "GET /v1/session": session({ level: "member" }) });
  openPage("/access-review");
  await screen.findByText(/Only owners and admins can use this page/);
  expect(screen.queryByRole("link", { name: "Access review" })).toBeNull();
  expect(asked(sent)).toHaveLength(0);
});

test("the file has every page, and goes on after a failure", async () => {
  const file = { text: async () => "", name: "" };
  vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => {
    file.text = () => (blob as Blob).text();
    return "blob:file";
  });
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function click(this: HTMLAnchorElement) {
    file.name = this.download;
  });
  const name = { "content-disposition": 'attachment; filename="access-review-2026-11-24.csv"' };
  const link = '</v1/accessReview?at=2026-11-24&format=csv&limit=1000&cursor=a%2Bb>; rel="next"';
  const first = { ...ok("kind,id\r\nperson,usr_1\r\n"), headers: { ...name, link } };
  const last = { ...ok("person,usr_2\r\n"), headers: name };
  const later = inTurn(problem(503, "review_not_ready", "Repeat."), last);
  const sent = serve(({ query }) => {
    if (query.get("format") !== "csv") return ok(review());
    return query.has("cursor") ? later() : first;
  });
  const { person } = openPage("/access-review");
  await person.click(await screen.findByRole("button", { name: "Download CSV" }));
  await person.click(await screen.findByRole("button", { name: "Try again" }));
  await screen.findByText("Saved the review.");
  expect(file.name).toBe("access-review-2026-11-24.csv");
  expect((await file.text()).replace("\ufeff", "")).toBe("kind,id\r\nperson,usr_1\r\nperson,usr_2\r\n");
  const queries = asked(sent).filter(({ query }) => query.get("format") === "csv");
  expect(queries.map(({ query }) => [query.get("at"), query.get("cursor")])).toEqual([
    [null, null],
    ["2026-11-24", "a+b"],
    ["2026-11-24", "a+b"],
  ]);
});
