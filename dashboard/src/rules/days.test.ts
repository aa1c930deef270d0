import { afterEach, expect, test } from "vitest";
import { dayEnd, dayStart, isDay } from "./days";

const zone = process.env.TZ;
afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

test.each([
  ["2026-12-01", true],
  ["2026-13-01", false],
  ["2026-12-1", false],
  ["yesterday", false],
  ["", false],
])("%j is a day: %s", (text, expected) => {
  expect(isDay(text)).toBe(expected);
});

test("a day begins and ends in the reader's zone", () => {
  process.env.TZ = "America/Los_Angeles";
  expect(dayStart("2026-12-01")).toBe("2026-12-01T08:00:00.000Z");
  expect(dayEnd("2026-12-01")).toBe("2026-12-02T07:59:59.999Z");
});

test("a day on which the clock changes has another length", () => {
  process.env.TZ = "America/Los_Angeles";
  expect(dayStart("2026-11-01")).toBe("2026-11-01T07:00:00.000Z");
  expect(dayEnd("2026-11-01")).toBe("2026-11-02T07:59:59.999Z");
});
