import { expect, test } from "vitest";
import { expectAccessible, inBrowser, newMachine, ownersMachine, PASSWORD, startBrowser } from "./support/browser";
import { address, makeClinic, waitForLink } from "./support/clinic";
import { anna, enterPerson } from "./support/people";

startBrowser();

inBrowser("an invitation", () => {
  test("leads from the form of the owner to a radiologist who has confirmed", async () => {
    const clinic = makeClinic("Riverside Imaging");
    const owner = await ownersMachine(clinic);
    const email = address("anna");

    await owner.getByRole("link", { name: "Invite User" }).click();
    await enterPerson(owner, { email, firstName: "Ann" });
    await owner.getByLabel("Create reports").check();
    await owner.getByLabel("NPI", { exact: true }).fill(anna.npiNumber);
    await owner.getByText("NPPES, the NPI registry: Anna Hale").waitFor();
    await owner.getByRole("button", { name: "Take this name" }).click();
    await expect.poll(() => owner.getByLabel("First name").inputValue()).toBe("Anna");
    await expectAccessible(owner);
    await owner.getByRole("button", { name: "Send invitation" }).click();
    await owner.getByRole("heading", { name: "Anna Hale", level: 1 }).waitFor();
    await owner.getByText("Delivered").first().waitFor();

    const hers = await newMachine();
    const title = hers.getByRole("heading", { name: "Join Riverside Imaging" });
    await hers.goto(await waitForLink(email));
    await title.waitFor();
    await expect.poll(() => hers.url()).not.toContain("token");
    await hers.reload();
    await title.waitFor();
    await hers.getByRole("link", { name: "Decline" }).click();
    await hers.getByRole("heading", { name: "Decline this invitation?" }).waitFor();
    await hers.goBack();
    await title.waitFor();
    await hers.goto("/sign-in");
    await hers.goBack();
    await title.waitFor();
    await hers.getByText(anna.npiNumber).waitFor();
    await hers.getByText("Verified", { exact: true }).waitFor();
    await expectAccessible(hers);
    await hers.getByLabel("Choose a password").fill(PASSWORD);
    await hers.getByRole("button", { name: "Confirm" }).click();
    await hers.getByRole("heading", { name: "You have joined Riverside Imaging" }).waitFor();
    await hers.getByText("Studies can now be assigned to you.").waitFor();

    await owner.getByRole("link", { name: "Users", exact: true }).click();
    const user = owner.getByRole("row", { name: /Anna Hale/ });
    await user.getByText("Active").waitFor();
    await user.getByText("NPI verified").waitFor();
    await owner.getByRole("link", { name: "Invitations" }).click();
    const chips = owner.getByRole("navigation", { name: "Which invitations" });
    await chips.getByRole("link", { name: "Confirmed" }).click();
    await owner
      .getByRole("row", { name: /Anna Hale/ })
      .getByText("Confirmed")
      .waitFor();
  });
});
