import type { Schemas } from "../api/client";

/** What a person may do, as the API names it. */
export type Permissions = Pick<
  Schemas["PersonView"],
  "level" | "canManageStudies" | "canCreateReports" | "hasDashboardAccess"
>;

/** What stands for the last sign-in of a person who never signed in. */
export function neverSignedIn(person: Permissions): string {
  return person.hasDashboardAccess ? "Never signed in" : "Works in the PACS";
}

/** The permissions as words, for a list. */
export function permissionWords(person: Permissions): string[] {
  const words: string[] = [];
  if (person.level === "owner") words.push("Owner");
  if (person.level === "admin") words.push("Admin");
  if (person.canCreateReports) words.push("Reports");
  if (person.canManageStudies || person.level !== "member") words.push("Studies");
  words.push(person.hasDashboardAccess ? "Dashboard" : "PACS only");
  return words;
}
