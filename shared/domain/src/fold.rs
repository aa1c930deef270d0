//! Folding: one spelling for words that differ only in case, accents and the like.

use icu_properties::CodePointSetData;
use icu_properties::props::Dash;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

use crate::invisible::is_invisible;
use crate::person::email::Email;
use crate::person::{FullName, NameSuffix, PersonName};

/// Folds a text: lower case, no accents or invisible characters, and plain Latin letters where a letter
/// has such a spelling. Everything else stays as it is.
pub(crate) fn fold(text: &str) -> String {
    let mut out = String::new();
    let dropped = |c: &char| canonical_combining_class(*c) != 0 || is_invisible(*c);
    // Some letters have several lower-case forms and one upper-case form, such as the Greek sigma.
    let upper = text.nfkd().filter(|c| !dropped(c)).flat_map(char::to_uppercase);
    for c in upper.flat_map(char::to_lowercase) {
        match plain_letters(c) {
            Some(plain) => out.push_str(plain),
            None => out.push(c),
        }
    }
    out
}

/// The plain letters of a Latin letter that has no decomposition (ICAO Doc 9303-3, section 6), and of
/// letters of African and Azerbaijani names that it lacks.
const fn plain_letters(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ə' => "a",
        'ɓ' => "b",
        'đ' | 'ð' | 'ɖ' | 'ɗ' => "d",
        'ɛ' | 'ǝ' => "e",
        'ƒ' => "f",
        'ǥ' | 'ɣ' => "g",
        'ħ' => "h",
        'ɨ' => "i",
        'ƙ' => "k",
        'ł' | 'ƚ' => "l",
        'ŋ' => "n",
        'ø' | 'ɔ' | 'ɵ' => "o",
        'ĸ' => "q",
        'ŧ' => "t",
        'ʉ' => "u",
        'ʋ' => "v",
        'ƴ' => "y",
        'ƶ' => "z",
        _ => return None,
    })
}

/// Whether a character is written as an apostrophe. Modifier letters such as the okina are among them,
/// and the letters for a glottal stop, which most keyboards lack.
pub(crate) fn is_apostrophe(c: char) -> bool {
    matches!(
        c,
        '\'' | '`'
            | '´'
            | '‘'
            | '’'
            | '‛'
            | '′'
            | '＇'
            | '\u{241}'
            | '\u{242}'
            | '\u{294}'
            | '\u{295}'
            | '\u{2b9}'
            ..='\u{2cf}'
                | '\u{2ee}'
                | '\u{55a}'
                | '\u{5f3}'
                | '\u{7f4}'
                | '\u{7f5}'
                | '\u{a78b}'
                | '\u{a78c}'
    )
}

/// A part of a name to look for. It and the names go through the same fold: case, accents, apostrophes,
/// hyphens, spaces and invisible characters.
#[derive(Clone, Debug)]
pub struct NamePart(String);

impl NamePart {
    /// Reads a part of a name. Every name contains an empty one.
    pub fn parse(text: &str) -> Self {
        Self(fold_name(text))
    }

    /// The folded text. Parts that find the same names have the same one.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `name` contains this part. A part without apostrophes is found in names with some.
    pub fn is_in(&self, name: &str) -> bool {
        let name = fold_name(name);
        name.contains(&self.0) || name.replace('\'', "").contains(&self.0)
    }
}

/// The start of a name or of an address, to search for. It goes through the same fold as [`NamePart`].
#[derive(Clone, Debug)]
pub struct SearchPrefix(String);

impl SearchPrefix {
    /// Reads the start of a name or of an address. Returns `None` if it is blank.
    pub fn parse(text: &str) -> Option<Self> {
        let folded = fold_name(text);
        (!folded.is_empty()).then_some(Self(folded))
    }

    /// The folded text. Searches that find the same people have the same one.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the address or a part of the name starts so. A part has several starts if it has several
    /// words, and a search of two words can be a first and a last name.
    pub fn finds(&self, name: &FullName, email: &Email) -> bool {
        let FullName { first, middle, last, suffix1, suffix2 } = name;
        let (first, last) = (first.as_str(), last.as_str());
        let middle = middle.as_ref().map_or("", PersonName::as_str);
        let [suffix1, suffix2] =
            [suffix1, suffix2].map(|suffix| suffix.as_ref().map_or("", NameSuffix::as_str));
        self.starts(email.as_typed())
            || self.starts_a_word(&format!("{first} {middle} {last} {suffix1} {suffix2}"))
            || (!middle.is_empty() && self.starts_a_word(&format!("{first} {last}")))
    }

    fn starts(&self, text: &str) -> bool {
        fold_name(text).starts_with(&self.0)
    }

