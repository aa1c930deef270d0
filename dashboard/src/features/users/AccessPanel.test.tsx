import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { anna, path, posts, serveAnna } from "../../test/anna";
import { problem, session } from "../../test/api";
import { openPage } from "../../test/page";

test("Deactivate asks, and the result has a way back", async () => {
  const api = serveAnna();
  const { person } = openPage(path);
  await person.click(await screen.findByRole("button", { name: "Deactivate Anna Hale" }));
  expect(screen.getByText("Anna Hale can use AutoScribe in your PACS.")).toBeTruthy();
  expect(screen.getByRole("dialog").textContent).toContain("Access to your PACS does not change.");
  expect(posts(api.sent)).toHaveLength(0);
  await person.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Deactivate" }));
  const done = await screen.findByText(/Anna Hale is deactivated/);
  expect(posts(api.sent)[0]?.body).toEqual({ userId: anna.userId });
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(document.activeElement).toBe(done);
  expect(screen.queryByRole("button", { name: "Edit" })).toBeNull();
  await person.click(within(done).getByRole("button", { name: "Undo" }));
  await screen.findByText(/Anna Hale is active again/);
  expect(posts(api.sent)[1]?.path).toBe("/v1/autoScribe/users/reactivate");
});

test("Reactivate does not ask, and offers the way back", async () => {
  const api = serveAnna({ status: "deactivated" });
  const { person } = openPage(path);
  await person.click(await screen.findByRole("button", { name: "Reactivate Anna Hale" }));
  const done = await screen.findByText(/Anna Hale is active again/);
  expect(document.activeElement).toBe(done);
  await person.click(within(done).getByRole("button", { name: "Undo" }));
  await screen.findByText(/Anna Hale is deactivated/);
  expect(posts(api.sent).map((one) => one.path.split("/").at(-1))).toEqual(["reactivate", "revoke-access"]);
});

test("a refused reactivation says why, with the focus on it", async () => {
  const detail = "This address may belong to someone else by now. Release this user, then invite the person again.";
  serveAnna(
    { status: "deactivated" },
    { "POST /v1/autoScribe/users/reactivate": problem(409, "address_reassigned", detail) },
  );
  const { person } = openPage(path);
  await person.click(await screen.findByRole("button", { name: "Reactivate Anna Hale" }));
  const alert = await screen.findByRole("alert");
  expect(within(alert).getByText(detail)).toBeTruthy();
  expect(document.activeElement?.contains(alert)).toBe(true);
  expect(screen.getByRole("button", { name: "Release Anna Hale" })).toBeTruthy();
});

test("Release asks and is final", async () => {
  const api = serveAnna({ status: "deactivated" });
  const { person } = openPage(path);
  await person.click(await screen.findByRole("button", { name: "Release Anna Hale" }));
  const dialog = screen.getByRole("dialog");
  expect(dialog.textContent).toContain("This is final");
  await person.click(within(dialog).getByRole("button", { name: "Release" }));
  const done = await screen.findByText("Anna Hale is released.");
  expect(within(done).queryByRole("button")).toBeNull();
  expect(posts(api.sent)[0]?.path).toBe("/v1/autoScribe/users/release");
  expect(screen.getByRole("link", { name: "Invite the person as a new user" })).toBeTruthy();
  expect(screen.queryByRole("button", { name: /Reactivate|Release/ })).toBeNull();
});

test.each([
  ["Revoke the key", "end", true],
  ["Keep the key", "keep", false],
])("API keys of the person are decided before access ends: %s", async (decide, decision, stay) => {
  const keys = [{ apiKeyId: "0192aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa", description: "Front desk PACS" }];
  const api = serveAnna(
    { level: "admin" },
    {
      "POST /v1/autoScribe/users/revoke-access": ({ body }) => {
        if (!(body as { keys?: string }).keys) return problem(409, "keys_to_decide", "Decide.", { keys });
        api.anna = { ...api.anna, status: "deactivated" };
        return { status: 200, body: { success: true, message: "" } };
      },
    },
  );
  const { person } = openPage(path);
  await person.click(await screen.findByRole("button", { name: "Deactivate Anna Hale" }));
  await person.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Deactivate" }));
  const dialog = await screen.findByRole("dialog", { name: "An API key still works" });
  expect(within(dialog).getByText("Front desk PACS")).toBeTruthy();
  await person.click(within(dialog).getByRole("button", { name: decide }));
  const done = await screen.findByText(/Anna Hale is deactivated/);
  expect(done.textContent?.includes("stay ended")).toBe(stay);
  expect(posts(api.sent).at(-1)?.body).toEqual({ userId: anna.userId, keys: decision });
});

