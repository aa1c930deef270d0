import type { Schemas } from "../api/client";
import { type ImportField, type ImportPermission, importFields, isPermission } from "./importFields";
import { npiDigits } from "./npi";
import { type ClinicRole, roleAliases, roleGroups } from "./roles";

/** A row as it was pasted or typed. An empty cell leaves the field out. */
export type Cells = Readonly<Record<ImportField, string>>;

export const emptyCells = Object.fromEntries(importFields.map((field) => [field, ""])) as Cells;

/** What fills the cells that a row leaves out. */
export type Defaults = Readonly<Record<ImportPermission, boolean>> & { readonly clinicRole: ClinicRole | "" };

const YES = ["yes", "y", "true", "t", "1", "x", "✓", "✔", "☑", "☒", "on", "checked"];
const NO = ["no", "n", "false", "f", "0", "-", "–", "—", "☐", "off", "none", "n/a"];

/** A permission as people write it. Null for anything that is neither yes nor no. */
export function yesOrNo(text: string, field: ImportPermission): boolean | null {
  const word = text.trim().toLowerCase();
  if (YES.includes(word)) return true;
  if (NO.includes(word)) return false;
  if (field === "admin" && ["admin", "administrator"].includes(word)) return true;
  if (field === "admin" && ["member", "user"].includes(word)) return false;
  return null;
}

export const clinicRoles = roleGroups.flatMap((group) => group.roles);

/** The role of this name, in any case. Null if there is none. */
export function clinicRole(text: string): ClinicRole | null {
  const plain = foldRole(text);
  const alias = roleAliases.find((one) => foldRole(one.text) === plain);
  return alias?.role ?? clinicRoles.find((role) => foldRole(role) === plain) ?? null;
}

const SHORTEST_PART = 4;

/** The role that a text means: its name, or some of its words if no other role has them, such as "Front Desk". */
export function meantRole(text: string): ClinicRole | null {
  const part = foldRole(text);
  // Fewer letters are an abbreviation, which can mean anything.
  if (part.length < SHORTEST_PART) return clinicRole(text);
  const [meant, ...others] = clinicRoles.filter((role) => ` ${foldRole(role)}`.includes(` ${part}`));
  return clinicRole(text) ?? (meant && others.length === 0 ? meant : null);
}

function foldRole(text: string): string {
  return text.trim().toLowerCase().replace(/\s+/g, " ").replaceAll("’", "'");
}

/** Whether the row has this permission. Being an admin includes studies and the dashboard if the row is silent. */
export function permissionOf(cells: Cells, defaults: Defaults, field: ImportPermission): boolean {
  const own = cells[field].trim() ? yesOrNo(cells[field], field) : null;
  const included = field === "canManageStudies" || field === "hasDashboardAccess";
  const admin = included && permissionOf(cells, defaults, "admin");
  if (admin && field === "canManageStudies") return true;
  return own ?? (admin || defaults[field]);
}

/** What an empty cell stands for, in words. */
export function valueIfEmpty(field: ImportField, cells: Cells, defaults: Defaults): string {
  if (field === "clinicRole") return defaults.clinicRole;
  if (!isPermission(field)) return "";
  return permissionOf({ ...cells, [field]: "" }, defaults, field) ? "Yes" : "No";
}

/** The cells of a row that was sent, with what the defaults filled then. */
export function sentCells(cells: Cells, invite: Schemas["InviteRequest"]): Cells {
  const word = (yes: boolean) => (yes ? "Yes" : "No");
  return {
    ...cells,
    clinicRole: invite.clinicRole,
    admin: word(invite.level === "admin"),
    canManageStudies: word(invite.canManageStudies),
    canCreateReports: word(invite.canCreateReports),
    hasDashboardAccess: word(invite.hasDashboardAccess),
  };
}

/** The invite that a row without faults asks for. */
export function inviteOf(cells: Cells, defaults: Defaults): Schemas["InviteRequest"] {
  const role = meantRole(cells.clinicRole) ?? (defaults.clinicRole || "Other");
  const optional = {
    middleName: cells.middleName.trim(),
    suffix1: cells.suffix1.trim(),
    suffix2: cells.suffix2.trim(),
    phoneNumber: cells.phoneNumber.trim(),
    npiNumber: npiDigits(cells.npiNumber),
  };
  return {
    email: cells.email.trim(),
    firstName: cells.firstName.trim(),
    lastName: cells.lastName.trim(),
    clinicRole: role,
    level: permissionOf(cells, defaults, "admin") ? "admin" : "member",
    canManageStudies: permissionOf(cells, defaults, "canManageStudies"),
    canCreateReports: permissionOf(cells, defaults, "canCreateReports"),
    hasDashboardAccess: permissionOf(cells, defaults, "hasDashboardAccess"),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value)),
  };
}
