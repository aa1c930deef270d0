/** What a row of an import says about a person. The names are the API's, except for `admin`. */
export type ImportField =
  | "email"
  | "firstName"
  | "middleName"
  | "lastName"
  | "suffix1"
  | "suffix2"
  | "clinicRole"
  | "npiNumber"
  | "phoneNumber"
  | ImportPermission;

export type ImportPermission = "admin" | "canManageStudies" | "canCreateReports" | "hasDashboardAccess";

/** What a column of a pasted table can hold: a field, or a whole name that is split. */
export type ColumnTarget = ImportField | "fullName";

type Described = { label: string; headings: string; optional?: boolean };

const described: Record<ColumnTarget, Described> = {
  email: {
    label: "Email address",
    headings: "email emailaddress emailaddresses mail workemail businessemail primaryemail useremail emailid",
  },
  fullName: { label: "Full name", headings: "name fullname displayname person wholename employeename username" },
  firstName: { label: "First name", headings: "first firstname given givenname forename fname" },
  middleName: {
    label: "Middle name",
    headings: "middle middlename middleinitial mi mname additionalname",
    optional: true,
  },
  lastName: { label: "Last name", headings: "last lastname surname family familyname lname sn" },
  suffix1: { label: "Suffix", headings: "suffix suffix1 credential credentials generation", optional: true },
  suffix2: { label: "Second suffix", headings: "suffix2 secondsuffix", optional: true },
  clinicRole: { label: "Role", headings: "role clinicrole jobtitle job position" },
  npiNumber: {
    label: "NPI",
    headings: "npi npinumber npino npinum providernpi nationalprovideridentifier nationalproviderid",
  },
  phoneNumber: {
    label: "Phone number",
    headings: "phone phonenumber phoneno telephone telephonenumber tel mobile mobilephone cell cellphone workphone",
    optional: true,
  },
  canCreateReports: {
    label: "Reports",
    headings: "reports report cancreatereports createreports createsreports reporting dictate dictates dictation",
  },
  canManageStudies: {
    label: "Studies",
    headings: "studies study canmanagestudies managestudies managesstudies studymanagement",
  },
  hasDashboardAccess: { label: "Dashboard", headings: "dashboard dashboardaccess hasdashboardaccess accessdashboard" },
  admin: { label: "Admin", headings: "admin administrator isadmin clinicadmin level accesslevel" },
};

export const columnTargets = Object.keys(described) as ColumnTarget[];

/** The fields in the order of the table. */
export const importFields = columnTargets.filter((target) => target !== "fullName");

export const importPermissions = [
  "canCreateReports",
  "canManageStudies",
  "hasDashboardAccess",
  "admin",
] as const satisfies ImportPermission[];

/** The heading of a field. */
export function fieldLabel(target: ColumnTarget): string {
  return described[target].label;
}

/** Whether the table shows this field only if someone has it. */
export function isOptional(field: ImportField): boolean {
  return described[field].optional === true;
}

export function isPermission(field: ImportField): field is ImportPermission {
  return importPermissions.some((permission) => permission === field);
}

/** The field that a heading means, in any of its common spellings. */
export function targetOf(heading: string): ColumnTarget | null {
  const plain = heading
    .replace(/\(.*?\)/g, "")
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "");
  return columnTargets.find((target) => plain && described[target].headings.split(" ").includes(plain)) ?? null;
}
