import { mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Page } from "playwright-core";
import { beforeAll, inject, test } from "vitest";
import { backdate } from "./support/backdate";
import { inBrowser, newMachine, startBrowser } from "./support/browser";
import { waitForLink } from "./support/clinic";
import { withPalette } from "./support/png";
import { makeRiverside, type Riverside } from "./support/riverside";

const DOMAIN = "riverside-imaging.example";
const folder = resolve(import.meta.dirname, "../../docs/images/dashboard");
/** Without it, the pages are only opened. */
const writes = process.env.SCREENSHOTS === "1";

const desk = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };
const machine = { viewport: desk, timezoneId: "America/New_York", locale: "en-US" };

startBrowser();

let riverside: Riverside;
beforeAll(async () => {
  if (!inject("chromium")) return;
  mkdirSync(folder, { recursive: true });
  riverside = await makeRiverside(DOMAIN, machine);
  await backdate(riverside.page, riverside.ids);
});

/** Waits until the page shows a text, and writes it in light, in dark, and as a phone shows it. */
async function shoot(page: Page, name: string, text: string | RegExp): Promise<void> {
  await page.locator("main").getByText(text).first().waitFor();
  await page.waitForLoadState("networkidle");
  if (!writes) return;
  for (const [variant, size] of Object.entries({ light: desk, dark: desk, phone })) {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme: variant === "dark" ? "dark" : "light" });
    await page.evaluate(() => scrollTo(0, 0));
    const png = await page.screenshot({ caret: "hide" });
    writeFileSync(resolve(folder, `${name}-${variant}.png`), withPalette(png));
  }
  await page.setViewportSize(desk);
}

inBrowser("each page, as a clinic sees it", () => {
  test.each([
    ["users", "/users", "Conor O’Brien"],
    ["user", "/users/:Ruth Doyle", "In the registry"],
    ["invitations", "/users/invitations", "Olivia St.John"],
    ["invitation", "/users/invitations/:Siv Åberg", "Olu Adeyemi invited"],
    ["views", "/views", "Ken Nakamura"],
    ["activity", "/activity", "Conor O’Brien"],
    ["keys", "/keys", "Access review"],
    ["webhooks", "/webhooks", "Billing"],
    ["webhook", "/webhooks/:webhook", "View link created"],
    ["clinic", "/clinic", "Next owner"],
    ["account", "/account", "This session"],
  ])("%s", async (name, path, text) => {
    const { page, ids, webhookId } = riverside;
    const [before, whose] = path.split(":");
    const { userId, invitationId } = ids.get(whose ?? "") ?? {};
    const id = { user: userId, invitation: invitationId, webhook: webhookId }[name] ?? "";
    await page.goto(before + id);
    await shoot(page, name, text);
  });

  test("invite", async () => {
    const { page } = riverside;
    await page.goto("/users/invitations/new");
    await page.getByLabel("Email address").fill(`leilani.kaiulani@${DOMAIN}`);
    await page.getByLabel("First name").fill("Leilani");
    await page.getByLabel("Last name").fill("Kaʻiulani");
    await page.getByLabel("Role").selectOption("Radiologist");
    await page.getByLabel("Create reports").check();
    await page.getByLabel("NPI").fill("2000000127");
    await page.getByText("NPPES, the NPI registry: Leilani").waitFor();
    await page.locator("h1").click();
    await shoot(page, "invite", "NPPES, the NPI registry: Leilani");
  });

  test("import", async () => {
    const { page } = riverside;
    await page.goto("/users/invitations/import");
    const rows = [
      "Email,First name,Last name,Role,Reports,NPI,Dashboard",
      `lars.jonsson@${DOMAIN},Lars,Jönsson,Radiologist,yes,2000000143,yes`,
      `omar.hassan@${DOMAIN},Omar,Hassan,Radiologist,yes,2000000185,no`,
      `tessa.boyd@${DOMAIN},Tessa,Boyd,Imaging Technologist,no,,yes`,
      `ines.ferreira@riverside,Ines,Ferreira,Scribe,no,,yes`,
    ];
    await page.getByLabel("List of people").fill(rows.join("\n"));
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("Default role and permissions").click();
    await shoot(page, "import", "2 ready, 2 to fix");
  });

  test("sign-in", async () => {
    const page = await newMachine(machine);
    await page.goto("/sign-in");
    await shoot(page, "sign-in", "Forgot password?");
  });

  test("reset", async () => {
    const page = await newMachine(machine);
    const email = `grace.lindholm@${DOMAIN}`;
    await page.goto("/sign-in#forgot");
    await page.getByRole("textbox", { name: "Email address" }).fill(email);
    await page.getByRole("button", { name: "Send the link" }).click();
    await page.getByRole("heading", { name: "Check your email" }).waitFor();
    await page.goto(await waitForLink(email, 2));
    await shoot(page, "reset", email);
  });

  test("restricted", async () => {
    const page = await newMachine(machine);
    await page.goto("/restricted");
    await shoot(page, "restricted", "Sign in with another account");
  });

  test("accept", async () => {
    const page = await newMachine(machine);
    await backdate(page);
    await page.goto(await waitForLink(`olivia.st.john@${DOMAIN}`));
    await shoot(page, "accept", "Join Riverside Imaging");
  });
});
