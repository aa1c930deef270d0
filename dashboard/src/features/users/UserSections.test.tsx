import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { anna, path, posts, serveAnna } from "../../test/anna";
import { problem } from "../../test/api";
import { openPage } from "../../test/page";

test("ends every open view of the person after a question", async () => {
  const view = {
    accessId: "acc_1",
    status: "open",
    mode: "dictation",
    userId: anna.userId,
    study: { studyInstanceUid: "1.2.840.1" },
    createdAt: "2026-11-27T09:00:00.000Z",
    linkExpiresAt: "2026-11-27T09:01:00.000Z",
    openedAt: "2026-11-27T09:00:30.000Z",
    viewExpiresAt: "2026-11-27T10:00:30.000Z",
  };
  let open = [view];
  const api = serveAnna(
    {},
    {
      "GET /v1/access": () => ({ status: 200, body: { access: open, hasMore: false } }),
      "POST /v1/access/revoke": () => {
        open = [];
        return { status: 200, body: { success: true, message: "" } };
      },
    },
  );
  const { person } = openPage(path);
  await screen.findByRole("row", { name: /1\.2\.840\.1/ });
  expect(api.sent.find((one) => one.path === "/v1/access")?.query.get("userId")).toBe(anna.userId);
  await person.click(screen.getByRole("button", { name: "End all views of Anna Hale" }));
  await person.click(screen.getByRole("button", { name: "End all views" }));
  const done = await screen.findByText("Every view of Anna Hale has ended.");
  expect(posts(api.sent)[0]?.body).toEqual({ userId: anna.userId });
  expect(document.activeElement).toBe(done);
  await screen.findByText("No view is open.");
});

test("shows the newest records, and leads to all of them", async () => {
  const record = {
    eventId: "evt_1",
    at: "2026-11-27T09:00:00.000Z",
    actor: "system",
    action: "user.deactivated",
    object: anna.userId,
  };
  const api = serveAnna({}, { "GET /v1/auditEvents": { auditEvents: [record], hasMore: false } });
  openPage(path);
  const history = await screen.findByRole("region", { name: "Activity" });
  await within(history).findByText(/AutoScribe deactivated Anna Hale/);
  const asked = api.sent.find((one) => one.path === "/v1/auditEvents");
  expect(Object.fromEntries(asked?.query ?? [])).toEqual({ object: anna.userId, limit: "10" });
  const [about, by] = within(history).getAllByRole("link");
  expect(about?.getAttribute("href")).toBe(`/activity?who=${anna.userId}`);
  expect(by?.getAttribute("href")).toBe(`/activity?who=${anna.userId}&side=by`);
});

test("a failed list of views leaves the rest of the page usable", async () => {
  serveAnna(
    {},
    {
      "GET /v1/access": problem(
        403,
        "forbidden",
        "Your permissions do not include this. Ask an owner or admin. Only an owner can change an owner.",
      ),
    },
  );
  openPage(path);
  await screen.findByText(
    "Your permissions do not include this. Ask an owner or admin. Only an owner can change an owner.",
  );
  expect(screen.getByRole("button", { name: "Edit" })).toBeTruthy();
});
