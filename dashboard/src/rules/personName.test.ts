import { expect, test } from "vitest";
import { isOnePerson, splitName } from "./personName";

test.each([
  ["Anna Hale", "Anna||Hale||"],
  ["Hale, Anna", "Anna||Hale||"],
  ["Hale,Anna", "Anna||Hale||"],
  ["Hale, Anna M.", "Anna|M.|Hale||"],
  ["Anna M Hale", "Anna|M|Hale||"],
  ["Anna Maria Hale", "Anna Maria||Hale||"],
  ["Hale, Anna, MD", "Anna||Hale|MD|"],
  ["Anna Hale, M.D., FACR, MBA", "Anna||Hale|M.D.|FACR, MBA"],
  ["Anna Hale Jr.", "Anna||Hale|Jr.|"],
  ["Dr. Anna Hale", "Anna||Hale||"],
  ["Hale, Dr. Anna", "Anna||Hale||"],
  ["Vincent van der Berg", "Vincent||van der Berg||"],
  ["van der Berg, Vincent", "Vincent||van der Berg||"],
  ["Hale, Anna (Radiology)", "Anna||Hale||"],
  ["Hale, Anna [Contractor]", "Anna||Hale||"],
  ["'Hale, Anna'", "Anna||Hale||"],
  ['"Anna Hale"', "Anna||Hale||"],
  ["Cher", "Cher||||"],
  ["Hale,", "Hale||||"],
  ["O’Neill-Diaz, Siobhán", "Siobhán||O’Neill-Diaz||"],
  ["", "||||"],
  ["Garcia Lopez, Maria", "Maria||Garcia Lopez||"],
  ["Bo, Hale, Anna", "||||"],
])("%j is read as %s", (text, parts) => {
  const name = splitName(text);
  expect([name.firstName, name.middleName, name.lastName, name.suffix1, name.suffix2].join("|")).toBe(parts);
});

test.each([
  ["Anna Hale", true],
  ["Hale, Anna", true],
  ["Anna Hale, MD", true],
  ["Hale, Anna, MD", true],
  ["van der Berg, Vincent", true],
  ["Bo Smith, Anna Hale", false],
  ["Bo, Hale, Anna", false],
])("%j is surely one person's: %s", (name, expected) => {
  expect(isOnePerson(name)).toBe(expected);
});
