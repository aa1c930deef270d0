import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { inBrowser, ownersMachine, startBrowser } from "./support/browser";
import { address, makeClinic } from "./support/clinic";

startBrowser();

/** More than any page has on the way to one control. */
const MOST_TABS = 60;

inBrowser("a keyboard alone", () => {
  test("is enough to invite a person, and always shows where it is", async () => {
    const clinic = makeClinic("Riverside Imaging");
    const owner = await ownersMachine(clinic);
    const keys = new Keyboard(owner);
    const email = address("anna");

    await keys.tabTo("Skip to content", "Shift+Tab");
    await keys.press("Enter");
    await keys.tabTo("Invite User");
    await keys.press("Enter");
    await owner.getByRole("heading", { name: "Invite User" }).waitFor();
    await keys.expectFocus("Invite User");
    await keys.tabTo("Send invitation");
    await keys.press("Enter");
    await owner.getByText("Fix 4 problems").waitFor();
    await keys.tabTo("Email address");
    await keys.press("Enter");
    await keys.type(email);
    await keys.tabTo("First name");
    await keys.type("Ann");
    await keys.tabTo("Last name");
    await keys.type("Hale");
    await keys.tabTo("Role");
    await keys.type("Radiol");
    await keys.tabTo("Create reports");
    await keys.press("Space");
    await keys.tabTo("NPI");
    await keys.type("1234567893");
    await owner.getByText("NPPES, the NPI registry: Anna Hale").waitFor();
    await keys.tabTo("Take this name");
    await keys.press("Enter");
    await keys.expectFocus("First name");
    await keys.tabTo("Send invitation");
    await keys.press("Enter");

    await owner.getByRole("heading", { name: "Anna Hale", level: 1 }).waitFor();
    await keys.expectFocus("Anna Hale");
    await keys.tabTo("Revoke the invitation for Anna Hale");
    await keys.press("Enter");
    await owner.getByRole("dialog").waitFor();
    await keys.press("Escape");
    await keys.expectFocus("Revoke the invitation for Anna Hale");
    await keys.hold("Enter");
    await owner.getByRole("dialog").waitFor();
    await keys.expectFocus("Cancel");
    await keys.tabTo("Revoke", "Shift+Tab");
    await keys.press("Enter");
    await owner.getByText("The invitation for Anna Hale is revoked.").waitFor();
    await keys.expectShown();
    await keys.tabTo("Invite Anna Hale again");
  });
});

/** Presses keys. After each, the focus must be on something that shows it. */
class Keyboard {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async press(key: string): Promise<void> {
    await this.#page.keyboard.press(key);
    await this.expectShown();
  }

  /** Presses a key so long that it repeats. */
  async hold(key: string): Promise<void> {
    for (let times = 0; times < 5; times++) await this.#page.keyboard.down(key);
    await this.#page.keyboard.up(key);
    await this.expectShown();
  }

  async type(text: string): Promise<void> {
    await this.#page.keyboard.type(text);
    await this.expectShown();
  }

  /** Presses Tab until the control with this name has the focus. */
  async tabTo(name: string, key = "Tab"): Promise<void> {
    for (let tabs = 0; tabs < MOST_TABS; tabs++) {
      await this.press(key);
      if ((await this.#focused()).name === name) return;
    }
    expect.fail(`${key} does not lead to ${name}`);
  }

  async expectFocus(name: string): Promise<void> {
    await expect.poll(async () => (await this.#focused()).name).toBe(name);
  }

  /** A title, or the whole content, is at the top of what was opened and needs no frame. */
  async expectShown(): Promise<void> {
    await expect.poll(() => this.#focused()).toMatchObject({ shown: true });
  }

  #focused(): Promise<{ name: string; shown: boolean }> {
    return this.#page.evaluate(() => {
      const element = document.activeElement ?? document.body;
      const labels = element instanceof HTMLInputElement || element instanceof HTMLSelectElement ? element.labels : [];
      const style = getComputedStyle(element);
      const framed = style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) > 0;
      return {
        name: (labels?.[0] ?? element).textContent ?? "",
        shown: element !== document.body && (framed || ["H1", "MAIN"].includes(element.tagName)),
      };
    });
  }
}
