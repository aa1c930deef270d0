import { expect, test } from "vitest";
import { type Faults, findFaults } from "./importFaults";
import { type Cells, type Defaults, emptyCells } from "./importValues";
import { NPI_FAULT } from "./personFaults";

const defaults: Defaults = {
  clinicRole: "Radiologist",
  admin: false,
  canCreateReports: false,
  canManageStudies: false,
  hasDashboardAccess: false,
};
const anna: Cells = { ...emptyCells, email: "anna@b.example", firstName: "Anna", lastName: "Hale" };

function faults(change: Partial<Cells>, others: Partial<Defaults> = {}): Faults {
  return findFaults([{ id: 1, cells: { ...anna, ...change } }], { ...defaults, ...others }).get(1) ?? {};
}

test("a complete row has no fault", () => {
  expect(faults({})).toEqual({});
  expect(faults({ npiNumber: "1234567893", canCreateReports: "yes", admin: "y", clinicRole: "other" })).toEqual({});
});

test.each<[Partial<Cells>, Faults]>([
  [{ email: " " }, { email: "Enter the email address." }],
  [{ email: "anna" }, { email: "This is not an email address." }],
  [{ email: "anna@b" }, { email: "This is not an email address." }],
  [{ email: "an na@b.example" }, { email: "This is not an email address." }],
  [{ email: ".anna@b.example" }, { email: "This is not an email address." }],
  [{ email: "a..b@c.example" }, { email: "This is not an email address." }],
  [{ email: "anna@-b.example" }, { email: "This is not an email address." }],
  [{ email: "anna@127.0.0.1" }, { email: "This is not an email address." }],
  [{ email: "josé@b.example" }, { email: "This is not an email address." }],
  [{ email: "anna@b.example,olu@b.example" }, { email: "This is not an email address." }],
  [{ email: `a@${"é".repeat(125)}.ex` }, { email: "This address is too long." }],
  [{ email: "o'neill+x@praxis-süd.example" }, {}],
  [{ clinicRole: "Technologist" }, {}],
  [{ clinicRole: "Nurse" }, { clinicRole: "Choose one of the roles in the list." }],
  [{ firstName: "" }, { firstName: "Enter the first name." }],
  [{ lastName: "  " }, { lastName: "Enter the last name." }],
  [{ lastName: "<Hale>" }, { lastName: "Remove line breaks and < > @." }],
  [{ firstName: "An\nna" }, { firstName: "Remove line breaks and < > @." }],
  [{ firstName: "a".repeat(101) }, { firstName: "Enter at most 100 characters." }],
  [{ firstName: "𝒜".repeat(100) }, {}],
  [{ lastName: "Hale/Diaz" }, { lastName: "Remove the slash." }],
  [{ lastName: "55501" }, { lastName: "A name has at most 4 digits." }],
  [{ suffix1: "MD/PhD" }, {}],
  [{ clinicRole: "Radiology" }, { clinicRole: "Choose one of the roles in the list." }],
  [{ npiNumber: "1234567894" }, { npiNumber: NPI_FAULT }],
  [{ npiNumber: "1.23E+09" }, { npiNumber: NPI_FAULT }],
  [{ canCreateReports: "yes" }, { npiNumber: "Reports need an NPI. Enter it, or choose No for reports." }],
  [{ canCreateReports: "perhaps" }, { canCreateReports: "Choose Yes or No." }],
  [{ admin: "owner" }, { admin: "An owner can't be invited. Choose Yes or No." }],
  [{ admin: "yes", hasDashboardAccess: "no" }, { hasDashboardAccess: "An admin needs the dashboard." }],
  [{ phoneNumber: "555-0101" }, { phoneNumber: "Enter 10 to 15 digits." }],
  [{ phoneNumber: "+1 (555) 010‑1234" }, {}],
])("%j has the faults %j", (change, expected) => {
  expect(faults(change)).toEqual(expected);
});

test("a default can be what a row lacks", () => {
  expect(faults({}, { clinicRole: "" })).toEqual({ clinicRole: "Choose a role." });
  expect(faults({}, { canCreateReports: true }).npiNumber).toContain("NPI");
  expect(faults({ canCreateReports: "no" }, { canCreateReports: true })).toEqual({});
});

test("duplicates are named by row, in the form that the API compares", () => {
  const rows = [
    { id: 1, cells: { ...anna, npiNumber: "1234567893" } },
    { id: 2, cells: { ...anna, email: " ANNA@B.example" } },
    { id: 4, cells: { ...anna, email: "x@praxis-süd.example" } },
    { id: 5, cells: { ...anna, email: "x@xn--praxis-sd-x9a.example", npiNumber: "1234-567-893" } },
    { id: 6, cells: { ...anna, email: "" } },
    { id: 7, cells: { ...anna, email: "" } },
  ];
  const found = findFaults(rows, defaults);
  expect([...found].map(([id, { email }]) => [id, email])).toEqual([
    [1, undefined],
    [2, "Same address as row 1."],
    [4, undefined],
    [5, "Same address as row 4."],
    [6, "Enter the email address."],
    [7, "Enter the email address."],
  ]);
  expect(found.get(5)?.npiNumber).toBe("Same NPI as row 1.");
});

test("a row that stays as it is is judged once", () => {
  const anna = { ...emptyCells, email: "anna@b.example" };
  const first = findFaults([{ id: 1, cells: anna }], defaults).get(1);
  const edited = [
    { id: 1, cells: anna },
    { id: 2, cells: { ...anna } },
  ];
  const second = findFaults(edited, defaults);
  expect(second.get(1)).toBe(first);
  expect(second.get(2)?.email).toBe("Same address as row 1.");
  // The fault of the pair is not left behind in what is known of either row.
  expect(findFaults(edited.slice(1), defaults).get(2)?.email).toBeUndefined();
});
