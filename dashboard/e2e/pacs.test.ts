import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { expectAccessible, inBrowser, ownersMachine, startBrowser } from "./support/browser";
import { address, waitForLink } from "./support/clinic";

/** The clinic that the example PACS works for. */
const demo = { name: "Riverside Imaging", ownerEmail: "owner@riverside.example", apiKey: "" };

/** Invites a radiologist from the owner's dashboard, and confirms. */
async function confirmReader(page: Page): Promise<void> {
  const email = address("anna");
  const status = await page.evaluate(async (email) => {
    const { clinic } = await (await fetch("/v1/session")).json();
    const permissions = { canManageStudies: false, canCreateReports: true, hasDashboardAccess: false };
    const person = { email, firstName: "Anna", lastName: "Hale", clinicRole: "Radiologist", npiNumber: "1234567893" };
    const headers = { "content-type": "application/json", "autoscribe-clinic": clinic.clinicId };
    const body = JSON.stringify({ ...person, ...permissions, level: "member" });
    return (await fetch("/v1/autoScribe/users", { method: "POST", headers, body })).status;
  }, email);
  expect(status).toBe(201);
  await page.goto(await waitForLink(email));
  await page.getByRole("button", { name: "Confirm" }).click();
  await page.getByRole("heading", { name: "You have joined Riverside Imaging" }).waitFor();
}

startBrowser();

inBrowser("the example PACS", () => {
  test("a refresh keeps the focus, and the viewer shows a name", async () => {
    const page = await ownersMachine(demo, { viewport: { width: 1280, height: 1000 } });
    await confirmReader(page);
    await page.goto("/pacs");
    await page.getByRole("option", { name: "Hale, Anna" }).waitFor({ state: "attached" });
    await expectAccessible(page);
    const button = (name: string) => page.getByRole("button", { name }).first();
    await button("Dictate Lindqvist").click();
    await button("End Lindqvist").waitFor();
    await button("Dictate Okafor").click();
    await button("End Okafor").waitFor();

    const viewer = page.frameLocator("#frame");
    await viewer.getByText("the view is open").waitFor();
    await expect.poll(() => viewer.locator(".facts").textContent()).toMatch(/Reader\s*Anna Hale/);
    await expectAccessible(page);
    const study = await (await page.locator("#frame").elementHandle())?.contentFrame();
    await expectAccessible(study ?? expect.fail("the page has no frame"));

    await button("End Lindqvist").focus();
    // A new row comes above it, and the list is read again.
    await button("Dictate Tanaka").evaluate((one: HTMLElement) => one.click());
    await button("End Tanaka").waitFor();
    const reread = await page.waitForResponse((response) => response.url().endsWith("/pacs/views"));
    await reread.finished();
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    // The rows are written before the next frame.
    await page.evaluate(() => new Promise(requestAnimationFrame));
    expect(await focused()).toContain("End Lindqvist");
    await page.keyboard.press("Enter");
    await expect.poll(focused).toContain("End Okafor");
    await page.context().close();
  });
});
