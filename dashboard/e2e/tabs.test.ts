import { expect, test } from "vitest";
import { inBrowser, ownersMachine, startBrowser } from "./support/browser";
import { address, emailsTo, makeClinic } from "./support/clinic";
import { enterPerson, makePerson } from "./support/people";

startBrowser();

inBrowser("two tabs of one browser", () => {
  test("are signed out together", async () => {
    const clinic = makeClinic("Riverside Imaging");
    const one = await ownersMachine(clinic);
    const other = await one.context().newPage();
    await other.goto("/users/invitations/new");
    const email = address("anna");
    await enterPerson(other, { email });
    await one.getByRole("button", { name: "Sign out" }).click();
    for (const tab of [one, other]) {
      await tab.getByRole("heading", { name: "Sign in" }).waitFor();
      await tab.waitForURL("**/sign-in");
      await expect.poll(() => tab.evaluate(() => JSON.stringify(sessionStorage))).not.toContain(email);
    }
    // The page before leads on at once.
    await other.goBack({ waitUntil: "commit" });
    await other.getByRole("heading", { name: "Sign in" }).waitFor();
  });

  test("change the clinic together, and one that did not hear of it changes nothing in the wrong clinic", async () => {
    const riverside = makeClinic("Riverside Imaging");
    const lakeside = makeClinic("Lakeside Radiology");
    const owner = await ownersMachine(riverside);
    const olu = { email: riverside.ownerEmail, firstName: "Olu", lastName: "Adeyemi" };
    await makePerson(lakeside, { ...olu, level: "admin", canManageStudies: true }, 2);
    await owner.goto("/account");
    const hears = await owner.context().newPage();
    await hears.goto("/users");
    await hears.getByRole("row", { name: /Olu Adeyemi/ }).waitFor();
    const deaf = await owner.context().newPage();
    await deaf.addInitScript("delete globalThis.BroadcastChannel");
    await deaf.goto("/users/invitations/new");
    const email = address("anna");
    await enterPerson(deaf, { email });

    await owner.getByRole("button", { name: "Switch to Lakeside Radiology" }).click();
    for (const tab of [owner, hears]) {
      await tab.getByRole("banner").getByText("Lakeside Radiology").waitFor();
      await tab.getByRole("heading", { name: "Users", level: 1 }).waitFor();
    }
    await deaf.getByRole("button", { name: "Send invitation" }).click();
    const dialog = deaf.getByRole("dialog", { name: "You switched clinics" });
    await dialog.getByText("This page still shows Riverside Imaging. Nothing was changed.").waitFor();
    await dialog.getByRole("button", { name: "Reload" }).click();
    await deaf.getByRole("banner").getByText("Lakeside Radiology").waitFor();
    await deaf.getByRole("link", { name: "Invitations" }).click();
    await deaf
      .getByRole("row", { name: /Olu Adeyemi/ })
      .first()
      .waitFor();
    await expect.poll(() => deaf.getByRole("row", { name: /Anna Hale/ }).count()).toBe(0);
    expect(await emailsTo(email)).toEqual([]);
  });
});
