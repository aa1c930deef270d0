import { readAddressList } from "./addressList";
import { type ColumnTarget, importFields, targetOf } from "./importFields";
import { type Cells, clinicRole, emptyCells } from "./importValues";
import { isNpi, npiDigits } from "./npi";
import { splitName } from "./personName";

/** What was pasted: its cells, and whether the first row has headings. */
export type Grid = { cells: string[][]; headings: boolean };

/** A column, an example of what it has, and the field that it seems to be. */
export type Column = { heading: string; sample: string; target: ColumnTarget | null };

/** Whether a cell has an address alone. */
export function isAddress(cell: string): boolean {
  return /^\S+@\S+$/.test(cell);
}

/** The columns that have something in them, by position. Each field is found once. */
export function columnsOf({ cells, headings }: Grid): Map<number, Column> {
  const rows = headings ? cells.slice(1) : cells;
  const width = Math.max(0, ...cells.map((row) => row.length));
  const columns = new Map<number, Column>();
  const taken = new Set<ColumnTarget>();
  for (let index = 0; index < width; index += 1) {
    const values = rows.map((row) => row[index] ?? "").filter(Boolean);
    const heading = headings ? (cells[0]?.[index] ?? "") : "";
    if (values.length === 0) continue;
    const found = targetOf(heading) ?? targetOfValues(values);
    const target = found && !taken.has(found) ? found : null;
    if (target) taken.add(target);
    columns.set(index, { heading: heading || `Column ${index + 1}`, sample: values[0] ?? "", target });
  }
  return columns;
}

/** Whether a person has to look at the columns: one has no field, or a heading is not known for certain. */
export function needsChoice({ headings }: Grid, columns: ReadonlyMap<number, Column>): boolean {
  const certain = ({ heading, target }: Column) => target !== null && (!headings || targetOf(heading) === target);
  return (
    columnsFault([...columns.values()].map(({ target }) => target)) !== null || ![...columns.values()].every(certain)
  );
}

/** The field that most of a column's values can only be. */
function targetOfValues(values: string[]): ColumnTarget | null {
  const most = (test: (value: string) => boolean) => values.filter(test).length * 2 > values.length;
  if (most(isAddress)) return "email";
  if (most((value) => isNpi(npiDigits(value)))) return "npiNumber";
  if (most((value) => clinicRole(value) !== null)) return "clinicRole";
  return null;
}

/** The rows of the import. A whole name fills the parts that no other column has. */
export function rowsOf({ cells, headings }: Grid, targets: ReadonlyMap<number, ColumnTarget | null>): Cells[] {
  const people = headings ? cells.slice(1) : cells;
  return people.map((row) => {
    const own: Record<string, string> = {};
    let whole = "";
    for (const [index, target] of targets) {
      if (target === "fullName") whole = row[index] ?? "";
      else if (target) own[target] = row[index] ?? "";
    }
    const [entry, ...others] = own.email?.includes("<") ? readAddressList(own.email) : [];
    if (entry && others.length === 0) {
      own.email = entry.email;
      whole ||= entry.name;
    }
    const parts: Partial<Cells> = splitName(whole);
    return Object.fromEntries(
      importFields.map((field) => [field, own[field] || (parts[field] ?? emptyCells[field])]),
    ) as Cells;
  });
}

/** Why these columns can't be imported, or null. */
export function columnsFault(targets: Iterable<ColumnTarget | null>): string | null {
  const chosen = [...targets].filter((target) => target !== null);
  if (!chosen.includes("email")) return "Choose the column that has the email addresses.";
  return new Set(chosen).size < chosen.length ? "Choose each field for one column only." : null;
}
