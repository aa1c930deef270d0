//! Names that email programs turn into a link.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Characters that look like a full stop or count as one in a domain (UTS 39, UTS 46), as far as NFKC
/// leaves them.
const DOTS: [char; 10] = [
    '。',
    '\u{660}',
    '\u{6d4}',
    '\u{6f0}',
    '\u{701}',
    '\u{702}',
    '\u{a4f8}',
    '\u{a60e}',
    '\u{10a50}',
    '\u{1d16d}',
];

/// Characters that look like a slash.
const SLASHES: [char; 4] = ['/', '\u{2044}', '\u{2215}', '\u{29f8}'];

/// Whether a text holds `www.`, an IPv4 address, or a word that ends in a dot and a real top-level
/// domain.
pub(super) fn looks_like_link(text: &str) -> bool {
    let plain: String = text
        .nfkc()
        .map(|c| if DOTS.contains(&c) { '.' } else { c })
        .flat_map(char::to_lowercase)
        .collect();
    let in_host = |c: char| c.is_alphanumeric() || is_combining_mark(c) || "-.".contains(c);
    plain.contains("www.") || plain.split(|c| !in_host(c)).any(is_host)
}

/// Whether a text holds a slash.
pub(super) fn has_slash(text: &str) -> bool {
    text.nfkc().any(|c| SLASHES.contains(&c))
}

fn is_host(word: &str) -> bool {
    let word = word.trim_matches(['.', '-']);
    word.rsplit_once('.').is_some_and(|(_, top)| begins_with_top_level_domain(top)) || is_ipv4(word)
}

/// Some programs end a link at a hyphen, as in `evil.com-x`. In names such as `M.Al-Hassan` a country's
/// domain stands before a hyphen, so only longer ones count there.
fn begins_with_top_level_domain(label: &str) -> bool {
    let first = label.split_once('-').map(|(first, _)| first).filter(|first| first.len() > 2);
    is_top_level_domain(label) || first.is_some_and(is_top_level_domain)
}

fn is_top_level_domain(label: &str) -> bool {
    tld::exist(label)
        || !label.is_ascii() && idna::domain_to_ascii(label).is_ok_and(|label| tld::exist(&label))
}

fn is_ipv4(word: &str) -> bool {
    let number = |label: &str| !label.is_empty() && label.chars().all(char::is_numeric);
    word.split('.').count() == 4 && word.split('.').all(number)
}
