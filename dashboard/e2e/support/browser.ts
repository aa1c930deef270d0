import axe from "axe-core";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Frame,
  type Page,
} from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, inject } from "vitest";
import { type Clinic, waitForLink } from "./clinic";

export const PASSWORD = "seven lanterns over the harbor";

/** Tests in a browser. Without one they are skipped, and CI fails. */
export const inBrowser = (name: string, tests: () => void) => describe.skipIf(!inject("chromium"))(name, tests);

let browser: Browser;

/** Starts the browser of a file of tests. */
export function startBrowser(): void {
  beforeAll(async () => {
    const path = inject("chromium");
    if (!path) return;
    const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"];
    browser = await chromium.launch({ executablePath: path, args });
  });
  afterEach(async ({ task }) => {
    if (task.result?.state !== "fail") return;
    for (const page of browser?.contexts().flatMap((context) => context.pages()) ?? []) await printPage(page);
  });
  afterAll(() => browser?.close());
}

export type MachineOptions = BrowserContextOptions;

/** Prints what a page shows, as a screen reader has it if a test failed. */
async function printPage(page: Page): Promise<void> {
  process.stderr.write(`${page.url()}\n${await page.locator("body").ariaSnapshot()}\n`);
}

/** A machine of its own: no cookie and no storage of another one. Everything a page complains about fails the test. */
export async function newMachine(options: MachineOptions = {}): Promise<Page> {
  const context: BrowserContext = await browser.newContext({ baseURL: inject("service").url, ...options });
  const page = await context.newPage();
  page.on("pageerror", (error) => expect.fail(`the page threw: ${error.message}`));
  page.on("console", (message) => {
    // The browser notes each refused request. Pages show refusals, and tests look at what pages show.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
      expect.fail(`the console says: ${message.text()}`);
    }
  });
  return page;
}

/** The machine of the clinic's owner, who confirmed the invitation and is signed in. */
export async function ownersMachine(clinic: Clinic, options: MachineOptions = {}): Promise<Page> {
  const page = await newMachine(options);
  await page.goto(await waitForLink(clinic.ownerEmail));
  await page.getByLabel("Choose a password").fill(PASSWORD);
  await page.getByRole("button", { name: "Confirm" }).click();
  await page.getByText("Go to the dashboard").click();
  await page.getByRole("heading", { name: "Users", level: 1 }).waitFor();
  return page;
}

/** Checks the page, or the frame, as it is with axe, for the rules of WCAG 2.2 AA and its best practices. `state` names it. */
export async function expectAccessible(page: Page | Frame, state = page.url()): Promise<void> {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
    const { violations } = await axe.run({ rules: { "target-size": { enabled: true } } });
    return violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" | ")}`);
  });
  expect(found, state).toEqual([]);
}
