import { expect, test } from "vitest";
import { Problem } from "../api/problem";
import { explain, explainFields, lengthFault } from "./sentences";

const errors = (code: string) => [{ field: "password", code, detail: "RAW" }];

test.each([
  [null, "Wait a few minutes, then try again."],
  [1, "Wait a minute, then try again."],
  [60, "Try again in 1 minute."],
  [61, "Try again in 2 minutes."],
])("with Retry-After %j, too many attempts say: %s", (seconds, words) => {
  const problem = new Problem(429, { code: "too_many_attempts", detail: "RAW", requestId: "r" }, seconds);
  expect(explain(problem)).toEqual({ text: `There were too many wrong passwords. ${words}`, requestId: null });
});

test("a code without words of ours has the API's, and the request", () => {
  const problem = new Problem(409, { code: "new_code", detail: "Do this.", requestId: "r" });
  expect(explain(problem)).toEqual({ text: "Do this.", requestId: "r" });
});

test("the words of a page come before the usual ones, and the API's come last", () => {
  const at = (code: string, own = {}) =>
    explainFields(new Problem(422, { code, errors: errors(code) }), own).get("password");
  expect(at("password_length")).toBe("Use 15 to 128 characters.");
  expect(at("password_length", { password_length: "Ours." })).toBe("Ours.");
  expect(at("new_code")).toBe("RAW");
});

test.each([
  ["", "required"],
  ["a".repeat(14), "password_length"],
  ["a".repeat(15), null],
  ["🩻".repeat(14), "password_length"],
  ["🩻".repeat(128), null],
  ["e\u0301".repeat(14), "password_length"],
  ["a".repeat(129), "password_length"],
])("the length of %j is judged as the API does", (password, fault) => {
  expect(lengthFault(password)).toBe(fault);
});
