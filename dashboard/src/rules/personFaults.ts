import { isNpi } from "./npi";
import type { PersonDraft } from "./personDraft";

/** What is wrong with each field, by the API's name of the field. */
export type Faults = ReadonlyMap<string, string>;

/** The labels of a person's fields, in the order of the form. */
export const personLabels: Record<string, string> = {
  email: "Email address",
  firstName: "First name",
  lastName: "Last name",
  middleName: "Middle name",
  suffix1: "Suffix",
  suffix2: "Second suffix",
  phoneNumber: "Phone number",
  clinicRole: "Role",
  canManageStudies: "Manage studies",
  canCreateReports: "Create reports",
  npiNumber: "NPI",
  hasDashboardAccess: "Dashboard access",
  level: "Admin",
};

export const NPI_FAULT = "This is not an NPI. Check for a wrong or swapped digit.";

/** What can be checked without asking the API. The API checks more, and its answer is tied to the fields too. */
export function personFaults(draft: PersonDraft): Faults {
  const found: [keyof PersonDraft, string | null][] = [
    ["email", emailFault(draft.email.trim())],
    ["firstName", nameFault(draft.firstName, "Enter the first name.")],
    ["lastName", nameFault(draft.lastName, "Enter the last name.")],
    ["middleName", nameFault(draft.middleName, null)],
    ["suffix1", nameFault(draft.suffix1, null)],
    ["suffix2", nameFault(draft.suffix2, null)],
    ["phoneNumber", phoneFault(draft.phoneNumber)],
    ["clinicRole", draft.clinicRole ? null : "Choose a role."],
    ["npiNumber", draft.canCreateReports ? npiFault(draft.npiNumber) : null],
  ];
  return new Map(found.filter((one): one is [keyof PersonDraft, string] => one[1] !== null));
}

function emailFault(email: string): string | null {
  if (!email) return "Enter the email address.";
  if (!/^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(email)) return "Enter an address such as anna@clinic.example.";
  return null;
}

function nameFault(name: string, missing: string | null): string | null {
  const length = [...name.trim()].length;
  if (length === 0) return missing;
  if (length > 100) return "Use 100 characters at most.";
  return /[<>@]/.test(name) ? "Use only the name, without < > or @." : null;
}

function phoneFault(phone: string): string | null {
  const digits = phone.replace(/\D/g, "").length;
  if (!phone.trim() || (digits >= 10 && digits <= 15)) return null;
  return "Enter 10 to 15 digits, or leave this empty.";
}

function npiFault(number: string): string | null {
  if (!number) return "Enter the NPI. Creating reports needs one.";
  if (number.length < 10) return "An NPI has 10 digits.";
  return isNpi(number) ? null : NPI_FAULT;
}
