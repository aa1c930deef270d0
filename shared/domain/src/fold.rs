//! Folding: one spelling for words that differ only in case and accents.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// Folds a text: lower case, no accents, and plain Latin letters where a letter has such a spelling.
/// Everything else stays as it is.
pub(crate) fn fold(text: &str) -> String {
    let mut out = String::new();
    let accent = |c: &char| canonical_combining_class(*c) != 0;
    for c in text.nfkd().filter(|c| !accent(c)).flat_map(char::to_lowercase) {
        // Letters that have no decomposition.
        match c {
            'ß' => out.push_str("ss"),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'ø' => out.push('o'),
            'đ' | 'ð' => out.push('d'),
            'ł' => out.push('l'),
            'ı' => out.push('i'),
            'þ' => out.push_str("th"),
            _ => out.push(c),
        }
    }
    out
}
