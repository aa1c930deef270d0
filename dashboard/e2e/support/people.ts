import type { Page } from "playwright-core";
import { newMachine, PASSWORD } from "./browser";
import { address, asPacs, type Clinic, call, waitForLink } from "./clinic";

/** A person of a clinic. */
export type Person = { email: string; userId: string; invitationId: string; firstName: string; lastName: string };

/** The person that a PACS invites if a test names no one else: Ben, who may use the dashboard and no more. */
const ben = {
  firstName: "Ben",
  lastName: "Castillo",
  clinicRole: "Imaging Technologist",
  level: "member",
  canManageStudies: false,
  canCreateReports: false,
  hasDashboardAccess: true,
};

/** The person that the registry lists with this number. */
export const anna = { firstName: "Anna", lastName: "Hale", clinicRole: "Radiologist", npiNumber: "1234567893" };

/** Reads studies in the PACS, and nothing else. */
export const reader = { ...anna, canCreateReports: true, hasDashboardAccess: false };

/** Invites a person as a PACS does. */
export async function invite(clinic: Clinic, person: Record<string, unknown> = {}): Promise<Person> {
  const whole = { email: address("person"), ...ben, ...person };
  return asPacs(clinic, "POST", "/v1/autoScribe/users", whole);
}

/**
 * Makes a person who has confirmed. With dashboard access they have `PASSWORD`. The invitation is the `count`th email
 * to the address.
 */
export async function makePerson(clinic: Clinic, person: Record<string, unknown> = {}, count = 1): Promise<Person> {
  const invited = await invite(clinic, person);
  const token = new URL(await waitForLink(invited.email, count)).hash.replace("#token=", "");
  const { terms, needsPassword } = await call("POST", "/v1/invitation/lookup", { token });
  await call("POST", "/v1/invitation/accept", { token, terms, ...(needsPassword && { password: PASSWORD }) });
  return invited;
}

/** Signs in on the page that asks for it. */
export async function signIn(page: Page, email: string): Promise<void> {
  await page.getByRole("textbox", { name: "Email address" }).fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** A machine on which this person has signed in, at this page. */
export async function machineOf(person: Person, path: string, options = {}): Promise<Page> {
  const page = await newMachine(options);
  await page.goto(path);
  await signIn(page, person.email);
  await page.getByRole("button", { name: "Sign out" }).waitFor();
  return page;
}

/** Enters a person into the form that invites. */
export async function enterPerson(page: Page, person: { email: string } & Partial<typeof anna>): Promise<void> {
  const { email, firstName, lastName, clinicRole } = { ...anna, ...person };
  await page.getByLabel("Email address").fill(email);
  await page.getByLabel("First name").fill(firstName);
  await page.getByLabel("Last name").fill(lastName);
  await page.getByLabel("Role").selectOption(clinicRole);
}
