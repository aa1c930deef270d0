import { expect, test } from "vitest";
import { idleSecondsLeft } from "./idle";

const minutes = (count: number) => count * 60_000;

test.each([
  [0, null],
  [26, null],
  [27, 120],
  [28, 60],
  [29, 0],
  [600, 0],
])("%s minutes after the last use of 30, %s seconds are left", (idle, left) => {
  expect(idleSecondsLeft(1000, 30, 1000 + minutes(idle))).toBe(left);
});

test("the shortest limit leaves time to work", () => {
  expect(idleSecondsLeft(0, 5, minutes(1))).toBeNull();
});
