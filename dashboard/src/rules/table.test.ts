import { expect, test } from "vitest";
import { readTable } from "./readTable";
import { columnsFault, columnsOf, needsChoice, rowsOf } from "./table";

/** Reads a paste as the page does, and writes each row as its filled fields. */
function read(text: string) {
  const grid = readTable(text);
  const columns = columnsOf(grid);
  const rows = rowsOf(grid, new Map([...columns].map(([index, { target }]) => [index, target])));
  const filled = rows.map((row) => Object.fromEntries(Object.entries(row).filter(([, cell]) => cell)));
  return { rows: filled, asks: needsChoice(grid, columns) };
}

const anna = { email: "anna@b.example", firstName: "Anna", lastName: "Hale" };
const olu = { email: "olu@b.example", firstName: "Olu", lastName: "Adeyemi" };

test.each<[string, string, Record<string, string>[]]>([
  [
    "a spreadsheet",
    "E-mail\tFirst name\tSurname\nanna@b.example\tAnna\tHale\nolu@b.example\tOlu\tAdeyemi\n",
    [anna, olu],
  ],
  ["CSV", "Email address,Given name,Family name\r\nanna@b.example,Anna,Hale\r\n", [anna]],
  ["CSV with semicolons", "EMAIL;First Name;Last Name\nanna@b.example;Anna;Hale", [anna]],
  ["a byte order mark", "\uFEFFEmail,First name,Last name\nanna@b.example,Anna,Hale", [anna]],
  ["Excel's separator line", "sep=;\r\nEmail;First name;Last name\r\nanna@b.example;Anna;Hale", [anna]],
  ["a whole name", 'Name,Email\n"Hale, Anna",anna@b.example\nOlu Adeyemi,olu@b.example', [anna, olu]],
  ["an Outlook list", "Hale, Anna <anna@b.example>; Olu Adeyemi <olu@b.example>;", [anna, olu]],
  ["a Gmail list", 'Anna Hale <anna@b.example>, "Adeyemi, Olu" <olu@b.example>', [anna, olu]],
  ["addresses by line", "anna@b.example\r\nolu@b.example\r\n", [{ email: anna.email }, { email: olu.email }]],
  ["addresses by comma", "anna@b.example, olu@b.example", [{ email: anna.email }, { email: olu.email }]],
  ["addresses by semicolon", "anna@b.example;olu@b.example;", [{ email: anna.email }, { email: olu.email }]],
  ["a heading alone", "Email\nanna@b.example", [{ email: anna.email }]],
  [
    "the names of the API",
    "email,firstName,lastName,clinicRole,canManageStudies,canCreateReports,hasDashboardAccess,npiNumber,phoneNumber\n" +
      "anna@b.example,Anna,Hale,Radiologist,no,yes,no,1234567893,+1 555 010 1234",
    [
      {
        ...anna,
        clinicRole: "Radiologist",
        canManageStudies: "no",
        canCreateReports: "yes",
        hasDashboardAccess: "no",
        npiNumber: "1234567893",
        phoneNumber: "+1 555 010 1234",
      },
    ],
  ],
  [
    "a quoted cell with a line break, and an empty column",
    'Email\t\tFirst name\tSurname\tRole\nanna@b.example\t\tAnna\tHale\t"Radio\nlogist"',
    [{ ...anna, clinicRole: "Radio\nlogist" }],
  ],
  [
    "rows of different length",
    "Email,First name,Last name\nanna@b.example\nolu@b.example,Olu,Adeyemi,,",
    [{ email: anna.email }, olu],
  ],
  ["headings with remarks", "E-mail*,First name (given),Last name (family)\nanna@b.example,Anna,Hale", [anna]],
  ["nothing", " \n ", []],
])("reads %s without a question", (_, text, rows) => {
  expect(read(text)).toEqual({ rows, asks: rows.length === 0 });
});

test.each<[string, string, Record<string, string>[]]>([
  ["a column of unknown heading", "Email,Team\nanna@b.example,North", [{ email: anna.email }]],
  ["columns without headings", "anna@b.example,Anna,Hale", [{ email: anna.email }]],
  ["a second column of the same field", "Email,E-mail\nanna@b.example,other@b.example", [{ email: anna.email }]],
  ["headings in another language", "Correo,Nombre\nanna@b.example,Anna", [{ email: anna.email }]],
  // The first line may be a person whose address was forgotten.
  [
    "a first line without an address",
    "bo\nanna@b.example\nolu@b.example",
    [{ email: anna.email }, { email: olu.email }],
  ],
  ["no addresses at all", "First name,Last name\nAnna,Hale", [{ firstName: "Anna", lastName: "Hale" }]],
])("asks about %s", (_, text, rows) => {
  expect(read(text)).toEqual({ rows, asks: true });
});

test("finds addresses, NPIs and roles without headings", () => {
  const { rows, asks } = read("1234567893\tradiologist\tanna@b.example\n2000000002\tOther\tolu@b.example");
  expect(rows[1]).toEqual({ npiNumber: "2000000002", clinicRole: "Other", email: olu.email });
  expect(asks).toBe(false);
});

test("the person may say that the first row has no headings", () => {
  const grid = { ...readTable("bo\nanna@b.example\nolu@b.example"), headings: false };
  expect(rowsOf(grid, new Map([[0, "email"]])).map((row) => row.email)).toEqual(["bo", anna.email, olu.email]);
});

test("an address cell may have the name too", () => {
  const { rows } = read('Email;Role\n"Hale, Anna <anna@b.example>";Other\n<olu@b.example>;Other');
  expect(rows).toEqual([
    { ...anna, clinicRole: "Other" },
    { email: olu.email, clinicRole: "Other" },
  ]);
});

test("an address cell with two addresses is left for the person to correct", () => {
  const { rows } = read("Email;Role\nAnna <anna@b.example> Olu <olu@b.example>;Other");
  expect(rows).toEqual([{ email: "Anna <anna@b.example> Olu <olu@b.example>", clinicRole: "Other" }]);
});

test("a first name of its own is stronger than a whole name", () => {
  const { rows } = read("Email,Name,First name\nanna@b.example,Annabelle Hale,Anna");
  expect(rows).toEqual([anna]);
});

test("the columns need one address, and each field once", () => {
  expect(columnsFault(["firstName", null])).toContain("email addresses");
  expect(columnsFault(["email", "firstName", "firstName"])).toContain("one column only");
  expect(columnsFault(["email", null, null])).toBeNull();
});
