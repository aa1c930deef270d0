// Reads quotes, line breaks inside of them and both delimiters as spreadsheets write them. Our own reader had to follow
// each of their habits.
import Papa from "papaparse";

/** Stands for a quote that is an ordinary character. It is of Unicode's private use area, so no text has it. */
const PLAIN_QUOTE = "\uE000";

/** A text with more of them uses quotes in some other way. Then all are ordinary characters. */
const MOST_PLAIN_QUOTES = 100;

/**
 * The cells of CSV (RFC 4180) or of cells copied from a spreadsheet, without empty lines. A text with a tab is from a
 * spreadsheet. A quote that does not end where a cell ends is an ordinary character, because spreadsheets copy such
 * cells as they are, and a missing quote must not swallow the rest.
 */
export function readCells(pasted: string): string[][] {
  let text = pasted.replace(/\r\n?/g, "\n");
  for (let found = 1; ; found += 1) {
    const { data, errors } = Papa.parse<string[]>(text, {
      delimiter: text.includes("\t") ? "\t" : "",
      delimitersToGuess: [";", ","],
      newline: "\n",
      skipEmptyLines: "greedy",
    });
    const after = errors.find(({ type }) => type === "Quotes")?.index;
    if (after === undefined) return data.map((row) => row.map((cell) => cell.replaceAll(PLAIN_QUOTE, '"').trim()));
    text =
      found < MOST_PLAIN_QUOTES
        ? `${text.slice(0, after - 1)}${PLAIN_QUOTE}${text.slice(after)}`
        : text.replaceAll('"', PLAIN_QUOTE);
  }
}
