import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { expectAccessible, inBrowser, ownersMachine, PASSWORD, startBrowser } from "./support/browser";
import { expectKeyboard, expectReflow } from "./support/checks";
import { makeClinic } from "./support/clinic";
import { invite } from "./support/people";
import { isSignedWith, startReceiver } from "./support/receiver";

startBrowser();

/** Reads the secret that the dialog shows, and says that it is stored. */
async function storeSecret(page: Page): Promise<string> {
  const dialog = page.getByRole("dialog", { name: "The secret of Staff directory" });
  await dialog.waitFor();
  const secret = await dialog.getByLabel("Secret").inputValue();
  await dialog.getByLabel("I have stored it").check();
  await dialog.getByRole("button", { name: "Close" }).click();
  return secret;
}

async function confirmPassword(page: Page): Promise<void> {
  const dialog = page.getByRole("dialog", { name: "Confirm your password" });
  await dialog.getByLabel(/^Password of/).fill(PASSWORD);
  await dialog.getByRole("button", { name: "Confirm" }).click();
}

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

inBrowser("a webhook", () => {
  test("is created, gets events, is rotated and ended", async () => {
    const receiver = await startReceiver();
    const clinic = makeClinic("Harbor Imaging");
    const page = await ownersMachine(clinic, { viewport: { width: 1280, height: 800 } });
    await page.getByRole("link", { name: "Webhooks" }).click();
    await page.getByText("No system gets events yet").waitFor();
    await expectAccessible(page, "no webhook");

    await button(page, "Create webhook").click();
    await page.getByLabel("Address of the receiver").fill(receiver.url);
    await page.getByLabel("Description").fill("Staff directory");
    await page.getByLabel("Only some").check();
    await button(page, "Create").click();
    await page.locator("[href='#eventTypes']").waitFor();
    await expectAccessible(page, "the form with a fault");
    await expectReflow(page);
    await button(page, "Choose all of Invitations").click();
    await button(page, "Create").click();
    await confirmPassword(page);
    const first = await storeSecret(page);
    await page.getByRole("heading", { name: "Staff directory", level: 1 }).waitFor();
    await page.getByText("Working").waitFor();
    const [challenge] = receiver.received("webhook.challenge");
    expect(challenge && isSignedWith(challenge, first)).toBe(true);

    await button(page, "Send test event").click();
    await page.getByRole("row", { name: /^Test event .*Delivered.*It answered 200/ }).waitFor();
    expect(receiver.received("webhook.test")).toHaveLength(1);
    await expectAccessible(page, "the page of a webhook");
    await expectKeyboard(page);
    await expectReflow(page);

    receiver.refused.add("invitation.created");
    await invite(clinic);
    // The second attempt comes after 5 s.
    const invited = page.getByRole("row", { name: /^Invitation sent .*Delivered.*It answered 200/ });
    await invited.waitFor();
    expect(receiver.received("invitation.created")).toHaveLength(2);
    await invited.getByRole("button", { name: /^Send again/ }).click();
    await expect.poll(() => receiver.received("invitation.created").length).toBe(3);

    await button(page, "Rotate secret").click();
    await page.getByText(/^Both secrets are valid until/).waitFor();
    await expectAccessible(page, "the rotation");
    await page.getByRole("dialog").getByRole("button", { name: "Rotate secret" }).click();
    const second = await storeSecret(page);
    await page.getByText("Signs deliveries beside the new one").waitFor();
    await button(page, "Send test event").click();
    await expect.poll(() => receiver.received("webhook.test").length).toBe(2);
    const [, tested] = receiver.received("webhook.test");
    expect([first, second].map((secret) => tested && isSignedWith(tested, secret))).toEqual([true, true]);

    await page.reload();
    await button(page, "Send all again since…").click();
    await page.getByRole("dialog").waitFor();
    await expectAccessible(page, "the replay");
    await expectKeyboard(page);
    await expectReflow(page);
    const before = receiver.received("invitation.created").length;
    await button(page, "Send events again").click();
    await expect.poll(() => receiver.received("invitation.created").length).toBeGreaterThan(before);

    await button(page, "End webhook").click();
    expect(await button(page, "Cancel").evaluate((element) => element === document.activeElement)).toBe(true);
    await button(page, "End for good").click();
    await page.getByText("The webhook is ended.").waitFor();
    await button(page, "Rotate secret").waitFor({ state: "detached" });
    await page.getByRole("link", { name: "All webhooks" }).click();
    await page.getByRole("row", { name: /^Staff directory .*Ended/ }).waitFor();
    await expectAccessible(page, "the list");
    await expectReflow(page);
    await page.getByRole("link", { name: "Activity" }).click();
    await page.getByRole("link", { name: "Olu Adeyemi ended the webhook “Staff directory”" }).waitFor();
    await page.context().close();
  });
});
