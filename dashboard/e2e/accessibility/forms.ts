import { describe, test } from "vitest";
import { answer, problem } from "../support/answers";
import { expectAccessible } from "../support/browser";
import { expectReflow } from "../support/checks";
import type { Riverside } from "../support/riverside";

const USERS = "/v1/autoScribe/users";

export function formsAreAccessible(riverside: () => Riverside): void {
  describe("forms", () => {
    test("an invitation with faults, refused, and with an NPI", async () => {
      const { page, ids } = riverside();
      await page.goto("/users/invitations/new");
      await page.getByRole("button", { name: "Send invitation" }).click();
      await page.getByText(/^Fix \d+ problems$/).waitFor();
      await expectAccessible(page, "faults");
      await expectReflow(page);
      await page.getByLabel("Email address").fill("lucie@clinic.example");
      await page.getByLabel("First name").fill("Lucie");
      await page.getByLabel("Last name").fill("Brandt");
      await page.getByLabel("Role").selectOption("Radiologist");
      await page.getByText("More details").click();
      await page.getByLabel("Create reports").check();
      await page.getByLabel("NPI").fill("2000000200");
      await page.getByText("The last name is different.").waitFor();
      await page.getByLabel("Dashboard access").uncheck();
      await expectAccessible(page, "the registry has another name");
      await expectReflow(page);
      const { userId } = ids.get("Anna Hale") ?? {};
      await answer(page, USERS, problem(409, "already_member", "This person is a member.", { userId }), "POST");
      await page.getByRole("button", { name: "Send invitation" }).click();
      await page.getByText("Open the user").waitFor();
      await expectAccessible(page, "conflict");
    });

    test("a person that someone else changed", async () => {
      const { page, ids } = riverside();
      const path = `${USERS}/${ids.get("Mia Castellano")?.userId}`;
      await page.goto(path.replace("/v1/autoScribe", ""));
      await page.getByRole("button", { name: "Edit", exact: true }).click();
      await page.getByLabel("First name").fill("Mia Maria");
      await expectAccessible(page, "the form");
      await answer(page, path, problem(409, "conflict", "Someone else changed this person."), "PATCH");
      await page.getByRole("button", { name: "Save" }).click();
      await page.locator(".problem").first().waitFor();
      await expectAccessible(page, "conflict");
      await expectReflow(page);
    });

    test("the clinic and the password with faults", async () => {
      const { page } = riverside();
      await page.goto("/clinic");
      await page.getByLabel("Days an invitation stays open").fill("90");
      await page.getByRole("button", { name: "Save" }).click();
      await page.locator("[aria-invalid]").first().waitFor();
      await expectAccessible(page, "the clinic");
      await page.goto("/account");
      await page.getByRole("button", { name: "Change password" }).click();
      await page.locator("[aria-invalid]").first().waitFor();
      await expectAccessible(page, "the password");
    });

    test("the steps of an import", async () => {
      const { page } = riverside();
      const id = crypto.randomUUID().slice(0, 8);
      await page.goto("/users/invitations/import");
      await page.getByRole("button", { name: "Continue" }).click();
      await page.locator("[aria-invalid]").waitFor();
      await expectAccessible(page, "nothing pasted");
      await page
        .getByLabel("List of people")
        .fill(`Who,Given,Family,Job\na.${id}@x.example,Ada,Boyd,Scribe\nb@x,Bo,Hall,Scribe`);
      await page.getByRole("button", { name: "Continue" }).click();
      await page.getByText("What is in each column?").waitFor();
      await expectAccessible(page, "columns");
      for (const [heading, field] of Object.entries({
        Who: "Email address",
        Given: "First name",
        Family: "Last name",
        Job: "Role",
      })) {
        await page.getByLabel(heading, { exact: true }).selectOption(field);
      }
      await page.getByRole("button", { name: "Continue" }).click();
      await page.getByText("1 ready, 1 to fix").waitFor();
      await expectAccessible(page, "people");
      await expectReflow(page);
      await page.getByRole("button", { name: "Send the 1 that is ready" }).click();
      await page.getByText("1 sent, 1 to fix").waitFor();
      await expectAccessible(page, "results");
      await expectReflow(page);
      await page.getByRole("link", { name: "Confirmed" }).click();
      await page.getByRole("dialog").waitFor();
      await expectAccessible(page, "leaving");
      await page.getByRole("button", { name: "Leave" }).click();
    });
  });
}
