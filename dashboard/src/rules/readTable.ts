import { isAddressList, readAddressList } from "./addressList";
import { targetOf } from "./importFields";
import { readCells } from "./readCells";
import { type Grid, isAddress } from "./table";

/** Reads a table from a spreadsheet, CSV, or a list of addresses. */
export function readTable(pasted: string): Grid {
  const text = pasted.replace(/^\uFEFF/, "").replace(/^sep=.\r?\n/i, "");
  const cells = readCells(text);
  const headings = hasHeadings(cells);
  if (headings || text.includes("\t") || !isAddressList(text)) return { cells, headings };
  const entries = readAddressList(text);
  const named = entries.some(({ name }) => name);
  const rows = entries.map(({ email, name }) => (named ? [email, name] : [email]));
  return { cells: [named ? ["Email", "Name"] : ["Email"], ...rows], headings: true };
}

/** The first row has headings if one of them is known, or if it alone has no address. */
function hasHeadings([first = [], ...others]: string[][]): boolean {
  if (first.some(isAddress)) return false;
  return first.some(targetOf) || (others.length > 0 && others.every((row) => row.some(isAddress)));
}
