//! A cell of CSV (RFC 4180) that no spreadsheet runs as a formula (OWASP, "CSV Injection").

/// What begins a formula, in full width too.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
/// What some spreadsheets end a cell with, even within quotes.
const ENDS: [char; 4] = [';', '\t', '\r', '\n'];

/// Writes a cell. Puts an apostrophe in front of what a spreadsheet would run as a formula, at the beginning and after
/// what it might read as the end of a cell. The dashboard does the same in `rules/csv.ts`.
pub(super) fn write_cell(cell: &str) -> String {
    let mut safe = String::with_capacity(cell.len() + 2);
    if cell.starts_with(['\t', '\r']) || begins_formula(cell) {
        safe.push('\'');
    }
    for (at, char) in cell.char_indices() {
        safe.push(char);
        if ENDS.contains(&char) && begins_formula(&cell[at + char.len_utf8()..]) {
            safe.push('\'');
        }
    }
    if safe.contains([',', '"']) || safe.contains(ENDS) {
        return format!("\"{}\"", safe.replace('"', "\"\""));
    }
    safe
}

/// Whether a text is a formula to a spreadsheet, which may ignore spaces and quotes before it.
fn begins_formula(text: &str) -> bool {
    text.trim_start_matches([' ', '"']).starts_with(FORMULA)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `dashboard/src/rules/csv.test.ts` has the same cells.
    #[test]
    fn cells_are_quoted_and_no_formula() {
        let cells = [
            ("", ""),
            ("Anna", "Anna"),
            ("a=1", "a=1"),
            ("3-1", "3-1"),
            ("Hale, Anna", "\"Hale, Anna\""),
            ("The \"best\"", "\"The \"\"best\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("two\rlines", "\"two\rlines\""),
            ("two\tcells", "\"two\tcells\""),
            ("two; cells", "\"two; cells\""),
            ("=1+1", "'=1+1"),
            ("+15550101", "'+15550101"),
            ("-1", "'-1"),
            ("@SUM(A1,B1)", "\"'@SUM(A1,B1)\""),
            ("＝1+1", "'＝1+1"),
            ("＋1", "'＋1"),
            ("－1", "'－1"),
            ("＠SUM(A1)", "'＠SUM(A1)"),
            (" =1", "' =1"),
            ("\"=1", "\"'\"\"=1\""),
            ("\ta", "\"'\ta\""),
            ("\t=1", "\"'\t'=1\""),
            ("\r=1", "\"'\r'=1\""),
            ("a\n=1", "\"a\n'=1\""),
            ("Jr;=1+cmd|' /C calc'!A0;", "\"Jr;'=1+cmd|' /C calc'!A0;\""),
            ("Jr; \"＝1\"", "\"Jr;' \"\"＝1\"\"\""),
        ];
        for (cell, written) in cells {
            assert_eq!(write_cell(cell), written, "{cell:?}");
        }
    }
}
