import { expect, test } from "vitest";
import { mergeEntries, personDifferences } from "./personDiff";
import { emptyPerson, type PersonDraft } from "./personDraft";

const anna: PersonDraft = { ...emptyPerson, firstName: "Anna", lastName: "Hale", clinicRole: "Radiologist" };

test("differences have labels and words, in the order of the form", () => {
  const after: PersonDraft = { ...anna, lastName: "Berg", middleName: "M", level: "admin", canCreateReports: true };
  expect(personDifferences(anna, after)).toEqual([
    { field: "middleName", label: "Middle name", before: "none", after: "M" },
    { field: "lastName", label: "Last name", before: "Hale", after: "Berg" },
    { field: "level", label: "Level", before: "Member", after: "Admin" },
    { field: "canCreateReports", label: "Create reports", before: "no", after: "yes" },
  ]);
  expect(personDifferences(anna, { ...anna })).toEqual([]);
});

test("what was saved meanwhile fills the fields without an entry, and no other", () => {
  const entered = { ...anna, lastName: "Stone" };
  const saved: PersonDraft = { ...anna, lastName: "Berg", clinicRole: "Receptionist" as never };
  expect(mergeEntries(anna, entered, saved)).toEqual({ clinicRole: "Receptionist" });
  expect(mergeEntries(anna, entered, anna)).toEqual({});
});
