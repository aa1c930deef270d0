import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { expectAccessible, inBrowser, newMachine, ownersMachine, PASSWORD, startBrowser } from "./support/browser";
import { address, makeClinic, waitForLink } from "./support/clinic";
import { enterPerson, makePerson, reader } from "./support/people";

startBrowser();

const WIDTH = 360;
const phone = { viewport: { width: WIDTH, height: 740 }, deviceScaleFactor: 3, isMobile: true, hasTouch: true };

inBrowser("a phone", () => {
  test("shows every page of an invitation without scrolling sideways", async () => {
    const clinic = makeClinic("Riverside Imaging of Greater Sacramento");
    await makePerson(clinic, { ...reader, lastName: "Hale", email: address("anna.with.a.long.address") });
    const owner = await ownersMachine(clinic, phone);
    await owner.getByRole("row", { name: /Anna Hale/ }).waitFor();
    await expectFits(owner);

    const email = address("ben.with.an.address.that.is.longer.than.the.screen");
    await owner.getByRole("link", { name: "Invite User" }).tap();
    await enterPerson(owner, { email, firstName: "Ben", lastName: "Castillo" });
    // On a touch screen the label lies over its checkbox.
    await owner.locator("label", { hasText: "Create reports" }).tap();
    await owner.getByLabel("NPI", { exact: true }).fill("1234567890");
    await owner.getByText("This is not an NPI.").waitFor();
    await expectFits(owner);
    // On a touch screen the label lies over its checkbox.
    await owner.locator("label", { hasText: "Create reports" }).tap();
    await owner.getByRole("button", { name: "Send invitation" }).tap();
    await owner.getByRole("heading", { name: "Ben Castillo", level: 1 }).waitFor();
    await expectFits(owner);
    await owner.getByRole("link", { name: "All invitations" }).tap();
    await owner.getByRole("row", { name: /Ben Castillo/ }).waitFor();
    await expectFits(owner);

    const his = await newMachine(phone);
    await his.goto(await waitForLink(email));
    await his.getByRole("button", { name: "Confirm" }).waitFor();
    await expectFits(his);
    await his.getByLabel("Choose a password").fill("short");
    await his.getByRole("button", { name: "Confirm" }).tap();
    await his.getByText("Use 15 to 128 characters.").first().waitFor();
    await expectFits(his);
    await his.getByLabel("Choose a password").fill(PASSWORD);
    await his.getByRole("button", { name: "Confirm" }).tap();
    await his.getByRole("heading", { name: /You have joined/ }).waitFor();
    await expectFits(his);
  });
});

/** Checks that nothing is wider than the screen, and that a finger hits every button. */
async function expectFits(page: Page): Promise<void> {
  await expect.poll(() => misfits(page)).toEqual({ wide: [], small: [] });
  await expectAccessible(page);
}

function misfits(page: Page): Promise<{ wide: string[]; small: string[] }> {
  return page.evaluate((width) => {
    const named = (element: Element) => `${element.tagName} ${element.textContent}`;
    const all = [...document.querySelectorAll("body *:not(.visually-hidden)")];
    const targets = [...document.querySelectorAll("button, a.button, select, input:not([type=checkbox])")];
    return {
      wide: all.filter((element) => element.getBoundingClientRect().right > width).map(named),
      small: targets
        .filter((element) => element.checkVisibility() && !element.closest(".visually-hidden"))
        .filter((element) => element.getBoundingClientRect().height < 44)
        .map(named),
    };
  }, WIDTH);
}
