/**
 * Rows as CSV (RFC 4180): every cell quoted where it needs it, lines end in CRLF. A cell that a spreadsheet would
 * run as a formula gets an apostrophe in front (OWASP, "CSV Injection").
 */
export function toCsv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
