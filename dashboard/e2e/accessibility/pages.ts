import type { Page } from "playwright-core";
import { describe, test } from "vitest";
import { expectAccessible, newMachine } from "../support/browser";
import { expectForcedColors, expectKeyboard, expectReflow, expectTargets } from "../support/checks";
import { machineOf } from "../support/people";
import type { Riverside } from "../support/riverside";

/** A page with rows: its path, after whose id, and a text that it ends with. */
const pages: [string, string, RegExp][] = [
  ["users", "/users", /Conor O’Brien/],
  ["user", "/users/:Ruth Doyle", /confirmed the invitation/],
  ["invitations", "/users/invitations", /Grace Lindholm/],
  ["invitation", "/users/invitations/:Siv Åberg", /Olu Adeyemi invited/],
  ["invitation with edit", "/users/invitations/:Olivia St.John?edit=true", /Save/],
  ["invite", "/users/invitations/new", /Send invitation/],
  ["import", "/users/invitations/import", /Continue/],
  ["views", "/views", /Ken Nakamura/],
  ["activity", "/activity", /Conor O’Brien/],
  ["access review", "/access-review", /Conor O’Brien/],
  ["keys", "/keys", /Access review/],
  ["webhooks", "/webhooks", /Billing/],
  ["webhook", "/webhooks/:webhook", /View link created/],
  ["clinic", "/clinic", /Next owner/],
  ["account", "/account", /This session/],
  ["a page that does not exist", "/nowhere", /does not exist/],
];

/** The same for a member who manages studies: what they can see, and a page that is not for them. */
const membersPages: typeof pages = [
  ["users", "/users", /Conor O’Brien/],
  ["user", "/users/:Ruth Doyle", /Works in the PACS/],
  ["views", "/views", /opened for you or by you/],
  ["account", "/account", /This session/],
  ["a page for managers", "/keys", /Only owners and admins/],
];

async function open(
  page: Page,
  { ids, webhookId }: Riverside,
  [, path, text]: [string, string, RegExp],
): Promise<void> {
  const [before = "", whose = "", after = ""] = path.split(/[:?]/);
  const { userId = "", invitationId = "" } = ids.get(whose) ?? {};
  const id = whose === "webhook" ? webhookId : before.includes("invitations") ? invitationId : userId;
  await page.goto(`${before}${id}${after && `?${after}`}`);
  await page.locator("main").getByText(text).first().waitFor();
  // Other sections of the page may still be on their way.
  await page.waitForLoadState("networkidle");
}

/** One page, checked in every way. */
async function expectPage(page: Page, riverside: Riverside, one: (typeof pages)[0]): Promise<void> {
  const [name] = one;
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: "light", forcedColors: "none" });
  await open(page, riverside, one);
  await expectAccessible(page, `${name} in light`);
  await expectTargets(page, 24);
  await expectKeyboard(page);
  await expectReflow(page);
  await page.setViewportSize({ width: 320, height: 640 });
  await page.emulateMedia({ colorScheme: "dark" });
  await expectAccessible(page, `${name} in dark at 320 px`);
  await expectForcedColors(page);
  await expectAccessible(page, `${name} in forced colors`);
}

export function pagesAreAccessible(riverside: () => Riverside): void {
  describe("every page", () => {
    test.each(pages)("%s", async (...one) => {
      await expectPage(riverside().page, riverside(), one);
    });

    test("of a member who manages studies", async () => {
      const { api, ids } = riverside();
      const grace = await api("GET", `/v1/autoScribe/users/${ids.get("Grace Lindholm")?.userId}`);
      const page = await machineOf(grace, "/users");
      for (const one of membersPages) await expectPage(page, riverside(), one);
      await page.context().close();
    });

    test("on a touch screen, targets are 44 px", async () => {
      const storageState = await riverside().page.context().storageState();
      const viewport = { width: 1024, height: 768 };
      const page = await newMachine({ storageState, viewport, hasTouch: true, isMobile: true });
      for (const one of pages) {
        await open(page, riverside(), one);
        await expectTargets(page, 44);
      }
      await page.context().close();
    });
  });
}
