import { expect, test } from "vitest";
import { toCsv } from "./csv";
import { readCells } from "./readCells";

test("a row is a line", () => {
  expect(toCsv([])).toBe("");
  const rows = [
    ["a", "b"],
    ["c", ""],
  ];
  expect(toCsv(rows)).toBe("a,b\r\nc,\r\n");
});

// `functions/list/src/access_review/cell.rs` has the same cells.
test.each([
  ["", ""],
  ["Anna", "Anna"],
  ["a=1", "a=1"],
  ["3-1", "3-1"],
  ["Hale, Anna", '"Hale, Anna"'],
  ['The "best"', '"The ""best"""'],
  ["two\nlines", '"two\nlines"'],
  ["two\rlines", '"two\rlines"'],
  ["two\tcells", '"two\tcells"'],
  ["two; cells", '"two; cells"'],
  ["=1+1", "'=1+1"],
  ["+15550101", "'+15550101"],
  ["-1", "'-1"],
  ["@SUM(A1,B1)", '"\'@SUM(A1,B1)"'],
  ["＝1+1", "'＝1+1"],
  ["＋1", "'＋1"],
  ["－1", "'－1"],
  ["＠SUM(A1)", "'＠SUM(A1)"],
  [" =1", "' =1"],
  ['"=1', '"\'""=1"'],
  ["\ta", '"\'\ta"'],
  ["\t=1", "\"'\t'=1\""],
  ["\r=1", "\"'\r'=1\""],
  ["a\n=1", '"a\n\'=1"'],
  ["Jr;=1+cmd|' /C calc'!A0;", "\"Jr;'=1+cmd|' /C calc'!A0;\""],
  ['Jr; "＝1"', '"Jr;\' ""＝1"""'],
])("%j is written as %j", (cell, written) => {
  expect(toCsv([[cell]])).toBe(`${written}\r\n`);
});

test("what was written is read again", () => {
  const rows = [
    ["Email", "Detail"],
    ["a@b.example", 'Say "no", then\nsend again'],
  ];
  expect(readCells(toCsv(rows))).toEqual(rows);
});