    fn starts_a_word(&self, text: &str) -> bool {
        let text = fold_name(text);
        let starts = |text: &str| {
            text.starts_with(&self.0)
                || text.match_indices([' ', '-']).any(|(at, _)| text[at + 1..].starts_with(&self.0))
        };
        starts(&text) || starts(&text.replace('\'', ""))
    }
}

fn fold_name(text: &str) -> String {
    // An acute accent alone decomposes into a space, so apostrophes come first.
    let apostrophes: String = text.nfc().map(|c| if is_apostrophe(c) { '\'' } else { c }).collect();
    let plain = |c| match c {
        c if CodePointSetData::new::<Dash>().contains(c) => '-',
        // A triple prime decomposes into three.
        c if is_apostrophe(c) => '\'',
        c => c,
    };
    let folded: String = fold(&apostrophes).chars().map(plain).collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_text_is_found_in_itself_in_any_form(text in "\\PC{0,20}") {
            let part = NamePart::parse(&text);
            for form in [
                text.nfc().collect::<String>(),
                text.nfd().collect(),
                text.to_lowercase(),
                text.replace(' ', "\u{a0}"),
                format!(" x{text}\t"),
            ] {
                prop_assert!(part.is_in(&form), "{:?} {:?}", text, form);
            }
        }
    }

    #[test]
    fn a_part_is_found_in_any_spelling_of_a_name() {
        for (part, name) in [
            ("Jose\u{301}", "José"),
            ("JOSÉ", "Jose\u{301}"),
            ("jose", "José"),
            ("José", "Jose"),
            (" Müller ", "Müller"),
            ("müll", "MÜLLER"),
            ("Mary Ann", "Mary\u{a0}Ann"),
            ("Mary  Ann", "Mary\u{2009}Ann"),
            ("O'Brien", "O’Brien"),
            ("O’Brien", "O'Brien"),
            ("O´Brien", "O'Brien"),
            ("O'''Brien", "O‴Brien"),
            ("O‴Brien", "O'''Brien"),
            ("O`Brien", "OʼBrien"),
            ("OBrien", "O’Brien"),
            ("o'b", "O’Brien"),
            ("Ka'iulani", "Kaʻiulani"),
            ("kaiulani", "Kaʻiulani"),
            ("Anne-Marie", "Anne\u{2011}Marie"),
            ("Anne–Marie", "Anne-Marie"),
            ("STRASSE", "Straße"),
            ("STRAẞE", "Strasse"),
            ("ısık", "IŞIK"),
            ("ILHAN", "İlhan"),
            ("ΠΑΠΑΔΟΠΟΥΛΟΣ", "Παπαδόπουλος"),
            ("علیرضا", "علی\u{200c}رضا"),
            ("علي\u{200f}", "علي"),
            ("ｍüｌｌｅｒ", "Müller"),
            ("김", "\u{1100}\u{1175}\u{11b7}철수"),
            ("渡辺", "渡辺\u{e0100}"),
            ("nguyen", "Nguyễn"),
            ("sahaia", "Sahaiʔa"),
            ("", "Ada"),
            (" ", "Ada"),
        ] {
            assert!(NamePart::parse(part).is_in(name), "{part:?} {name:?}");
        }
        for (part, name) in [
            ("Mueller", "Müller"),
            ("Anne Marie", "Anne-Marie"),
            ("O'Brien", "OBrien"),
            ("MaryAnn", "Mary Ann"),
            ("b", "Ada"),
        ] {
            assert!(!NamePart::parse(part).is_in(name), "{part:?} {name:?}");
        }
    }

    #[test]
    fn a_search_finds_the_start_of_each_part_of_a_name_and_of_the_address() {
        let part = |text| PersonName::parse(text).unwrap();
        let name = FullName {
            first: part("Mary Ann"),
            middle: Some(part("Élodie")),
            last: part("O’Brien-Müller"),
            suffix1: Some(NameSuffix::parse("Jr.").unwrap()),
            suffix2: Some(NameSuffix::parse("MD").unwrap()),
        };
        let email = Email::parse("M.OBrien@Süd.example").unwrap();
        let finds = |text| SearchPrefix::parse(text).unwrap().finds(&name, &email);
        for found in [
            "mary",
            "MARY AN",
            "ann",
            "elo",
            "É",
            "o'b",
            "O’Brien",
            "obrien",
            "mull",
            "o'brien-m",
            "jr",
            "md",
            "Mary Ann Élodie O",
            "ann o'br",
            " mary  ann ",
            "m.ob",
            "M.OBRIEN@sud.ex",
        ] {
            assert!(finds(found), "{found:?}");
        }
        for absent in ["ary", "rien", "brien", "mueller", "Élodie Mary", "obrien@", "sud", "r."] {
            assert!(!finds(absent), "{absent:?}");
        }
        for blank in ["", " ", "\u{200b}"] {
            assert!(SearchPrefix::parse(blank).is_none(), "{blank:?}");
        }
    }
}
