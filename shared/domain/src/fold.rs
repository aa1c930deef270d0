//! One spelling for letters that differ in case and accents alone.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// The text in lower case, without accents and with every letter that has a plain Latin spelling in
/// that spelling. Everything else stays as it is.
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
