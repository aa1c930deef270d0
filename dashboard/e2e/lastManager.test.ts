import { expect, test } from "vitest";
import { inBrowser, ownersMachine, startBrowser } from "./support/browser";
import { makeClinic } from "./support/clinic";
import { machineOf, makePerson } from "./support/people";

startBrowser();

const admin = { level: "admin", canManageStudies: true };

inBrowser("the last one who manages a clinic", () => {
  test("cannot give up the ownership without a next owner", async () => {
    const clinic = makeClinic("Riverside Imaging");
    const owner = await ownersMachine(clinic);

    await owner.getByRole("row").getByRole("link", { name: "Olu Adeyemi" }).click();
    await owner.getByText("You can't deactivate yourself.").waitFor();
    await owner.getByRole("button", { name: "Edit" }).click();
    await owner.getByText("Owners stay owners until they transfer ownership").waitFor();
    await expect.poll(() => owner.getByLabel("Admin", { exact: true }).isDisabled()).toBe(true);

    await owner.getByRole("link", { name: "Clinic" }).click();
    await owner.getByText("There is no one to choose yet.").waitFor();
    await makePerson(clinic, { firstName: "Mei", lastName: "Tan" });
    await owner.reload();
    await owner.getByRole("button", { name: "Transfer ownership" }).click();
    await owner.getByText("Choose the next owner.").waitFor();
  });

  test("cannot give up the level of an admin while the owner has not confirmed", async () => {
    const clinic = makeClinic("Riverside Imaging");
    const mei = await makePerson(clinic, { ...admin, firstName: "Mei", lastName: "Tan" });
    await makePerson(clinic, { ...admin, firstName: "Sam", lastName: "Okafor" });
    const page = await machineOf(mei, "/users");

    await page.getByRole("link", { name: "Sam Okafor" }).click();
    await demote();
    await page.getByText("Saved. The changes take effect now.").waitFor();
    await page.getByRole("link", { name: "All users" }).click();
    await page.getByRole("row").getByRole("link", { name: "Mei Tan" }).click();
    await demote();
    await page.getByText(/This is the clinic.s last active owner or admin. Make someone else/).waitFor();
    await expect.poll(() => page.getByLabel("Admin", { exact: true }).isChecked()).toBe(false);
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText("Admin, Studies, Dashboard", { exact: true }).waitFor();

    async function demote() {
      await page.getByRole("button", { name: "Edit" }).click();
      await page.getByLabel("Admin", { exact: true }).uncheck();
      await page.getByRole("button", { name: "Save" }).click();
    }
  });
});
