import { expect, test } from "vitest";
import { inBrowser, newMachine, ownersMachine, PASSWORD, startBrowser } from "./support/browser";
import { makeClinic, waitForEmail, waitForLink } from "./support/clinic";
import { anna, invite, makePerson, signIn } from "./support/people";

startBrowser();

inBrowser("the link of an email", () => {
  test("leads a manager through the sign-in to the person who asks for a new link", async () => {
    const clinic = makeClinic("Riverside Imaging");
    const { email } = await invite(clinic, anna);
    const owner = await ownersMachine(clinic);
    await owner.getByRole("link", { name: "API keys" }).click();
    await owner.getByRole("button", { name: "Revoke First key" }).click();
    await owner.getByRole("button", { name: "Revoke key" }).click();
    await owner
      .getByRole("row", { name: /First key/ })
      .getByText("Revoked")
      .waitFor();

    const hers = await newMachine();
    await hers.goto(await waitForLink(email));
    await hers.getByLabel("Choose a password").fill(PASSWORD);
    await hers.getByRole("button", { name: "Confirm" }).click();
    await hers.getByRole("heading", { name: "This invitation to Riverside Imaging can't be confirmed" }).waitFor();
    await hers.getByRole("button", { name: "Request a new link" }).click();
    await hers.getByRole("heading", { name: "Request sent" }).waitFor();

    const { subject, text } = await waitForEmail(clinic.ownerEmail, 2);
    expect(subject).toContain("Anna Hale asked for a new invitation");
    const atHome = await newMachine();
    const [link] = text.match(/http\S+\/users\/invitations\/inv_\w+/) ?? expect.fail("the email has no link");
    await atHome.goto(link);
    await signIn(atHome, clinic.ownerEmail);
    await atHome.getByRole("heading", { name: "Anna Hale", level: 1 }).waitFor();
    await atHome.getByText("Anna Hale asked for a new invitation").waitFor();
    const resend = atHome.getByRole("button", { name: "Resend to Anna Hale" });
    await resend.click();
    await atHome.getByText(/A new email goes to Anna Hale|was not sent to Anna Hale again/).waitFor();
    await resend.click();
    // The last email was sent less than a minute ago: the first one, or on a slow machine the one of just now.
    await atHome.getByText("The invitation was not sent to Anna Hale again.").waitFor();
    await atHome.getByRole("button", { name: /Try again in \d+ s/ }).waitFor();
  });

  test("says at the dashboard that what it names is gone, after the sign-in", async () => {
    const clinic = makeClinic("Riverside Imaging");
    const mei = await makePerson(clinic, { level: "admin", canManageStudies: true });
    const page = await newMachine();
    await page.goto(`/users/invitations/inv_${"0".repeat(32)}`);
    await signIn(page, mei.email);
    await page.getByRole("heading", { name: "Invitation not found" }).waitFor();
    await page.goto(`/users/usr_${"0".repeat(32)}`);
    await page.getByRole("heading", { name: "User not found" }).waitFor();
    await page.goto("/users/of/nobody");
    await page.getByRole("heading", { name: "This page does not exist" }).waitFor();
  });

  test("sets a new password once, and says before one is chosen that it was used", async () => {
    const clinic = makeClinic("Riverside Imaging");
    const { email } = await makePerson(clinic);
    const page = await newMachine();
    await page.goto("/sign-in");
    await page.getByRole("link", { name: "Forgot password?" }).click();
    // The form before it has an email address too.
    await page.getByRole("heading", { name: "Forgot password?" }).waitFor();
    await page.getByRole("textbox", { name: "Email address" }).fill(email);
    await page.getByRole("button", { name: "Send the link" }).click();
    await page.getByRole("heading", { name: "Check your email" }).waitFor();

    const link = await waitForLink(email, 2);
    expect(link).toContain("/reset#token=");
    await page.goto(link.replace("#", "%23"));
    await page.getByText(email).waitFor();
    await expect.poll(() => page.url()).not.toContain("token");
    await page.getByLabel("New password").fill("eleven boats beside the orchard");
    await page.getByRole("button", { name: "Set password" }).click();
    await page.getByRole("heading", { name: "Your new password is set" }).waitFor();

    await page.goto(link);
    await page.getByRole("heading", { name: "This link no longer works" }).waitFor();
    await page.getByRole("link", { name: "Request another link" }).click();
    await page.getByRole("heading", { name: "Forgot password?" }).waitFor();
  });

  test("opens an invitation although an email scanner encoded it", async () => {
    const clinic = makeClinic("Riverside Imaging");
    const { email } = await invite(clinic);
    const page = await newMachine();
    await page.goto((await waitForLink(email)).replace("#token=", "%23token%3D"));
    await page.getByRole("heading", { name: "Join Riverside Imaging" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Join Riverside Imaging" }).waitFor();
  });
});
