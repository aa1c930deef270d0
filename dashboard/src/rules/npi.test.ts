import { expect, test } from "vitest";
import { isNpi, npiDigits } from "./npi";

test.each([
  ["1234567893", true], // the example of CMS
  ["2000000002", true],
  ["1234567894", false],
  ["3234567893", false],
  ["123456789", false],
  ["12345678933", false],
  ["", false],
])("%s is an NPI: %s", (digits, expected) => {
  expect(isNpi(digits)).toBe(expected);
});

test.each([
  ["1234 567-893", "1234567893"],
  [" 1234–567—893\u00a0", "1234567893"],
])("%j is read as %s", (typed, digits) => {
  expect(npiDigits(typed)).toBe(digits);
});
