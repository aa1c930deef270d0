import { expect, test } from "vitest";
import { inBrowser, newMachine, ownersMachine, PASSWORD, startBrowser } from "./support/browser";
import { address, emailsTo, makeClinic, waitForEmail } from "./support/clinic";
import { enterPerson, signIn } from "./support/people";

startBrowser();

inBrowser("a session that ends while a form is filled in", () => {
  test("begins again over the page, and the invitation goes out once as it was entered", async () => {
    const clinic = makeClinic("Riverside Imaging");
    const owner = await ownersMachine(clinic);
    const email = address("anna");
    await owner.getByRole("link", { name: "Invite User" }).click();
    await enterPerson(owner, { email, lastName: "Hale-Ortiz" });
    await owner.getByLabel("Manage studies").check();

    const other = await newMachine();
    await other.goto("/account");
    await signIn(other, clinic.ownerEmail);
    await other.getByRole("button", { name: "Sign out everywhere else" }).click();
    await other.getByText("Your other sessions have ended.").waitFor();

    await owner.getByRole("button", { name: "Send invitation" }).click();
    const dialog = owner.getByRole("dialog", { name: "Your session has ended" });
    await dialog.getByLabel(`Password of ${clinic.ownerEmail}`).fill("not the password of Olu");
    await dialog.getByRole("button", { name: "Sign in" }).click();
    await dialog.getByText("This password is wrong.").waitFor();
    await dialog.getByLabel(`Password of ${clinic.ownerEmail}`).fill(PASSWORD);
    await dialog.getByRole("button", { name: "Sign in" }).click();
    await owner.getByRole("heading", { name: "Anna Hale-Ortiz", level: 1 }).waitFor();
    await owner.getByText("Delivered").first().waitFor();
    await waitForEmail(email);
    expect(await emailsTo(email)).toHaveLength(1);

    await owner.getByRole("link", { name: "All invitations" }).click();
    const rows = owner.getByRole("row", { name: /Anna Hale-Ortiz/ });
    await rows.getByText("Studies, Dashboard").waitFor();
    await expect.poll(() => rows.count()).toBe(1);
  });
});
