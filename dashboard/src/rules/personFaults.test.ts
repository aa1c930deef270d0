import { expect, test } from "vitest";
import { emptyPerson, type PersonDraft } from "./personDraft";
import { personFaults } from "./personFaults";

const anna: PersonDraft = {
  ...emptyPerson,
  email: "anna@clinic.example",
  firstName: "Anna",
  lastName: "Hale",
  clinicRole: "Radiologist",
};

test("a complete person has no faults", () => {
  expect(personFaults(anna).size).toBe(0);
});

test("an empty form lacks address, names and role", () => {
  expect([...personFaults(emptyPerson).keys()]).toEqual(["email", "firstName", "lastName", "clinicRole"]);
});

test.each<[Partial<PersonDraft>, string]>([
  [{ email: "anna@clinic" }, "email"],
  [{ email: "anna clinic.example" }, "email"],
  [{ email: "Anna <anna@clinic.example>" }, "email"],
  [{ firstName: "a".repeat(101) }, "firstName"],
  [{ lastName: "anna@clinic.example" }, "lastName"],
  [{ phoneNumber: "555 0100" }, "phoneNumber"],
  [{ canCreateReports: true }, "npiNumber"],
  [{ canCreateReports: true, npiNumber: "12345" }, "npiNumber"],
  [{ canCreateReports: true, npiNumber: "1234567894" }, "npiNumber"],
])("%j is a fault of %s alone", (change, field) => {
  expect([...personFaults({ ...anna, ...change }).keys()]).toEqual([field]);
});

test.each<Partial<PersonDraft>>([
  { phoneNumber: "+1 (312) 555-0100" },
  { canCreateReports: true, npiNumber: "1234567893" },
  { npiNumber: "12" },
])("%j is no fault", (change) => {
  expect(personFaults({ ...anna, ...change }).size).toBe(0);
});
