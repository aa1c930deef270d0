import { expect, test } from "vitest";
import { registryNames, registryWords } from "./registry";

test("the registry's capitals become a name", () => {
  const name = { firstName: "ANNA-MARIA", lastName: "O'HALE", credential: "MD" };
  expect(registryNames(name)).toEqual({ firstName: "Anna-Maria", lastName: "O'Hale" });
  expect(registryNames({ firstName: "Anna", lastName: "McHale" }).lastName).toBe("McHale");
});

test.each([
  ["Radiology, Diagnostic Radiology", "Anna Hale, MD, Diagnostic Radiology"],
  ["Physician Assistant, Medical", "Anna Hale, MD, Physician Assistant, Medical"],
  [undefined, "Anna Hale, MD"],
])("with the taxonomy %s it reads %s", (taxonomy, words) => {
  expect(registryWords({ firstName: "ANNA", lastName: "HALE", credential: "MD", ...(taxonomy && { taxonomy }) })).toBe(
    words,
  );
});
