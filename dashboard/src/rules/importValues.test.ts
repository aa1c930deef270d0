import { expect, test } from "vitest";
import { type Cells, clinicRole, type Defaults, emptyCells, inviteOf, meantRole, yesOrNo } from "./importValues";

const nothing: Defaults = {
  clinicRole: "",
  admin: false,
  canCreateReports: false,
  canManageStudies: false,
  hasDashboardAccess: false,
};

const anna: Cells = { ...emptyCells, email: " anna@b.example ", firstName: "Anna", lastName: "Hale" };

test.each([
  ["Yes", true],
  ["y", true],
  ["TRUE", true],
  ["1", true],
  ["x", true],
  ["✓", true],
  ["No", false],
  ["false", false],
  ["0", false],
  ["-", false],
  ["perhaps", null],
  ["admin", null],
])("%j means %s", (word, expected) => {
  expect(yesOrNo(word, "canCreateReports")).toBe(expected);
});

test("a level says who is an admin", () => {
  expect(yesOrNo("Administrator", "admin")).toBe(true);
  expect(yesOrNo("member", "admin")).toBe(false);
  expect(yesOrNo("owner", "admin")).toBeNull();
});

test.each([
  ["radiologist", "Radiologist"],
  [" IT  support ", "IT Support"],
  ["PATHOLOGISTS’ ASSISTANT", "Pathologists' Assistant"],
  ["Practice manager", "Administrative Director"],
  ["Radiology", null],
  ["", null],
])("the role %j is %s", (text, role) => {
  expect(clinicRole(text)).toBe(role);
});

test.each([
  ["radiologist", "Radiologist"],
  ["Practice manager", "Administrative Director"],
  ["Front Desk", "Front Desk Operator"],
  ["front  desk", "Front Desk Operator"],
  ["Technologist", "Imaging Technologist"],
  ["Technician", null],
  ["ologist", null],
  ["Lab", null],
  ["RN", null],
  ["", null],
])("the text %j means the role %s", (text, role) => {
  expect(meantRole(text)).toBe(role);
  expect(inviteOf({ ...anna, clinicRole: text }, nothing).clinicRole).toBe(role ?? "Other");
});

test("defaults fill what a row leaves out, and only that", () => {
  const defaults: Defaults = {
    ...nothing,
    clinicRole: "Radiologist",
    canCreateReports: true,
    hasDashboardAccess: true,
  };
  const row = { ...anna, hasDashboardAccess: "no", npiNumber: "1234 567-893", phoneNumber: " 555 010 1234 " };
  expect(inviteOf(row, defaults)).toEqual({
    email: "anna@b.example",
    firstName: "Anna",
    lastName: "Hale",
    clinicRole: "Radiologist",
    level: "member",
    canManageStudies: false,
    canCreateReports: true,
    hasDashboardAccess: false,
    npiNumber: "1234567893",
    phoneNumber: "555 010 1234",
  });
});

test("an admin manages studies and has the dashboard", () => {
  const invite = inviteOf({ ...anna, clinicRole: "other", admin: "yes" }, nothing);
  expect(invite).toMatchObject({ level: "admin", canManageStudies: true, hasDashboardAccess: true });
  expect(invite.canCreateReports).toBe(false);
});
