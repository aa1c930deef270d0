/** What separates the cells of a line. */
export type Delimiter = "\t" | ";" | ",";

/**
 * The cells of CSV (RFC 4180) or of cells copied from a spreadsheet. A quoted cell may hold the delimiter, line
 * breaks and doubled quotes. A quote that does not end where a cell ends is an ordinary character, because
 * spreadsheets copy such cells as they are, and a missing quote must not swallow the rest. Empty lines are left out.
 */
export function readDelimited(text: string, delimiter: Delimiter): string[][] {
  const quoted = new RegExp(`"([^"]*(?:""[^"]*)*)" *(?=${delimiter}|\\r|\\n|$)`, "y");
  const plain = new RegExp(`[^${delimiter}\\r\\n]*`, "y");
  const rows: string[][] = [[]];
  for (let at = 0; at <= text.length; at += 1) {
    const [whole, inside] = match(quoted, text, at) ?? match(plain, text, at) ?? [""];
    rows.at(-1)?.push(inside === undefined ? whole.trim() : inside.replaceAll('""', '"').trim());
    at += whole.length;
    if (text[at] !== delimiter) {
      if (text[at] === "\r" && text[at + 1] === "\n") at += 1;
      rows.push([]);
    }
  }
  return rows.filter((row) => row.some(Boolean));
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** The delimiter of a text: a tab if there is one, else whichever of `;` and `,` the first line has more of. */
export function delimiterOf(text: string): Delimiter {
  if (text.includes("\t")) return "\t";
  const first = text.trimStart().split(/[\r\n]/, 1)[0] ?? "";
  const bare = first.replace(/"[^"]*"/g, "");
  return bare.split(";").length > bare.split(",").length ? ";" : ",";
}
