import type { Page } from "playwright-core";
import { describe, test } from "vitest";
import { expectAccessible, newMachine } from "../support/browser";
import { expectForcedColors, expectKeyboard, expectReflow, expectTargets } from "../support/checks";
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
  ["keys", "/keys", /Access review/],
  ["clinic", "/clinic", /Next owner/],
  ["account", "/account", /This session/],
  ["a page that does not exist", "/nowhere", /does not exist/],
];

async function open(page: Page, { ids }: Riverside, [, path, text]: [string, string, RegExp]): Promise<void> {
  const [before = "", whose = "", after = ""] = path.split(/[:?]/);
  const { userId = "", invitationId = "" } = ids.get(whose) ?? {};
  const id = before.includes("invitations") ? invitationId : userId;
  await page.goto(`${before}${id}${after && `?${after}`}`);
  await page.locator("main").getByText(text).first().waitFor();
}

export function pagesAreAccessible(riverside: () => Riverside): void {
  describe("every page", () => {
    test.each(pages)("%s", async (...one) => {
      const { page } = riverside();
      await page.setViewportSize({ width: 1280, height: 800 });
      await page.emulateMedia({ colorScheme: "light", forcedColors: "none" });
      await open(page, riverside(), one);
      await expectAccessible(page, "in light");
      await expectTargets(page, 24);
      await expectKeyboard(page);
      await expectReflow(page);
      await page.setViewportSize({ width: 320, height: 640 });
      await page.emulateMedia({ colorScheme: "dark" });
      await expectAccessible(page, "in dark at 320 px");
      await expectForcedColors(page);
      await expectAccessible(page, "in forced colors");
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
