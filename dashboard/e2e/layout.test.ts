import type { Locator } from "playwright-core";
import { expect, test } from "vitest";
import { inBrowser, ownersMachine, startBrowser } from "./support/browser";
import { makeClinic } from "./support/clinic";

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
});
