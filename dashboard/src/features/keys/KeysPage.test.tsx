import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { problem, serveApi, session } from "../../test/api";
import { apiKey, keyList } from "../../test/keys";
import { openPage } from "../../test/page";

const owner = session({ level: "owner" });
const row = (name: RegExp = /PACS Riverside/) => screen.findByRole("row", { name });

test("lists each key in words", async () => {
  serveApi({ "GET /v1/session": owner, "GET /v1/apiKeys": keyList([apiKey({ accessScope: "self" })]) });
  openPage("/keys");
  const text = (await row()).textContent;
  expect(text).toContain("Created by Olu Adeyemi");
  expect(text).toContain("Read users, Manage members, Create view links");
  expect(text).toContain("Only its own views");
  expect(text).toContain("https://pacs.example");
  expect(text).toContain("Active");
});

test.each([
  ["says that no site can embed the views of", ["access:issue"], true],
  ["says nothing of embedding for", ["users:read"], false],
] as const)("%s a key with %j and without origins", async (_, scopes, says) => {
  const key = apiKey({ scopes: [...scopes], embedOrigins: [] });
  serveApi({ "GET /v1/session": owner, "GET /v1/apiKeys": keyList([key]) });
  openPage("/keys");
  expect((await row()).textContent?.includes("No site can embed its views")).toBe(says);
});

test("a revoked key stays in the list and offers nothing", async () => {
  serveApi({ "GET /v1/session": owner, "GET /v1/apiKeys": keyList([apiKey({ status: "revoked" })]) });
  openPage("/keys");
  const found = await row();
  expect(found.textContent).toContain("Revoked");
  expect(within(found).queryByRole("button")).toBeNull();
});

test("a rotated key says until when the old secret works", async () => {
  const [secret] = apiKey().secrets;
  const old = { ...secret, endsAt: "2099-01-01T12:00:00.000Z" };
  serveApi({ "GET /v1/session": owner, "GET /v1/apiKeys": keyList([apiKey({ secrets: [old, secret] as never })]) });
  openPage("/keys");
  expect((await row()).textContent).toContain("Old secret works until 1 Jan 2099");
});

test("says that no PACS is connected yet", async () => {
  serveApi({ "GET /v1/session": owner, "GET /v1/apiKeys": keyList([]) });
  openPage("/keys");
  await screen.findByText("No PACS is connected yet");
});

test("Show more loads the next page", async () => {
  serveApi({
    "GET /v1/session": owner,
    "GET /v1/apiKeys": ({ query }) => ({
      status: 200,
      body: query.get("cursor")
        ? keyList([apiKey({ apiKeyId: "k2", description: "Night script" })])
        : keyList([apiKey()], true),
    }),
  });
  const { person } = openPage("/keys");
  await person.click(await screen.findByRole("button", { name: "Show more" }));
  expect(document.activeElement).toBe(await row(/Night script/));
});

test("an admin cannot rotate a key that needs an owner, and learns why", async () => {
  const keys = keyList([apiKey({ scopes: ["access:issue", "access:dictate"] })]);
  serveApi({ "GET /v1/session": session(), "GET /v1/apiKeys": keys });
  openPage("/keys");
  const found = await row();
  expect(within(found).queryByRole("button", { name: /Rotate/ })).toBeNull();
  expect(found.textContent).toContain("Only an owner can rotate it.");
  expect(within(found).getByRole("button", { name: "Revoke PACS Riverside" })).toBeTruthy();
});

test("a member learns who can use the page", async () => {
  const sent = serveApi({ "GET /v1/session": session({ level: "member" }) });
  openPage("/keys");
  await screen.findByText(/Only owners and admins/);
  expect(sent.some((one) => one.path === "/v1/apiKeys")).toBe(false);
});

test("revoking names what ends with the key, and leads back to its row", async () => {
  let status: "active" | "revoked" = "active";
  const sent = serveApi({
    "GET /v1/session": owner,
    "GET /v1/apiKeys": () => ({ status: 200, body: keyList([apiKey({ status })]) }),
    "POST /v1/apiKeys/*/revoke": () => {
      status = "revoked";
      return { status: 200, body: { success: true, message: "" } };
    },
  });
  const { person } = openPage("/keys");
  await person.click(await screen.findByRole("button", { name: "Revoke PACS Riverside" }));
  const dialog = screen.getByRole("dialog", { name: "Revoke PACS Riverside?" });
  expect(dialog.textContent).toMatch(/views that it opened end/);
  expect(dialog.textContent).toMatch(/Open invitations .* can no longer be confirmed/);
  expect(sent.some((one) => one.method === "POST")).toBe(false);
  await person.click(within(dialog).getByRole("button", { name: "Revoke key" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  const found = await row();
  expect(found.textContent).toContain("Revoked");
  await waitFor(() => expect(document.activeElement).toBe(found));
});

test("revoking a key that opens and invites nothing names neither", async () => {
  serveApi({ "GET /v1/session": owner, "GET /v1/apiKeys": keyList([apiKey({ scopes: ["users:read"] })]) });
  const { person } = openPage("/keys");
  await person.click(await screen.findByRole("button", { name: "Revoke PACS Riverside" }));
  const text = screen.getByRole("dialog").textContent;
  expect(text).toContain("Requests with this key are refused");
  expect(text).not.toMatch(/views|invitations/);
});

test("a refused revocation says so, and changes nothing", async () => {
  serveApi({
    "GET /v1/session": owner,
    "GET /v1/apiKeys": keyList([apiKey()]),
    "POST /v1/apiKeys/*/revoke": problem(404, "api_key_not_found", "This key is gone."),
  });
  const { person } = openPage("/keys");
  await person.click(await screen.findByRole("button", { name: "Revoke PACS Riverside" }));
  await person.click(screen.getByRole("button", { name: "Revoke key" }));
  await within(screen.getByRole("dialog")).findByText("This key is gone.");
  await person.click(screen.getByRole("button", { name: "Cancel" }));
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Revoke PACS Riverside" }));
});
