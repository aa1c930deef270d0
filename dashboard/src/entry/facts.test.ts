import { expect, test } from "vitest";
import { assignableNote } from "./facts";

test.each([
  ["verified", /can now be assigned/],
  ["pending", /as soon as your NPI is verified/],
  ["name_mismatch", /after the clinic attests/],
  ["not_found", /after the clinic corrects your NPI/],
  ["deactivated", /after the clinic corrects your NPI/],
] as const)("a person with an NPI that is %s reads when studies can be assigned", (npiVerification, words) => {
  expect(assignableNote({ canCreateReports: true, npiVerification })).toMatch(words);
});

test("a person who creates no reports reads nothing about it", () => {
  expect(assignableNote({ canCreateReports: false, npiVerification: "verified" })).toBe("");
});
