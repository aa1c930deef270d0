/** What begins a formula, in full width too. A spreadsheet may ignore spaces and quotes before it. */
const FORMULA = '(?=[ "]*[=+\\-@＝＋－＠])';

/** A formula after what some spreadsheets end a cell with, even within quotes. */
const LATER_FORMULA = new RegExp(`([;\\t\\r\\n])${FORMULA}`, "g");

const FIRST_FORMULA = new RegExp(`^(?:${FORMULA}|[\\t\\r])`);

/**
 * Rows as CSV (RFC 4180): every cell quoted where it needs it, lines end in CRLF. What a spreadsheet would run as a
 * formula gets an apostrophe in front (OWASP, "CSV Injection"). The service writes cells in the same way.
 */
export function toCsv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

function cell(text: string): string {
  const later = text.replace(LATER_FORMULA, "$1'");
  const safe = FIRST_FORMULA.test(text) ? `'${later}` : later;
  return /[",;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
