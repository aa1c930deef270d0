import { expect, test } from "vitest";
import { nextPage, wayBack } from "./next";

const ORIGIN = "https://access.example";

test("a page of this origin is the next one, with its filters", () => {
  expect(nextPage("/users?status=active#x", ORIGIN)).toBe(`${ORIGIN}/users?status=active#x`);
});

test.each([
  null,
  "",
  "users",
  "https://evil.example/",
  "//evil.example/",
  "/\\evil.example/",
  "/\t/evil.example/",
  "/\n\\evil.example/",
  "javascript:alert(1)",
])("%j leads to the first page", (next) => {
  expect(nextPage(next, ORIGIN)).toBe(`${ORIGIN}/`);
});

test("a path that only looks like another origin once it is shortened stays here", () => {
  expect(nextPage("/.//evil.example/", ORIGIN)).toBe(`${ORIGIN}//evil.example/`);
});

test.each([
  ["/users?q=anna%40clinic.example", "/users"],
  ["/users?level=admin&q=anna&status=active#x", "/users?level=admin&status=active#x"],
  ["/users?quick=true", "/users?quick=true"],
  ["/keys", "/keys"],
])("the way back to %s is %s", (page, back) => {
  expect(wayBack(page)).toBe(back);
});
