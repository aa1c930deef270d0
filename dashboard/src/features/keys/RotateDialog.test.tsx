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

test("a key that someone revoked meanwhile says so", async () => {
  const refused = problem(409, "api_key_revoked", "This API key was revoked. Create a new one.");
  const { sent, dialog, submit } = await openRotation(refused);
  const before = sent.filter((one) => one.path === "/v1/apiKeys").length;
  await submit();
  await within(dialog).findByText("This API key was revoked. Create a new one.");
  await waitFor(() => expect(sent.filter((one) => one.path === "/v1/apiKeys").length).toBeGreaterThan(before));
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
