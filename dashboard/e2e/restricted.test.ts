import { test } from "vitest";
import { inBrowser, ownersMachine, startBrowser } from "./support/browser";
import { makeClinic } from "./support/clinic";
import { anna, machineOf, makePerson, signIn } from "./support/people";

startBrowser();

inBrowser("a reader who loses dashboard access", () => {
  test("is signed out, and reads where to work instead", async () => {
    const clinic = makeClinic("Riverside Imaging");
    const person = await makePerson(clinic, { ...anna, canCreateReports: true, canManageStudies: true });
    const owner = await ownersMachine(clinic);
    const hers = await machineOf(person, "/users");

    await owner.getByRole("link", { name: "Anna Hale" }).click();
    await owner.getByRole("button", { name: "Edit" }).click();
    await owner.getByLabel("Dashboard access").uncheck();
    await owner.getByText("Works inside your PACS only.").waitFor();
    await owner.getByRole("button", { name: "Save" }).click();
    await owner.getByText("Saved. The changes take effect now.").waitFor();

    await hers.getByRole("link", { name: "Olu Adeyemi" }).click();
    const dialog = hers.getByRole("dialog", { name: "Your session has ended" });
    await dialog.waitFor();
    await hers.goto("/users");
    await signIn(hers, person.email);
    await hers.getByRole("heading", { name: "Dashboard access restricted" }).waitFor();
    await hers.getByText("Open a study there, and AutoScribe opens with it.").waitFor();
    await hers.waitForURL("**/restricted");
  });
});
