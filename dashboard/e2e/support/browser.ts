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

/** What pages complained about since the last test, with their addresses. */
const complaints: string[] = [];

/** Starts the browser of a file of tests. Everything that a page complains about fails the test that opened it. */
export function startBrowser(): void {
  beforeAll(async () => {
    const path = inject("chromium");
    if (!path) return;
    const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"];
    browser = await chromium.launch({ executablePath: path, args });
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") {
      for (const page of browser?.contexts().flatMap((context) => context.pages()) ?? []) await printPage(page);
    }
    expectNoComplaints();
  });
  afterAll(async () => {
    await browser?.close();
    expectNoComplaints();
  });
}

function expectNoComplaints(): void {
  const found = complaints.splice(0);
  if (found.length > 0) throw new Error(`the pages complained:\n${found.join("\n")}`);
}

export type MachineOptions = BrowserContextOptions;

/** Prints what a page shows, as a screen reader has it if a test failed. */
async function printPage(page: Page): Promise<void> {
  process.stderr.write(`${page.url()}\n${await page.locator("body").ariaSnapshot()}\n`);
}

/** A machine of its own: no cookie and no storage of another one. All its tabs are watched. */
export async function newMachine(options: MachineOptions = {}): Promise<Page> {
  const context: BrowserContext = await browser.newContext({ baseURL: inject("service").url, ...options });
  const note = (page: Page | null, text: string) => complaints.push(`${page?.url() ?? "a closed page"}: ${text}`);
  context.on("weberror", (thrown) => note(thrown.page(), thrown.error().stack ?? thrown.error().message));
  context.on("console", (message) => {
    // The browser notes each refused request. Pages show refusals, and tests look at what pages show.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
      note(message.page(), `the console says: ${message.text()}`);
    }
  });
  return context.newPage();
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

/**
 * Checks the page, or the frame, with axe, for the rules of WCAG 2.2 AA and its best practices. A page that is about to
 * change is checked again. `state` names it.
 */
export async function expectAccessible(page: Page | Frame, state = page.url()): Promise<void> {
  await expect.poll(() => violations(page), { message: state }).toEqual([]);
}

async function violations(page: Page | Frame): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
    const { violations } = await axe.run({ rules: { "target-size": { enabled: true } } });
    return violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" | ")}`);
  });
}
