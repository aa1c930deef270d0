import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { serveApi, session, user } from "../../test/api";
import { openPage } from "../../test/page";

const anna = user({
  userId: "usr_0192eeeeeeeeeeeeeeeeeeeeeeeeeeee",
  firstName: "Anna",
  lastName: "Hale",
  level: "member",
  canCreateReports: true,
  npiVerification: "verified",
  hasDashboardAccess: false,
  canManageStudies: false,
});

function list(users: unknown[], hasMore = false) {
  return { users, cursor: hasMore ? "next" : null, hasMore };
}

test("lists each person with permissions in words", async () => {
  serveApi({ "GET /v1/session": session(), "GET /v1/autoScribe/users": list([anna]) });
  openPage("/users");
  const row = await screen.findByRole("row", { name: /Anna Hale/ });
  expect(row.textContent).toContain("Reports, PACS only");
  expect(row.textContent).toContain("NPI verified");
  expect(screen.getByText("1 person")).toBeTruthy();
});

test("only who can sign in counts as never signed in", async () => {
  const reader = { ...anna, lastLoginAt: null };
  const scheduler = {
    ...reader,
    userId: "usr_0192ffffffffffffffffffffffffffff",
    firstName: "Sam",
    hasDashboardAccess: true,
  };
  serveApi({ "GET /v1/session": session(), "GET /v1/autoScribe/users": list([reader, scheduler]) });
  openPage("/users");
  const row = await screen.findByRole("row", { name: /Anna Hale/ });
  expect(row.textContent).toMatch(/Works in the PACS$/);
  expect(screen.getByRole("row", { name: /Sam Hale/ }).textContent).toMatch(/Never signed in$/);
});

test("says that no one has confirmed yet, and leads to the invitations", async () => {
  serveApi({ "GET /v1/session": session(), "GET /v1/autoScribe/users": list([]) });
  openPage("/users");
  await screen.findByText("No one has confirmed yet");
  expect(screen.getByRole("link", { name: "Invite User" }).getAttribute("href")).toBe("/users/invitations/new");
  const bulk = screen.getByRole("link", { name: "Import a list" });
  expect(bulk.getAttribute("href")).toBe("/users/invitations/import");
});

test("says that a filter leaves no one, and clears it", async () => {
  const sent = serveApi({ "GET /v1/session": session(), "GET /v1/autoScribe/users": list([]) });
  const { person, router } = openPage("/users?level=owner");
  await person.click(await screen.findByRole("button", { name: "Clear the filters" }));
  await screen.findByText("No one has confirmed yet");
  expect(router.state.location.search).toEqual({});
  expect(sent.find((one) => one.path.endsWith("/users"))?.query.get("level")).toBe("owner");
});

test("Show more loads the next page and moves the focus to its first row", async () => {
  const other = { ...anna, userId: "usr_0192ffffffffffffffffffffffffffff", firstName: "Grace" };
  serveApi({
    "GET /v1/session": session(),
    "GET /v1/autoScribe/users": ({ query }) => ({
      status: 200,
      body: query.get("cursor") ? list([other]) : list([anna], true),
    }),
  });
  const { person } = openPage("/users");
  await person.click(await screen.findByRole("button", { name: "Show more" }));
  const row = await screen.findByRole("row", { name: /Grace Hale/ });
  expect(document.activeElement).toBe(row);
  expect(screen.getByText("2 people")).toBeTruthy();
});

test("a member without management sees no way to invite", async () => {
  serveApi({ "GET /v1/session": session({ level: "member" }), "GET /v1/autoScribe/users": list([anna]) });
  openPage("/users");
  await screen.findByRole("row", { name: /Anna Hale/ });
  expect(screen.queryByRole("link", { name: "Invite User" })).toBeNull();
  expect(screen.queryByRole("link", { name: "Import a list" })).toBeNull();
  expect(screen.queryByRole("link", { name: "API keys" })).toBeNull();
});
