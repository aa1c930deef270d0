import { expect, test } from "vitest";
import { toCsv } from "./csv";

test("rows end as RFC 4180 says, after a byte order mark", () => {
  expect(toCsv([["a", "b"], ["c"]])).toBe("\ufeffa,b\r\nc\r\n");
});

test("commas, quotes and line ends are quoted", () => {
  expect(toCsv([["Hale, Anna", 'the "new" key', "one\ntwo", ""]])).toBe(
    '\ufeff"Hale, Anna","the ""new"" key","one\ntwo",\r\n',
  );
});

test.each(["=1+1", "+1", "-1", "@sum", "\tx", "\rx"])("%j does not become a formula", (text) => {
  expect(toCsv([[text]])).toMatch(/^\ufeff"?'/);
});

test.each(["a=1", "1-1", "anna@clinic.example", "'=1"])("%j stays as it is", (text) => {
  expect(toCsv([[text]])).toBe(`\ufeff${text}\r\n`);
});
