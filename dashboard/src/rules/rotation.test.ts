import { expect, test } from "vitest";
import { overlapFault, rotationEnds } from "./rotation";

test.each([
  ["0", true],
  [" 24 ", true],
  ["168", true],
  ["169", false],
  ["", false],
  ["1.5", false],
  ["-1", false],
  ["a day", false],
])("%j hours of overlap are right: %s", (hours, right) => {
  expect(overlapFault(hours) === null).toBe(right);
});

const secret = (lastUsedAt: string | null) => ({ madeAt: "2026-11-01T00:00:00.000Z", madeBy: "operator", lastUsedAt });
const used = secret("2026-11-02T00:00:00.000Z");

test("a first rotation ends no secret at once that the hours do not name", () => {
  expect(rotationEnds([used], 24)).toBeNull();
});

test("a second rotation ends the older secret", () => {
  expect(rotationEnds([used, used], 24)).toBe("older");
});

test("a newest secret that was never used ends instead, except without an overlap", () => {
  expect(rotationEnds([used, secret(null)], 24)).toBe("newest");
  expect(rotationEnds([used, secret(null)], 0)).toBe("older");
});
