import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { type Answer, problem, serveApi, session } from "../../test/api";
import { apiKey, keyList } from "../../test/keys";
import { openPage } from "../../test/page";

const SECRET = `ask_${"b".repeat(49)}`;

async function openRotation(answer: Answer, key = apiKey()) {
  const sent = serveApi({
    "GET /v1/session": session({ level: "owner" }),
    "GET /v1/apiKeys": keyList([key]),
    "POST /v1/apiKeys/*/rotate": answer,
  });
  const { person } = openPage("/keys");
  await person.click(await screen.findByRole("button", { name: "Rotate PACS Riverside" }));
  const dialog = screen.getByRole("dialog", { name: "Rotate PACS Riverside?" });
  const hours = within(dialog).getByLabelText(/Hours/);
  const submit = () => person.click(within(dialog).getByRole("button", { name: "Rotate key" }));
  return { sent, person, dialog, hours, submit };
}

const rotated: Answer = { status: 200, body: { ...apiKey(), apiKey: SECRET } };

test("rotates with the chosen overlap, and shows the secret once", async () => {
  const { sent, person, hours, submit } = await openRotation(rotated);
  await person.clear(hours);
  await person.type(hours, "48");
  await submit();
  const dialog = await screen.findByRole("dialog", { name: "The secret of PACS Riverside" });
  expect(within(dialog).getByLabelText("Secret")).toHaveProperty("value", SECRET);
  expect(sent.find((one) => one.path.endsWith("/rotate"))?.body).toEqual({ overlapHours: 48 });
  await person.click(within(dialog).getByRole("checkbox"));
  await person.click(within(dialog).getByRole("button", { name: "Close" }));
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("row", { name: /PACS Riverside/ })));
});

test("hours out of range are not sent", async () => {
  const { sent, person, hours, submit } = await openRotation(rotated);
  await person.clear(hours);
  await person.type(hours, "200");
  await submit();
  expect(hours.getAttribute("aria-invalid")).toBe("true");
  expect(document.activeElement).toBe(hours);
  expect(sent.some((one) => one.method === "POST")).toBe(false);
});

test.each([
  ["rotate", 409, "api_key_revoked", "revoked", "Revoked"],
  ["rotate", 409, "api_key_expired", "expired", "Expired"],
  ["rotate", 404, "api_key_not_found", null, "No PACS is connected yet"],
  ["revoke", 404, "api_key_not_found", null, "No PACS is connected yet"],
] as const)("to %s a key that is no longer there is refused as %i %s, and the list shows it", async (...row) => {
  const [action, status, code, now, shown] = row;
  let keys = [apiKey()];
  serveApi({
    "GET /v1/session": session({ level: "owner" }),
    "GET /v1/apiKeys": () => ({ status: 200, body: keyList(keys) }),
    [`POST /v1/apiKeys/*/${action}`]: () => {
      keys = now ? [apiKey({ status: now })] : [];
      return problem(status, code, "This API key is gone. Create a new one.");
    },
  });
  const { person } = openPage("/keys");
  await person.click(await screen.findByRole("button", { name: new RegExp(`^${action} PACS`, "i") }));
  const dialog = screen.getByRole("dialog");
  await person.click(within(dialog).getByRole("button", { name: new RegExp(`^${action} key`, "i") }));
  await within(dialog).findByText("This API key is gone. Create a new one.");
  await screen.findByText(shown);
  expect(screen.getByRole("dialog")).toBe(dialog);
  await person.click(within(dialog).getByRole("button", { name: "Cancel" }));
  await waitFor(() => expect(document.activeElement?.matches("h1, tr")).toBe(true));
});

test("a key that was rotated before says what stops at once", async () => {
  const [secret] = apiKey().secrets;
  const secrets = [{ ...secret, endsAt: "2099-01-01T12:00:00.000Z" }, secret] as never;
  const { dialog } = await openRotation(rotated, apiKey({ secrets }));
  expect(dialog.textContent).toMatch(/works until 1 Jan 2099.*stops at once/);
});

test("a newest secret that was never used may be lost, and stops instead", async () => {
  const [secret] = apiKey().secrets;
  const secrets = [
    { ...secret, endsAt: "2099-01-01T12:00:00.000Z" },
    { ...secret, lastUsedAt: null },
  ] as never;
  const { dialog } = await openRotation(rotated, apiKey({ secrets }));
  expect(dialog.textContent).toContain("The newest secret was never used. It stops at once");
});
