import { expect, test } from "vitest";
import { inBrowser, ownersMachine, startBrowser } from "./support/browser";
import { makeClinic } from "./support/clinic";
import { machineOf, makePerson } from "./support/people";

startBrowser();

inBrowser("two managers who edit the same person", () => {
  test("see each other's changes, and the second loses nothing that was entered", async () => {
    const clinic = makeClinic("Riverside Imaging");
    const ben = await makePerson(clinic);
    const mei = await makePerson(clinic, { level: "admin", canManageStudies: true, firstName: "Mei", lastName: "Tan" });
    const owner = await ownersMachine(clinic);
    const admin = await machineOf(mei, `/users/${ben.userId}`);
    await owner.getByRole("link", { name: "Ben Castillo" }).click();
    for (const page of [owner, admin]) await page.getByRole("button", { name: "Edit" }).click();

    await owner.getByLabel("Role").selectOption("Front Desk Operator");
    await owner.getByRole("button", { name: "Save" }).click();
    await owner.getByText("Saved. The changes take effect now.").waitFor();

    await admin.getByLabel("Last name").fill("Castillo Vega");
    await admin.getByLabel("Manage studies").check();
    await admin.getByRole("button", { name: "Save" }).click();
    await admin.getByText("Someone else changed this person while you were editing.").waitFor();
    await admin.getByText("Role: Imaging Technologist before, Front Desk Operator now").waitFor();
    await expect.poll(() => admin.getByLabel("Last name").inputValue()).toBe("Castillo Vega");
    await expect.poll(() => admin.getByLabel("Manage studies").isChecked()).toBe(true);
    await expect.poll(() => admin.getByLabel("Role").inputValue()).toBe("Front Desk Operator");
    await admin.getByRole("button", { name: "Save" }).click();
    await admin.getByText("Saved. The changes take effect now.").waitFor();

    for (const page of [owner, admin]) {
      await page.reload();
      await page.getByRole("heading", { name: "Ben Castillo Vega", level: 1 }).waitFor();
      await page.getByText("Front Desk Operator").first().waitFor();
      await page.getByText("Studies, Dashboard", { exact: true }).waitFor();
    }
  });
});
