import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { expectAccessible, inBrowser, ownersMachine, startBrowser } from "./support/browser";
import { asPacs, makeClinic } from "./support/clinic";

const INVALID = [5, 17, 34, 51, 68, 85, 102];

/** A spreadsheet of 120 people. Seven have no address. */
function sheet(): string {
  const rows = Array.from({ length: 120 }, (_, index) => {
    const id = index + 1;
    return `${INVALID.includes(id) ? "unknown" : `person${id}@clinic.example`}\tPat\tHale\tno`;
  });
  return ["E-mail\tFirst name\tSurname\tStudies", ...rows].join("\n");
}

startBrowser();

inBrowser("inviting many people", () => {
  test("120 rows with 7 faults, and a connection that drops on the way", async () => {
    const clinic = makeClinic("Harbor Imaging");
    const page = await ownersMachine(clinic);
    await page.goto("/users/invitations/import");
    const list = page.getByLabel("List of people");
    await list.waitFor();
    await expectAccessible(page);
    await list.fill(sheet());
    // The reader loads now. Without it, the list stays.
    await page.route("**/assets/readTable*", (route) => route.abort());
    page.once("dialog", (reload) => reload.dismiss());
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("AutoScribe can't be reached. Check your connection, then continue.").waitFor();
    expect(await list.inputValue()).toBe(sheet());
    await page.unroute("**/assets/readTable*");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByLabel("Role", { exact: true }).selectOption("Imaging Technologist");
    await page.getByText("113 ready, 7 to fix").waitFor();
    await expectAccessible(page);
    const number = await page.locator("#row-120 th").boundingBox();
    expect(number?.width).toBeLessThan(80);
    // Why a row can't be sent is in sight before anyone scrolls sideways. The address stays in sight after.
    const { width = 0 } = page.viewportSize() ?? {};
    const reason = await page.locator("#row-5").getByText("Email address: This is not").boundingBox();
    expect((reason?.x ?? width) + (reason?.width ?? 0)).toBeLessThan(width);
    const people = page.getByRole("region", { name: "People to invite" });
    await people.evaluate((box) => box.scrollTo({ left: box.scrollWidth }));
    await page.getByLabel("Admin, row 1", { exact: true }).click({ trial: true });
    const edge = await people.boundingBox();
    const pinned = await page
      .getByRole("cell")
      .filter({ has: page.getByLabel("Email address, row 1") })
      .first()
      .boundingBox();
    expect(Math.abs((pinned?.x ?? 0) - (edge?.x ?? 0))).toBeLessThan(3);

    await page.getByRole("button", { name: "Go to the first problem" }).click();
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
    await expect.poll(focused).toBe("Email address, row 5");

    let requests = 0;
    await page.route("**/users/batch", (route) => {
      requests += 1;
      return requests === 2 ? route.abort() : route.continue();
    });
    await page.getByRole("button", { name: "Send the 113 that are ready" }).click();
    await page.getByText("50 sent, 13 ready, 50 waiting, 7 to fix").waitFor();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("113 sent, 7 to fix").waitFor();
    await expect.poll(() => requests).toBe(4);

    for (const id of INVALID) {
      await page.getByLabel(`Email address, row ${id}`, { exact: true }).fill(`person${id}@clinic.example`);
    }
    await page.getByRole("button", { name: "Send 7 invitations" }).click();
    await page.getByText("120 sent").waitFor();
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download results" }).click();
    const results = await readFile(await (await saved).path(), "utf8");
    expect(results.match(/,Sent,http/g)).toHaveLength(120);

    const addresses = new Set<string>();
    let cursor: string | null = null;
    do {
      const next: string = cursor ? `&cursor=${cursor}` : "";
      const answer = await asPacs(clinic, "GET", `/v1/autoScribe/users/invitations?status=sent&limit=100${next}`);
      for (const one of answer.invitations) {
        expect(addresses.has(one.email), one.email).toBe(false);
        addresses.add(one.email);
      }
      cursor = answer.cursor;
    } while (cursor);
    expect(addresses.size).toBe(120);
    await page.context().close();
  });

  test("on a phone, each person is a card, and leaving asks first", async () => {
    const clinic = makeClinic("Bay Imaging");
    const page = await ownersMachine(clinic, { viewport: { width: 320, height: 640 } });
    await page.goto("/users/invitations/import");
    await page.getByLabel("List of people").fill("Hale, Anna <anna@clinic.example>; unknown");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("0 ready, 2 to fix").waitFor();
    await expectAccessible(page);
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
    await expect.poll(() => page.getByLabel("Last name, row 1").inputValue()).toBe("Hale");
    await page.getByRole("link", { name: "Confirmed" }).click();
    await page.getByRole("heading", { name: "Leave this page?" }).waitFor();
    await page.getByRole("button", { name: "Stay" }).click();
    const asked = page.waitForEvent("dialog");
    const reload = page.reload();
    const dialog = await asked;
    expect(dialog.type()).toBe("beforeunload");
    await dialog.accept();
    await reload;
    await page.getByLabel("List of people").waitFor();
    await page.context().close();
  });
});
