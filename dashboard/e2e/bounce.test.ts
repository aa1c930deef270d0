import { expect, test } from "vitest";
import { inBrowser, newMachine, ownersMachine, startBrowser } from "./support/browser";
import { address, makeClinic, waitForLink } from "./support/clinic";
import { enterPerson } from "./support/people";

startBrowser();

inBrowser("an invitation that bounces", () => {
  test("is first on the list with its reason, and is replaced by one to the corrected address", async () => {
    const clinic = makeClinic("Riverside Imaging");
    const owner = await ownersMachine(clinic);
    const wrong = address("bounce+anna");
    const right = address("anna");

    await owner.getByRole("link", { name: "Invite User" }).click();
    await enterPerson(owner, { email: wrong });
    await owner.getByRole("button", { name: "Send invitation" }).click();
    await owner.getByText("Not delivered").first().waitFor();

    await owner.getByRole("link", { name: "All invitations" }).click();
    const first = owner
      .getByRole("table")
      .first()
      .getByRole("row", { name: /Anna Hale/ });
    await owner.getByRole("heading", { name: "Not delivered" }).waitFor();
    await first.getByText("Not delivered").waitFor();
    await first.getByText("The mailbox does not exist. Check the address.").waitFor();
    await first.getByRole("link", { name: "Correct the address of Anna Hale" }).click();

    await owner.getByText(`The old one, to ${wrong}, is revoked.`).waitFor();
    await expect.poll(() => owner.getByLabel("First name").inputValue()).toBe("Anna");
    await expect.poll(() => owner.getByLabel("Role").inputValue()).toBe("Radiologist");
    await owner.getByRole("button", { name: "Send invitation" }).click();
    await owner.getByText("Change the address.").first().waitFor();
    await owner.getByLabel("Email address").fill(right);
    await owner.getByRole("button", { name: "Send invitation" }).click();
    await owner.getByText(right).first().waitFor();
    await owner.getByText("Delivered").first().waitFor();

    await owner.getByRole("link", { name: "All invitations" }).click();
    await owner.getByRole("link", { name: "Revoked" }).click();
    await owner.getByRole("row", { name: wrong }).waitFor();
    await owner.getByRole("link", { name: "Not delivered (0)" }).click();
    await owner.getByText("Every email was delivered").waitFor();

    const hers = await newMachine();
    await hers.goto(await waitForLink(wrong));
    await hers.getByRole("heading", { name: "This link no longer works" }).waitFor();
    await hers.goto(await waitForLink(right));
    await hers.getByRole("heading", { name: "Join Riverside Imaging" }).waitFor();
  });
});
