import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { anna, path, posts, serveAnna } from "../../test/anna";
import { problem, type Sent } from "../../test/api";
import { openPage } from "../../test/page";
import { list, unopened, view } from "../../test/views";

test("ends every open view of the person after a question", async () => {
  let open = [view()];
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

test("a person without views and records has sections that say so", async () => {
  serveAnna();
  openPage(path);
  await screen.findByText("No view is open.");
  await screen.findByText("Nothing is recorded.");
  expect(screen.queryByRole("button", { name: /^End all/ })).toBeNull();
});

test("Show more loads the next views and moves the focus to the first of them", async () => {
  const pages = ({ query }: Sent) => ({
    status: 200,
    body: query.get("cursor") ? list([unopened]) : list([view()], true),
  });
  serveAnna({}, { "GET /v1/access": pages });
  const { person } = openPage(path);
  await person.click(await screen.findByRole("button", { name: "Show more" }));
  const row = await screen.findByRole("row", { name: /1\.2\.840\.2/ });
  expect(document.activeElement).toBe(row);
  expect(screen.getByRole("row", { name: /1\.2\.840\.1/ })).toBeTruthy();
});
