import { expect, test } from "vitest";
import { toCsv } from "./csv";
import { readCells } from "./readCells";

test.each([
  [
    [
      ["a", "b"],
      ["c", ""],
    ],
    "a,b\r\nc,\r\n",
  ],
  [[["Hale, Anna"]], '"Hale, Anna"\r\n'],
  [[['The "best"']], '"The ""best"""\r\n'],
  [[["two\nlines"]], '"two\nlines"\r\n'],
  [[["=1+1"]], "'=1+1\r\n"],
  [[["+15550101"]], "'+15550101\r\n"],
  [[["-1"]], "'-1\r\n"],
  [[["@SUM(A1,B1)"]], '"\'@SUM(A1,B1)"\r\n'],
  [[["\t=1"]], "'\t=1\r\n"],
  [[["\r=1"]], '"\'\r=1"\r\n'],
  [[["a=1", "3-1"]], "a=1,3-1\r\n"],
  [[], ""],
])("%j is written as %j", (rows, text) => {
  expect(toCsv(rows)).toBe(text);
});

test("what was written is read again", () => {
  const rows = [
    ["Email", "Detail"],
    ["a@b.example", 'Say "no", then\nsend again'],
  ];
  expect(readCells(toCsv(rows))).toEqual(rows);
});
