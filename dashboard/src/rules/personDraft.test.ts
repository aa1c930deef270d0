import { expect, test } from "vitest";
import { emptyPerson, grants, inviteBody, type PersonDraft, personChanges } from "./personDraft";

const anna: PersonDraft = {
  ...emptyPerson,
  email: " anna@clinic.example ",
  firstName: " Anna ",
  lastName: "Hale",
  clinicRole: "Radiologist",
  hasDashboardAccess: false,
};

test("an admin has the dashboard and studies, and loses them again with the level", () => {
  const admin: PersonDraft = { ...anna, level: "admin" };
  expect(grants(admin)).toMatchObject({ canManageStudies: true, hasDashboardAccess: true, canCreateReports: false });
  expect(grants({ ...admin, level: "member" })).toMatchObject({ canManageStudies: false, hasDashboardAccess: false });
});

test("an invite has only what was filled in, without spaces around it", () => {
  expect(inviteBody(anna)).toEqual({
    email: "anna@clinic.example",
    firstName: "Anna",
    lastName: "Hale",
    clinicRole: "Radiologist",
    level: "member",
    canManageStudies: false,
    canCreateReports: false,
    hasDashboardAccess: false,
  });
});

test("an invite has the NPI only with Reports", () => {
  const number = { ...anna, npiNumber: "1234567893" };
  expect(inviteBody(number)).not.toHaveProperty("npiNumber");
  expect(inviteBody({ ...number, canCreateReports: true }).npiNumber).toBe("1234567893");
});

test("a change sends the fields that differ, and null for a cleared one", () => {
  const before = { ...anna, middleName: "Maria" };
  expect(personChanges(before, { ...before, lastName: "Berg", middleName: " " })).toEqual({
    lastName: "Berg",
    middleName: null,
  });
  expect(personChanges(before, { ...before })).toEqual({});
});

test("a change to admin sends what an admin has", () => {
  expect(personChanges(anna, { ...anna, level: "admin" })).toEqual({
    level: "admin",
    canManageStudies: true,
    hasDashboardAccess: true,
  });
});

test("a change without Reports leaves the NPI as it was", () => {
  const before = { ...anna, canCreateReports: true, npiNumber: "1234567893" };
  expect(personChanges(before, { ...before, canCreateReports: false, npiNumber: "" })).toEqual({
    canCreateReports: false,
  });
});
