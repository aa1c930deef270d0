// The invitation email says the same, from the same file.
import phrases from "../../../shared/mail/abilities.json";
import type { Permissions } from "./permissions";

/** What a person can do. Each phrase continues "you can". */
export function abilities(person: Permissions): string[] {
  const administers = person.level !== "member";
  const held = [
    administers && phrases.administer,
    (administers || person.canManageStudies) && phrases.manageStudies,
    person.canCreateReports && phrases.createReports,
    (administers || person.hasDashboardAccess) && phrases.dashboard,
  ].filter((phrase) => phrase !== false);
  return held.length > 0 ? held : [phrases.nothing];
}

/** Where a person without dashboard access works. Null for everyone else. */
export function workplace(person: Permissions): string | null {
  return person.level === "member" && !person.hasDashboardAccess ? phrases.workplace : null;
}