const pacs = { apiKeyId: "1", description: "Front desk PACS" };
const directory = { webhookEndpointId: "whk_1", description: "Staff directory" };
const billing = { webhookEndpointId: "whk_2", description: "Billing" };

test.each([
  ["A webhook still works", [], [directory], "End the webhook", /this webhook.*Staff directory.*rotate its secret/],
  ["2 webhooks still work", [], [directory, billing], "End the webhooks", /these webhooks.*rotate their secrets/],
  ["API keys and webhooks still work", [pacs], [directory], "End them", /PACS loses access.*gets no more events/],
])("%s after the person leaves, unless they are ended", async (title, keys, webhooks, end, words) => {
  const api = serveAnna(
    { level: "admin" },
    {
      "POST /v1/autoScribe/users/revoke-access": ({ body }) =>
        (body as { keys?: string }).keys
          ? { status: 200, body: { success: true, message: "" } }
          : problem(409, "keys_to_decide", "Decide.", { keys, webhooks }),
    },
  );
  const { person } = openPage(path);
  await person.click(await screen.findByRole("button", { name: "Deactivate Anna Hale" }));
  await person.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Deactivate" }));
  const dialog = await screen.findByRole("dialog", { name: title });
  expect(dialog.textContent).toMatch(words);
  await person.click(within(dialog).getByRole("button", { name: end }));
  await screen.findByText(/Anna Hale is deactivated/);
  expect(posts(api.sent).at(-1)?.body).toEqual({ userId: anna.userId, keys: "end" });
});

test("canceling the question about keys changes nothing and gives the focus back", async () => {
  const keys = [
    { apiKeyId: "1", description: "Front desk PACS" },
    { apiKeyId: "2", description: "Night script" },
  ];
  const api = serveAnna(
    { level: "admin" },
    {
      "POST /v1/autoScribe/users/revoke-access": problem(409, "keys_to_decide", "Decide.", { keys }),
    },
  );
  const { person } = openPage(path);
  const button = await screen.findByRole("button", { name: "Deactivate Anna Hale" });
  await person.click(button);
  await person.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Deactivate" }));
  const dialog = await screen.findByRole("dialog", { name: "2 API keys still work" });
  await person.click(within(dialog).getByRole("button", { name: "Cancel" }));
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(screen.queryByRole("alert")).toBeNull();
  expect(document.activeElement).toBe(button);
  expect(api.anna.status).toBe("active");
});

test("the last owner stays, with the way to transfer ownership", async () => {
  const detail = "This is the clinic's last active owner. Transfer ownership first.";
  serveAnna(
    { level: "owner" },
    {
      "GET /v1/session": session({ level: "owner" }),
      "POST /v1/autoScribe/users/revoke-access": problem(409, "last_owner", detail),
    },
  );
  const { person } = openPage(path);
  await person.click(await screen.findByRole("button", { name: "Deactivate Anna Hale" }));
  const dialog = screen.getByRole("dialog");
  await person.click(within(dialog).getByRole("button", { name: "Deactivate" }));
  await within(dialog).findByText(detail);
  expect(within(dialog).getByRole("link", { name: "Transfer ownership" }).getAttribute("href")).toBe("/clinic");
});

test("no one can deactivate themselves, and the page says so", async () => {
  serveAnna({}, { "GET /v1/session": session({ userId: anna.userId }) });
  openPage(path);
  await screen.findByText("You can't deactivate yourself. Ask another owner or admin.");
  expect(screen.queryByRole("button", { name: /Deactivate/ })).toBeNull();
});
