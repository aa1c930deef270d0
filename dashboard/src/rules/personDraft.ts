import type { Schemas } from "../api/client";
import type { Permissions } from "./permissions";
import type { ClinicRole } from "./roles";

/** A person as a form holds them while someone types. An empty text means no value. */
export type PersonDraft = {
  email: string;
  firstName: string;
  middleName: string;
  lastName: string;
  suffix1: string;
  suffix2: string;
  phoneNumber: string;
  clinicRole: ClinicRole | "";
  level: Schemas["LevelName"];
  /** The three boxes as they were chosen. An admin has more, see `grants`. */
  canManageStudies: boolean;
  canCreateReports: boolean;
  hasDashboardAccess: boolean;
  npiNumber: string;
};

export const emptyPerson: PersonDraft = {
  email: "",
  firstName: "",
  middleName: "",
  lastName: "",
  suffix1: "",
  suffix2: "",
  phoneNumber: "",
  clinicRole: "",
  level: "member",
  canManageStudies: false,
  canCreateReports: false,
  hasDashboardAccess: true,
  npiNumber: "",
};

/** The draft of a person who exists. */
export function draftOf(person: Schemas["PersonView"]): PersonDraft {
  return {
    email: person.email,
    firstName: person.firstName,
    middleName: person.middleName ?? "",
    lastName: person.lastName,
    suffix1: person.suffix1 ?? "",
    suffix2: person.suffix2 ?? "",
    phoneNumber: person.phoneNumber ?? "",
    clinicRole: person.clinicRole,
    level: person.level,
    canManageStudies: person.canManageStudies,
    canCreateReports: person.canCreateReports,
    hasDashboardAccess: person.hasDashboardAccess,
    npiNumber: person.npiNumber ?? "",
  };
}

/** The permissions of a draft. An admin has the dashboard and studies, whatever was chosen before. */
export function grants(draft: PersonDraft): Permissions {
  const administers = draft.level !== "member";
  return {
    level: draft.level,
    canManageStudies: administers || draft.canManageStudies,
    canCreateReports: draft.canCreateReports,
    hasDashboardAccess: administers || draft.hasDashboardAccess,
  };
}

type Values = Omit<PersonDraft, "email">;

/** What the API stores for a draft, without spaces around it. */
function values(draft: PersonDraft): Values {
  const { email: _, ...rest } = draft;
  const trimmed = Object.entries(rest).map(([name, value]) => [name, typeof value === "string" ? value.trim() : value]);
  return { ...(Object.fromEntries(trimmed) as Values), ...grants(draft) };
}

/** The body of an invite. A number that was typed before Reports was cleared is not sent. */
export function inviteBody(draft: PersonDraft): Schemas["InviteRequest"] {
  const { level, clinicRole, npiNumber, ...rest } = values(draft);
  const body = Object.entries({ ...rest, npiNumber: draft.canCreateReports ? npiNumber : "" });
  return {
    ...(Object.fromEntries(body.filter(([, value]) => value !== "")) as Omit<Schemas["InviteRequest"], "email">),
    email: draft.email.trim(),
    clinicRole: clinicRole as ClinicRole,
    level: level === "owner" ? "admin" : level,
  };
}

/** The fields that differ, as a PATCH takes them: null clears a field. The number stays while Reports hides it. */
export function personChanges(before: PersonDraft, after: PersonDraft): Schemas["ChangeRequest"] {
  const old = values(before);
  const now = values(after.canCreateReports ? after : { ...after, npiNumber: before.npiNumber });
  const changed = Object.entries(now).filter(([name, value]) => value !== old[name as keyof Values]);
  return Object.fromEntries(changed.map(([name, value]) => [name, value === "" ? null : value]));
}
