import type { ImportField } from "./importFields";
import { importPermissions } from "./importFields";
import { type Cells, type Defaults, meantRole, permissionOf, yesOrNo } from "./importValues";
import { isNpi, npiDigits } from "./npi";
import { NPI_FAULT } from "./personFaults";

/** What is wrong with a row, in words, by field. */
export type Faults = Partial<Record<ImportField, string>>;

type Check = (cells: Cells, defaults: Defaults) => string | undefined;

const checks: Partial<Record<ImportField, Check>> = {
  email: ({ email }) => addressFault(email),
  firstName: ({ firstName }) => nameFault(firstName) ?? (firstName.trim() ? undefined : "Enter the first name."),
  middleName: ({ middleName }) => nameFault(middleName),
  lastName: ({ lastName }) => nameFault(lastName) ?? (lastName.trim() ? undefined : "Enter the last name."),
  suffix1: ({ suffix1 }) => lineFault(suffix1),
  suffix2: ({ suffix2 }) => lineFault(suffix2),
  clinicRole: ({ clinicRole: role }, defaults) => {
    if (role.trim()) return meantRole(role) ? undefined : "Choose one of the roles in the list.";
    return defaults.clinicRole ? undefined : "Choose a role.";
  },
  npiNumber: (cells, defaults) => {
    const digits = npiDigits(cells.npiNumber);
    if (digits) return isNpi(digits) ? undefined : NPI_FAULT;
    const reports = permissionOf(cells, defaults, "canCreateReports");
    return reports ? "Reports need an NPI. Enter it, or choose No for reports." : undefined;
  },
  phoneNumber: ({ phoneNumber }) => {
    const digits = phoneNumber.normalize("NFKC").replace(/[\s\p{Pd}().]/gu, "");
    return !digits || /^\+?\d{10,16}$/.test(digits) ? undefined : "Enter 10 to 15 digits.";
  },
};

/** The faults of each row by itself, as the API finds them, and of rows that name the same person twice. */
export function findFaults(rows: readonly { id: number; cells: Cells }[], defaults: Defaults): Map<number, Faults> {
  const found = new Map(rows.map(({ id, cells }) => [id, judgment(cells, defaults).faults]));
  const compare = (field: ImportField, what: string, key: (one: Judgment) => string) => {
    const first = new Map<string, number>();
    for (const { id, cells } of rows) {
      const value = key(judgment(cells, defaults));
      const earlier = first.get(value);
      const faults = found.get(id);
      if (!value || !faults) continue;
      if (earlier === undefined) first.set(value, id);
      else if (!faults[field]) found.set(id, { ...faults, [field]: `Same ${what} as row ${earlier}.` });
    }
  };
  compare("email", "address", ({ address }) => address);
  compare("npiNumber", "NPI", ({ npi }) => npi);
  return found;
}

type Judgment = { defaults: Defaults; faults: Faults; address: string; npi: string };

/** A key press changes the cells of one row. Those of the others were judged before. */
const judgments = new WeakMap<Cells, Judgment>();

function judgment(cells: Cells, defaults: Defaults): Judgment {
  const before = judgments.get(cells);
  if (before?.defaults === defaults) return before;
  const faults = ownFaults(cells, defaults);
  const now = { defaults, faults, address: sameAddress(cells.email), npi: npiDigits(cells.npiNumber) };
  judgments.set(cells, now);
  return now;
}

function ownFaults(cells: Cells, defaults: Defaults): Faults {
  const faults: Faults = {};
  for (const [field, check] of Object.entries(checks) as [ImportField, Check][]) {
    const fault = check(cells, defaults);
    if (fault) faults[field] = fault;
  }
  for (const field of importPermissions) {
    if (cells[field].trim() && yesOrNo(cells[field], field) === null) faults[field] = "Choose Yes or No.";
  }
  if (cells.admin.trim().toLowerCase() === "owner") faults.admin = "An owner can't be invited. Choose Yes or No.";
  if (permissionOf(cells, defaults, "admin") && !permissionOf(cells, defaults, "hasDashboardAccess")) {
    faults.hasDashboardAccess ??= "An admin needs the dashboard.";
  }
  return faults;
}

const MAX_ADDRESS_BYTES = 254;
const MAX_NAME = 100;

function addressFault(text: string): string | undefined {
  const address = text.trim().normalize("NFC");
  if (!address) return "Enter the email address.";
  if (new TextEncoder().encode(address).length > MAX_ADDRESS_BYTES) return "This address is too long.";
  const [, local = "", domain = ""] = /^([^@]+)@([^@]+)$/.exec(address) ?? [];
  const dots = local.startsWith(".") || local.endsWith(".") || local.includes("..");
  const right = /^[a-z0-9!#$%&'*+\-/=?^_`{|}~.]{1,64}$/i.test(local) && !dots && isDomain(domain);
  return right ? undefined : "This is not an email address.";
}

function isDomain(domain: string): boolean {
  const labels = domain.split(".");
  const label = /^[\p{L}\p{M}\p{N}]([\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?$/u;
  return labels.length > 1 && labels.every((one) => label.test(one)) && !/^\d+$/.test(labels.at(-1) ?? "");
}

/** The form in which the API compares addresses. */
function sameAddress(email: string): string {
  const address = email.trim().normalize("NFC").toLowerCase();
  const at = address.lastIndexOf("@");
  const host = `http://${address.slice(at + 1)}`;
  // The browser knows the A-label of a domain.
  return at > 0 && URL.canParse(host) ? `${address.slice(0, at)}@${new URL(host).hostname}` : address;
}

function nameFault(text: string): string | undefined {
  const name = text.trim();
  if (name.includes("/")) return "Remove the slash.";
  if (name.replace(/\P{N}/gu, "").length > 4) return "A name has at most 4 digits.";
  return lineFault(name);
}

function lineFault(text: string): string | undefined {
  const line = text.trim();
  if ([...line].length > MAX_NAME) return `Enter at most ${MAX_NAME} characters.`;
  return /[<>@\p{Cc}]/u.test(line) ? "Remove line breaks and < > @." : undefined;
}
