import { expect, test } from "vitest";
import { passwordErrors, passwordFaults } from "./password";

const fault = (newPassword: string) => passwordFaults({ currentPassword: "lantern", newPassword }).get("newPassword");

test.each([
  ["", /Enter/],
  ["short", /15 to 128/],
  ["x".repeat(14), /15 to 128/],
  ["x".repeat(129), /15 to 128/],
])("%j is refused", (password, words) => {
  expect(fault(password)).toMatch(words);
});

test("characters are counted, not bytes or halves of them", () => {
  expect(fault("🙂".repeat(15))).toBeUndefined();
  expect(fault("e\u0301".repeat(14))).toMatch(/15 to 128/);
});

test("both passwords are needed, and they differ", () => {
  expect(passwordFaults({ currentPassword: "", newPassword: "" }).size).toBe(2);
  const same = "lantern-gravel-otter";
  expect(passwordFaults({ currentPassword: same, newPassword: same }).get("newPassword")).toMatch(
    /different from your current one/,
  );
});

const refused = (code: string) => [{ field: "newPassword", code, detail: "Send another." }];

test.each([
  ["password_weak", /easy to guess/],
  ["password_breached", /stolen/],
  ["password_length", /15 to 128/],
  ["other", /^Send another.$/],
])("%s of the new password has words", (code, words) => {
  const [error] = passwordErrors(code, refused(code));
  expect(error?.field).toBe("newPassword");
  expect(error?.detail).toMatch(words);
});

test("a wrong current password belongs to its field, too many attempts to none", () => {
  expect(passwordErrors("password_wrong").map(({ field }) => field)).toEqual(["currentPassword"]);
  expect(passwordErrors("too_many_attempts")).toEqual([]);
});
