import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { problem, serveApi, session } from "../../test/api";
import { openPage } from "../../test/page";
import { anna, list, serveViews, unopened, view } from "../../test/views";

test("lists each open view with its reader by name, study, mode and times", async () => {
  const api = serveViews([view(), unopened]);
  openPage("/views");
  const row = await screen.findByRole("row", { name: /Anna Hale/ });
  expect(row.textContent).toContain("1.2.840.1");
  expect(row.textContent).toContain("Read and report");
  const times = [...row.querySelectorAll("time")].map((time) => time.dateTime);
  expect(times).toEqual(["2026-11-27T09:00:30.000Z", "2026-11-27T10:00:30.000Z"]);
  expect(within(row).getByRole("link").getAttribute("href")).toBe(`/users/${anna.userId}`);
  const other = screen.getByRole("row", { name: /No specific person/ });
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
  await screen.findByRole("button", { name: "End the view of someone at the clinic, study 1.2.840.1" });
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
  expect(document.activeElement).toBe(screen.getByRole("row", { name: /No specific person/ }));
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

test("a view that has ended meanwhile says so in the dialog, and its row is gone", async () => {
  const api = serveViews([view(), unopened]);
  api.refuse = problem(404, "access_not_found", "There is no such view. It may have ended.");
  const { person } = openPage("/views");
  await person.click(await screen.findByRole("button", { name: /^End the view of Anna Hale/ }));
  const dialog = screen.getByRole("dialog");
  api.open = [unopened];
  await person.click(within(dialog).getByRole("button", { name: "End the view" }));
  await within(dialog).findByText("There is no such view. It may have ended.");
  await waitFor(() => expect(screen.queryByRole("row", { name: /Anna Hale/ })).toBeNull());
  await person.click(within(dialog).getByRole("button", { name: "Cancel" }));
  expect(screen.queryByRole("dialog")).toBeNull();
  await waitFor(() => expect(document.activeElement).not.toBe(document.body));
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
  const row = await screen.findByRole("row", { name: /No specific person/ });
  expect(document.activeElement).toBe(row);
  await person.click(screen.getByRole("button", { name: "End the view of study 1.2.840.2" }));
  expect(screen.getByRole("dialog", { name: "End this view?" })).toBeTruthy();
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
    "GET /v1/access": problem(
      403,
      "forbidden",
      "Your permissions do not include this. Ask an owner or admin. Only an owner can change an owner.",
    ),
  });
  openPage("/views");
  await screen.findByText(
    "Your permissions do not include this. Ask an owner or admin. Only an owner can change an owner.",
  );
});
