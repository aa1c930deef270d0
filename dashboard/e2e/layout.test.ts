import type { Locator } from "playwright-core";
import { expect, test } from "vitest";
import { expectAccessible, inBrowser, ownersMachine, PASSWORD, startBrowser } from "./support/browser";
import { makeClinic } from "./support/clinic";
import { invite } from "./support/people";

const desk = { viewport: { width: 1280, height: 800 } };

startBrowser();

/** Where something is, which must show. */
async function boxOf(place: Locator) {
  const box = await place.boundingBox();
  if (!box) throw new Error("it does not show");
  return { ...box, end: box.y + box.height };
}

inBrowser("what stands beside and below each other", () => {
  test("the filters of a list stand in one line", async () => {
    const page = await ownersMachine(makeClinic("Quay Imaging"), desk);
    for (const [path, search] of Object.entries({
      "/activity": "Person, by name or address",
      "/users": "Search by name or address",
    })) {
      await page.goto(path);
      await page.getByLabel(search).waitFor();
      const controls = await page.locator(".filters").locator("input, select").all();
      const tops = await Promise.all(controls.map(async (control) => (await boxOf(control)).y));
      expect(tops.length).toBeGreaterThan(3);
      expect(Math.max(...tops) - Math.min(...tops), path).toBeLessThan(4);
    }
    await page.context().close();
  });

  test("a checkbox does not touch what stands above it", async () => {
    const page = await ownersMachine(makeClinic("Cliff Imaging"), desk);
    const gap = async (above: Locator, below: Locator) => (await boxOf(below)).y - (await boxOf(above)).end;
    await page.goto("/keys");
    await page.getByRole("button", { name: "Create API key" }).click();
    await page.getByRole("button", { name: "Create key" }).click();
    const fault = page.locator(".wrong", { hasText: "Choose at least one." });
    expect(await gap(fault, page.getByRole("checkbox").first())).toBeGreaterThan(8);
    await page.getByLabel("Description").fill("PACS");
    await page.getByLabel("Create view links").check();
    await page.getByRole("button", { name: "Create key" }).click();
    await page
      .getByRole("dialog")
      .getByLabel(/^Password of/)
      .fill(PASSWORD);
    await page.getByRole("button", { name: "Confirm" }).click();
    const dialog = page.getByRole("dialog", { name: "The secret of PACS" });
    const stored = dialog.getByLabel("I have stored it");
    expect(await gap(dialog.getByRole("button", { name: "Copy" }), stored)).toBeGreaterThan(8);
    await stored.check();
    await dialog.getByRole("button", { name: "Close" }).click();
    await page.getByRole("row", { name: /^PACS .*No site can embed its views/ }).waitFor();
    await page.context().close();
  });

  test("a note is as wide as the form, and as what is wrong with it", async () => {
    const clinic = makeClinic("Delta Imaging");
    const invited = await invite(clinic);
    const page = await ownersMachine(clinic, desk);
    await page.goto(`/users/invitations/new?from=${invited.invitationId}`);
    await page.getByRole("button", { name: "Send invitation" }).click();
    const note = page.locator("main .note").first();
    const places = [note, page.locator("main .problem").first(), page.getByLabel("First name")];
    const widths = await Promise.all(places.map(async (place) => Math.round((await boxOf(place)).width)));
    expect(new Set(widths).size, String(widths)).toBe(1);
    await page.context().close();
  });

  test("a button that takes something away looks so, and can be read, in light and in dark", async () => {
    const page = await ownersMachine(makeClinic("Dune Imaging"), desk);
    await page.goto("/keys");
    await page.getByRole("button", { name: /^Revoke/ }).click();
    const dialog = page.getByRole("dialog", { name: /^Revoke/ });
    const fill = (button: Locator) => button.evaluate((element) => getComputedStyle(element).backgroundColor);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      const revoke = await fill(dialog.getByRole("button", { name: "Revoke key" }));
      expect(revoke).not.toBe(await fill(page.getByText("Create API key")));
      expect(revoke).not.toBe(await fill(dialog.getByRole("button", { name: "Cancel" })));
      await expectAccessible(page, colorScheme);
    }
    await page.context().close();
  });
});
