import type { Page } from "playwright-core";
import { describe, test } from "vitest";
import { answer, broken, problem } from "../support/answers";
import { expectAccessible, newMachine } from "../support/browser";
import { expectForcedColors, expectKeyboard, expectReflow, expectTargets } from "../support/checks";
import { waitForLink } from "../support/clinic";
import type { Riverside } from "../support/riverside";

const LOOKUP = "/v1/invitation/lookup";

/** One step of an entry page, checked in every way. */
async function expectStep(page: Page, title: string | RegExp): Promise<void> {
  await page.getByRole("heading", { name: title, level: 1 }).waitFor();
  await expectAccessible(page, String(title));
  await expectTargets(page, 24);
  await expectReflow(page);
  await expectForcedColors(page);
  await page.emulateMedia({ forcedColors: "none" });
}

/** A page of its own, with the answers that lead to a step. */
async function openWith(path: string, route?: string, given?: Parameters<typeof answer>[2]): Promise<Page> {
  const page = await newMachine();
  if (route && given) await answer(page, route, given, "POST");
  await page.goto(path);
  return page;
}

export function entryPagesAreAccessible(riverside: () => Riverside): void {
  describe("entry pages", () => {
    test("sign in", async () => {
      const clinics = [
        { clinicId: "0192aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa", name: "Riverside Imaging" },
        { clinicId: "0192bbbb-bbbb-7bbb-8bbb-bbbbbbbbbbbb", name: "Lakeside Imaging" },
      ];
      const page = await openWith("/sign-in", "/v1/session", problem(422, "clinic_required", "", { clinics }));
      await expectStep(page, "Sign in");
      await expectKeyboard(page);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.locator("[aria-invalid]").first().waitFor();
      await expectStep(page, "Sign in");
      await page.getByRole("textbox", { name: "Email address" }).fill("anna@clinic.example");
      await page.getByLabel("Password", { exact: true }).fill("seven lanterns");
      await page.getByRole("button", { name: "Sign in" }).click();
      await expectStep(page, "Choose a clinic");
      await page.goto("/sign-in#forgot");
      await expectStep(page, "Forgot password?");
      await page.getByRole("textbox", { name: "Email address" }).fill("nobody@clinic.example");
      await page.getByRole("button", { name: "Send the link" }).click();
      await expectStep(page, "Check your email");
      await page.goto("/restricted");
      await expectStep(page, "Dashboard access restricted");
      await page.context().close();
    });

    test("accept an invitation", async () => {
      const [, { invitationId }] = [...riverside().ids].find(([name]) => name === "Olivia St.John") ?? ["", {}];
      const { email } = await riverside().api("GET", `/v1/autoScribe/users/invitations/${invitationId}`);
      const page = await openWith(await waitForLink(email));
      await expectStep(page, /^Join/);
      await expectKeyboard(page);
      await page.getByRole("button", { name: "Confirm" }).click();
      await page.locator("[aria-invalid]").first().waitFor();
      await expectStep(page, /^Join/);
      await page.getByRole("link", { name: "Decline" }).click();
      await expectStep(page, "Decline this invitation?");
      await page.context().close();
    });

    test.each([
      [
        "Invitation that expired",
        problem(410, "invitation_expired", "", { clinicName: "Riverside", canRequestNew: true }),
      ],
      ["This link no longer works", problem(404, "token_invalid", "")],
      ["Your invitation did not open", broken],
      ["Your invitation did not open", "offline"],
      ["Opening your invitation…", "never"],
    ] as const)("accept: %s", async (title, given) => {
      const page = await openWith("/accept#token=abc", LOOKUP, given);
      await expectStep(page, title === "Invitation that expired" ? /has expired/ : title);
      await page.context().close();
    });

    test.each([
      ["Set a new password", { body: { email: "anna@clinic.example", hasDashboardAccess: true } }],
      ["You don't need a password", { body: { email: "anna@clinic.example", hasDashboardAccess: false } }],
      ["This link no longer works", problem(404, "token_invalid", "")],
      ["The link did not open", broken],
    ] as const)("reset: %s", async (title, given) => {
      const page = await openWith("/reset#token=abc", "/v1/password/lookup", given);
      await expectStep(page, title);
      await page.context().close();
    });

    test("a link without its token", async () => {
      for (const path of ["/accept", "/reset"]) {
        const page = await openWith(path);
        await expectStep(page, "Open the link in your email");
        await page.context().close();
      }
    });
  });
}
