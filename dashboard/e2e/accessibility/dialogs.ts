import type { Page } from "playwright-core";
import { describe, test } from "vitest";
import { answer, problem } from "../support/answers";
import { expectAccessible } from "../support/browser";
import { expectForcedColors, expectKeyboard, expectReflow } from "../support/checks";
import type { Riverside } from "../support/riverside";

/** A dialog: where, what is pressed in turn, and its title. */
const dialogs: [string, string[], RegExp][] = [
  ["/users/:Mia Castellano", ["Deactivate Mia Castellano"], /^Deactivate Mia/],
  ["/users/:Luc Moreau", ["Release Luc Moreau"], /^Release Luc/],
  ["/users/:Ruth Doyle", ["Attest the NPI of Ruth Doyle"], /^Attest the NPI/],
  ["/users/:Ken Nakamura", ["End all views of Ken Nakamura"], /^End every view/],
  ["/users/invitations", ["Revoke the invitation for Leo Varga"], /^Revoke the invitation/],
  ["/views", [], /^End the view/],
  ["/keys", ["Rotate Access review"], /^Rotate Access/],
  ["/keys", ["Revoke PACS Riverside, production"], /^Revoke PACS/],
  ["/webhooks/:webhook", ["Rotate secret"], /^Rotate Staff/],
  ["/webhooks/:webhook", ["End webhook"], /^End Staff/],
  ["/webhooks/:webhook", ["Send all again since…"], /^Send events again/],
];

async function open(page: Page, { ids, webhookId }: Riverside, path: string): Promise<void> {
  const [before = "", whose = ""] = path.split(":");
  const { userId = "", invitationId = "" } = ids.get(whose) ?? {};
  await page.goto(before + (whose === "webhook" ? webhookId : before.includes("invitations") ? invitationId : userId));
}

/** A dialog that is open, checked in every way. */
async function expectDialog(page: Page, title: RegExp | string): Promise<void> {
  await page.getByRole("dialog", { name: title }).waitFor();
  await expectAccessible(page, String(title));
  await expectKeyboard(page);
  await expectReflow(page);
  await expectForcedColors(page);
  await page.emulateMedia({ forcedColors: "none" });
}

export function dialogsAreAccessible(riverside: () => Riverside): void {
  describe("dialogs", () => {
    test.each(dialogs)("on %s: %s", async (path, presses, title) => {
      const { page } = riverside();
      await open(page, riverside(), path);
      for (const press of presses) await page.getByRole("button", { name: press }).first().click();
      if (presses.length === 0) await page.getByRole("button", { name: /^End the view of Anna/ }).click();
      await expectDialog(page, title);
    });

    test("what becomes of a manager's keys", async () => {
      const { page } = riverside();
      const keys = [{ apiKeyId: "0192aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa", description: "PACS" }];
      const refusal = problem(409, "keys_to_decide", "Decide.", { keys });
      await answer(page, "/v1/autoScribe/users/revoke-access", refusal, "POST");
      await open(page, riverside(), "/users/:Priya Raman");
      await page.getByRole("button", { name: "Deactivate Priya Raman" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Deactivate" }).click();
      await expectDialog(page, "An API key still works");
    });

    test("the next owner", async () => {
      const { page } = riverside();
      await page.goto("/clinic");
      await page.getByLabel("Next owner").selectOption({ index: 1 });
      await page.getByRole("button", { name: "Transfer ownership" }).click();
      await expectDialog(page, /an owner\?$/);
    });

    test("the secret of a key", async () => {
      const { page } = riverside();
      await page.goto("/keys");
      await page.getByRole("button", { name: "Create API key" }).click();
      await page.getByRole("button", { name: "Create key" }).click();
      await page.locator("[href='#description']").waitFor();
      await expectAccessible(page, "a key's form with faults");
      await page.getByRole("textbox", { name: "Description" }).fill("Script");
      await page.getByLabel("Read users").check();
      await page.getByLabel("Create view links", { exact: true }).check();
      await expectAccessible(page, "a key's whole form");
      await page.getByRole("button", { name: "Create key" }).click();
      await expectDialog(page, /^The secret of/);
      await page.getByLabel("I have stored it").check();
      await page.getByRole("button", { name: "Close" }).click();
    });

    test.each([
      [401, "unauthenticated", "Your session has ended"],
      [403, "password_needed", "Confirm your password"],
      [409, "clinic_changed", "You switched clinics"],
    ])("%i %s", async (status, code, title) => {
      const { page } = riverside();
      await answer(page, "/v1/clinic", problem(status, code, "Refused."), "PATCH");
      await page.goto("/clinic");
      await page.getByLabel("Days an invitation stays open").fill("9");
      await page.getByRole("button", { name: "Save" }).click();
      await expectDialog(page, title);
    });

    test("an idle session", async () => {
      const page = await riverside().page.context().newPage();
      await page.clock.install();
      await page.goto("/account");
      await page.getByText("This session").waitFor();
      await page.clock.fastForward(28.5 * 60_000);
      await expectDialog(page, "Are you still there?");
      // Looking at the page may have counted as use.
      await page.clock.fastForward(31 * 60_000);
      await expectDialog(page, "Your session has ended");
      await page.close();
    });
  });
}
