import { expect, test } from "vitest";
import { readCells } from "./readCells";

test.each<[string, string[][]]>([
  [
    "a,b\nc,d",
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  [
    "a,b\r\nc,d\r\n",
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  [
    "a;b\rc;d",
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  [
    "a\tb\r\n\r\n \t \r\nc\td",
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  ['"a,b",c', [["a,b", "c"]]],
  [
    '"two\r\nlines"\tx\r\ny\tz',
    [
      ["two\nlines", "x"],
      ["y", "z"],
    ],
  ],
  ['"The ""best""",x', [['The "best"', "x"]]],
  ['"",x', [["", "x"]]],
  ['"a" ,b', [["a", "b"]]],
  [',,"x"', [["", "", "x"]]],
  ["a,", [["a", ""]]],
  // A spreadsheet copies a cell with quotes but without a line break as it is.
  [
    '"Annie" Hale\tx\r\n"Bo"\ty',
    [
      ['"Annie" Hale', "x"],
      ["Bo", "y"],
    ],
  ],
  ['5" film\tx', [['5" film', "x"]]],
  [
    '"Hale\tx\ny\tz',
    [
      ['"Hale', "x"],
      ["y", "z"],
    ],
  ],
  ["", []],
  ["\n\n", []],
])("%j", (text, rows) => {
  expect(readCells(text)).toEqual(rows);
});

test.each<[string, string[]]>([
  ["a\tb,c", ["a", "b,c"]],
  // Names with credentials have as many commas as a table has columns.
  ["Hale, Anna, MD\tanna@b.example", ["Hale, Anna, MD", "anna@b.example"]],
  ["a;b;c,d", ["a", "b", "c,d"]],
  ["a,b", ["a", "b"]],
  ['"a;b;c",d', ["a;b;c", "d"]],
  ["\n\na;b", ["a", "b"]],
  ["alone", ["alone"]],
])("the delimiter of %j is found", (text, cells) => {
  expect(readCells(text)).toEqual([cells]);
});

test("semicolons are found beside commas in names", () => {
  expect(readCells("Name;Email\nHale, Anna, MD;anna@b.example\nOlu Adeyemi;olu@b.example")).toEqual([
    ["Name", "Email"],
    ["Hale, Anna, MD", "anna@b.example"],
    ["Olu Adeyemi", "olu@b.example"],
  ]);
});

test("cells with plain quotes leave the quotes of other cells as they are", () => {
  expect(readCells('"Annie" Hale,"a, b"\n"Bo" Hale,"c ""d"", e"\n"Mia,"f\ng"')).toEqual([
    ['"Annie" Hale', "a, b"],
    ['"Bo" Hale', 'c "d", e'],
    ['"Mia', "f\ng"],
  ]);
});

test.each([
  ["one missing quote", `"${"a\n".repeat(20_000)}`],
  ["a missing quote in each row", '"a\n'.repeat(20_000)],
])(
  "a long text with %s is read in time",
  (_, text) => {
    expect(readCells(text)).toHaveLength(20_000);
  },
  5_000,
);
