//! Compares surnames as the NPI registry and a clinic spell them.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::fold::{fold, is_apostrophe};

/// Generational suffixes. They are not part of a surname.
const SUFFIXES: [&str; 5] = ["jr", "sr", "ii", "iii", "iv"];

/// Combining marks that change a vowel into another letter.
const DIAERESIS: char = '\u{308}';
const RING: char = '\u{30a}';

/// One letter of a surname. From here on, `skip` letters may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Letter {
    letter: char,
    skip: usize,
}

impl Letter {
    fn required(letter: char) -> Self {
        Self { letter, skip: 0 }
    }

    fn optional(letter: char) -> Self {
        Self { letter, skip: 1 }
    }
}

/// Whether two surnames are the same, whatever their case, accents and punctuation.
///
/// - `ü ö ä ø å` match their plain letter, and `ue oe ae oe aa`.
/// - Generational suffixes (Jr, Sr, II, III, IV) at the end do not count.
/// - `St` matches `Saint`, and `Ste` matches `Sainte`.
/// - `ŋ` matches `n` and `ng`.
///
/// This is not transitive: `Mueller` and `Muller` both match `Müller`, but not each other. So compare a
/// new spelling with the name that was verified, not with the spelling before.
pub fn surnames_match(a: &str, b: &str) -> bool {
    let (a, b) = (letters(a), letters(b));
    !a.is_empty() && !b.is_empty() && align(&a, &b)
}

/// Whether some way to leave out optional letters makes both the same. `matches[j]` says this for the
/// rest of `a`, and `b` from `j` on.
fn align(a: &[Letter], b: &[Letter]) -> bool {
    let mut rows = vec![vec![false; b.len() + 1]; a.len() + 1];
    for i in (0..=a.len()).rev() {
        for j in (0..=b.len()).rev() {
            let (left, right) = (a.get(i), b.get(j));
            let same = matches!((left, right), (Some(l), Some(r)) if l.letter == r.letter);
            let skips = |letter: Option<&Letter>| letter.map_or(0, |letter| letter.skip);
            let (skip_left, skip_right) = (skips(left), skips(right));
            rows[i][j] = (left.is_none() && right.is_none())
                || (same && rows[i + 1][j + 1])
                || (skip_left > 0 && rows[i + skip_left][j])
                || (skip_right > 0 && rows[i][j + skip_right]);
        }
    }
    rows[0][0]
}

/// The letters that are compared, without suffixes.
fn letters(surname: &str) -> Vec<Letter> {
    let parts = surname.split(is_separator).map(fold_word);
    let mut words: Vec<Vec<Letter>> = parts.filter(|word| !word.is_empty()).collect();
    while words.len() > 1 && words.last().is_some_and(|word| is_suffix(word)) {
        words.pop();
    }
    words.concat()
}

/// Whether a character ends a word. Apostrophes do not: `D'Arcy` is one word.
fn is_separator(c: char) -> bool {
    !(c.is_alphanumeric() || is_combining_mark(c) || is_apostrophe(c))
}

fn is_suffix(word: &[Letter]) -> bool {
    let text: String = word.iter().map(|letter| letter.letter).collect();
    SUFFIXES.contains(&text.as_str())
}

fn fold_word(word: &str) -> Vec<Letter> {
    let mut letters: Vec<Letter> = Vec::new();
    for c in word.nfkd().filter(|c| !is_apostrophe(*c)) {
        match (c, letters.last()) {
            (DIAERESIS, Some(Letter { letter: 'a' | 'o' | 'u', skip: 0 })) => {
                letters.push(Letter::optional('e'));
            }
            (RING, Some(Letter { letter: 'a', skip: 0 })) => letters.push(Letter::optional('a')),
            ('ø' | 'Ø', _) => letters.extend([Letter::required('o'), Letter::optional('e')]),
            // The sound is `ng`, which ICAO Doc 9303-3 writes as `n`.
            ('ŋ' | 'Ŋ', _) => letters.extend([Letter::required('n'), Letter::optional('g')]),
            _ => {
                let folded = fold(c.encode_utf8(&mut [0; 4]));
                let counts = |c: &char| c.is_alphanumeric() && !is_combining_mark(*c);
                letters.extend(folded.chars().filter(counts).map(Letter::required));
            }
        }
    }
    let text: String = letters.iter().map(|letter| letter.letter).collect();
    match text.as_str() {
        "st" | "saint" => saint("saint"),
        "ste" | "sainte" => saint("sainte"),
        _ => letters,
    }
}

