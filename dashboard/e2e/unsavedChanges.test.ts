import { expect, test } from "vitest";
import { inBrowser, ownersMachine, startBrowser } from "./support/browser";
import { makeClinic } from "./support/clinic";

startBrowser();

inBrowser("a changed form", () => {
  test("asks before Back and before a reload, and not when another tab signs out", async () => {
    const page = await ownersMachine(makeClinic("Harbor Imaging"));
    await page.goto("/account");
    await page.getByRole("link", { name: "API keys" }).click();
    await page.getByRole("link", { name: "Clinic" }).click();
    await page.getByLabel("Reply address (optional)").fill("desk@clinic.example");
    const question = page.getByRole("dialog", { name: "Leave without saving?" });
    // A person may press Back again while the question stands.
    await page.evaluate(() => history.back());
    await question.waitFor();
    await page.evaluate(() => history.back());
    await page.waitForURL("/account");
    await question.getByRole("button", { name: "Stay" }).click();
    await page.waitForURL("/clinic");
    expect(await page.getByLabel("Reply address (optional)").inputValue()).toBe("desk@clinic.example");

    const asked = page.waitForEvent("dialog");
    await page.evaluate(() => setTimeout(() => location.reload()));
    const dialog = await asked;
    expect(dialog.type()).toBe("beforeunload");
    await dialog.dismiss();

    const other = await page.context().newPage();
    await other.goto("/account");
    await page.evaluate(() => history.back());
    await question.waitFor();
    await other.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL("/sign-in");
    await page.context().close();
  });
});
