/** A file that spreadsheets open. The mark at the start tells them that it is UTF-8. */
export function toCsv(rows: string[][]): string {
  return `\ufeff${rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("")}`;
}

/**
 * One cell (RFC 4180). A spreadsheet reads a cell that begins with one of these characters as a formula, so an
 * apostrophe goes before it (OWASP, "CSV Injection").
 */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