/// `saint` or `sainte`, whose `ain` may be left out.
fn saint(word: &str) -> Vec<Letter> {
    let mut letters: Vec<Letter> = word.chars().map(Letter::required).collect();
    letters[1].skip = 3;
    letters
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Surnames made of the parts that the rules are about.
    fn any_surname() -> impl Strategy<Value = String> {
        let part = prop::sample::select(vec![
            "a", "e", "o", "u", "ü", "ö", "ä", "ø", "å", "Å", "u\u{308}", "ß", "é", "s", "t", "St",
            "Saint", "Jr", "III", " ", "-", ". ", "'", "ʻ", "n", "王",
        ]);
        proptest::collection::vec(part, 1..8).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn a_surname_matches_itself_in_capitals(name in any_surname()) {
            prop_assume!(name.chars().any(char::is_alphanumeric) && !letters(&name).is_empty());
            prop_assert!(surnames_match(&name, &name));
            prop_assert!(surnames_match(&name, &name.to_uppercase()));
        }

        #[test]
        fn the_comparison_is_symmetric(a in any_surname(), b in any_surname()) {
            prop_assert_eq!(surnames_match(&a, &b), surnames_match(&b, &a));
        }

        #[test]
        fn comparing_any_text_is_reflexive_and_never_panics(a in any::<String>(), b in any::<String>()) {
            prop_assert_eq!(surnames_match(&a, &b), surnames_match(&b, &a));
            prop_assert_eq!(surnames_match(&a, &a), !letters(&a).is_empty());
        }

        #[test]
        fn another_last_letter_is_another_surname(name in "[a-z]{1,20}") {
            let (one, other) = (format!("{name}k"), format!("{name}x"));
            prop_assert!(!surnames_match(&one, &other));
        }
    }

    #[test]
    fn surnames_are_compared_without_case_accents_and_punctuation() {
        for (a, b) in [
            ("O'BRIEN", "O’Brien"),
            ("OBRIEN", "OʼBrien"),
            ("Akahi", "ʻAkahi"),
            ("GARCIA-LOPEZ", "García López"),
            ("GARCIA LOPEZ", "GarcíaLópez"),
            ("STRAUSS", "Strauß"),
            ("Nguyen", "Nguyễn"),
            ("LUKASZEWSKI", "Łukaszewski"),
            ("KAIULANI", "Kaʻiulani"),
            ("KAIULANI", "Ka'iulani"),
            ("KAIULANI", "Ka‘iulani"),
            ("SAHAIA", "Sahaiʔa"),
            ("HASSAN", "Ħassan"),
            ("BORG HAMRUN", "Borg Ħamrun"),
            ("TEATTER", "Ŧeatter"),
            ("GUDJONSDOTTIR", "Guðjónsdóttir"),
            ("THORSSON", "Þórsson"),
            ("DANJUMA", "Ɗanjuma"),
            ("AGODZO", "Agodzɔ"),
            ("ALIYEV", "Əliyev"),
            ("ISIK", "Işık"),
            ("ILHAN", "İlhan"),
            ("DUNG", "Đung"),
            ("GALLA", "Gal·la"),
            ("OBRIEN", "O′Brien"),
            ("MCDONALD", "Mc Donald"),
            ("علیرضا", "علی\u{200c}رضا"),
            ("ΠΑΠΑΔΟΠΟΥΛΟΣ", "Παπαδόπουλος"),
        ] {
            assert!(surnames_match(a, b), "{a} {b}");
        }
        for (a, b) in [("SMITH", "Smyth"), ("", ""), ("--", "'"), ("", "Hale"), ("佐々木", "佐木")]
        {
            assert!(!surnames_match(a, b), "{a} {b}");
        }
    }

    #[test]
    fn an_umlaut_matches_its_plain_letter_and_its_two_letters() {
        for (spelled, plain, two) in [
            ("Müller", "MULLER", "Mueller"),
            ("Schröder", "SCHRODER", "Schroeder"),
            ("Bär", "BAR", "Baer"),
            ("Sørensen", "SORENSEN", "Soerensen"),
            ("Åkerman", "AKERMAN", "Aakerman"),
            ("Mu\u{308}ller", "MÜLLER", "MUELLER"),
            ("Jörgmüller", "Jorgmueller", "Joergmuller"),
            ("Jönsson", "JONSSON", "JOENSSON"),
            ("Åberg", "ABERG", "AABERG"),
            ("A\u{30a}berg", "ABERG", "AABERG"),
            ("Dɛŋ", "DEN", "DENG"),
            ("Eŋe", "ENE", "ENGE"),
        ] {
            assert!(surnames_match(spelled, plain), "{spelled} {plain}");
            assert!(surnames_match(spelled, two), "{spelled} {two}");
            assert!(!surnames_match(plain, two) || plain.contains('Ü'), "{plain} {two}");
        }
        for (a, b) in [("Muller", "Mueller"), ("Müller", "Muaeller"), ("Åkerman", "Aekerman")] {
            assert!(!surnames_match(a, b), "{a} {b}");
        }
    }

    #[test]
    fn generational_suffixes_are_dropped_on_both_sides() {
        for (a, b) in [
            ("HALE", "Hale Jr."),
            ("HALE SR", "Hale"),
            ("HALE, III", "Hale"),
            ("Hale II", "HALE IV"),
            ("Hale Jr III", "Hale"),
            ("SMITH JR", "Smith"),
            ("SMITH-JR", "Smith"),
            ("SMITH,JR.", "Smith"),
            ("SMITH (SR)", "Smith"),
            ("Smith\u{a0}Jr.", "SMITH III"),
        ] {
            assert!(surnames_match(a, b), "{a} {b}");
        }
        for (a, b) in [("Halejr", "Hale"), ("Jr Hale", "Hale"), ("Iv", "Ii"), ("Hale V", "Hale")] {
            assert!(!surnames_match(a, b), "{a} {b}");
        }
    }

    #[test]
    fn st_matches_saint() {
        for (a, b) in [
            ("ST. JOHN", "Saint John"),
            ("ST JOHN", "StJohn"),
            ("Saint-Denis", "St-Denis"),
            ("Mont St Michel", "MONT SAINT MICHEL"),
            ("SAINT JOHN", "St.John"),
            ("SAINTJOHN", "St John"),
            ("STE MARIE", "Sainte-Marie"),
            ("SAINTE MARIE", "Ste. Marie"),
        ] {
            assert!(surnames_match(a, b), "{a} {b}");
        }
        for (a, b) in [
            ("Stone", "Saintone"),
            ("Sant Angelo", "St Angelo"),
            ("Sat", "St"),
            ("Ste Marie", "Saint Marie"),
        ] {
            assert!(!surnames_match(a, b), "{a} {b}");
        }
    }
}
