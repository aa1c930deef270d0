import { startAccept } from "../entry/acceptPage";
import { type serveApi, user } from "./api";
import { startEntryPage } from "./entry";
import { lookup } from "./lookup";

/** A link to an invitation. */
export const LINK = "/accept#token=abc.DEF-1_2";

/** What the lookup says of an invitation to the dashboard. */
export const withDashboard = { hasDashboardAccess: true, needsPassword: true };

export const anna = { email: "anna.hale@clinic.example", firstName: "Anna", lastName: "Hale" };

/** Anna, once she has accepted an invitation without dashboard access. */
export const reader = user({ ...anna, level: "member", canCreateReports: true, hasDashboardAccess: false });

/** Opens the link of an invitation over these answers. */
export function openAccept(routes: Parameters<typeof serveApi>[0], address = LINK) {
  return startEntryPage("accept", startAccept, address, { "POST /v1/invitation/lookup": lookup(), ...routes });
}
