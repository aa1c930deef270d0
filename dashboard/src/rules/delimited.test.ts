import { expect, test } from "vitest";
import { type Delimiter, delimiterOf, readDelimited } from "./delimited";

test.each<[string, Delimiter, string[][]]>([
  [
    "a,b\nc,d",
    ",",
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  [
    "a,b\r\nc,d\r\n",
    ",",
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  [
    "a;b\rc;d",
    ";",
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  [
    "a\tb\r\n\r\n \t \r\nc\td",
    "\t",
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  ['"a,b",c', ",", [["a,b", "c"]]],
  [
    '"two\r\nlines"\tx\r\ny\tz',
    "\t",
    [
      ["two\r\nlines", "x"],
      ["y", "z"],
    ],
  ],
  ['"The ""best""",x', ",", [['The "best"', "x"]]],
  ['"",x', ",", [["", "x"]]],
  ['"a" ,b', ",", [["a", "b"]]],
  [',,"x"', ",", [["", "", "x"]]],
  ["a,", ",", [["a", ""]]],
  // A spreadsheet copies a cell with quotes but without a line break as it is.
  [
    '"Annie" Hale\tx\r\n"Bo"\ty',
    "\t",
    [
      ['"Annie" Hale', "x"],
      ["Bo", "y"],
    ],
  ],
  ['5" film\tx', "\t", [['5" film', "x"]]],
  [
    '"Hale\tx\ny\tz',
    "\t",
    [
      ['"Hale', "x"],
      ["y", "z"],
    ],
  ],
  ["", ",", []],
  ["\n\n", ",", []],
])("%j by %j", (text, delimiter, rows) => {
  expect(readDelimited(text, delimiter)).toEqual(rows);
});

test("a long text without a closing quote is read in time", () => {
  const rows = readDelimited(`"${"a\n".repeat(20_000)}`, ",");
  expect(rows).toHaveLength(20_000);
});

test.each([
  ["a\tb,c", "\t"],
  ["a;b;c,d", ";"],
  ["a,b", ","],
  ['"a;b;c",d', ","],
  ["\n\na;b", ";"],
  ["alone", ","],
])("the delimiter of %j is %j", (text, delimiter) => {
  expect(delimiterOf(text)).toBe(delimiter);
});
