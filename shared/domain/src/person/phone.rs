//! A phone number.

use std::fmt;

use icu_properties::CodePointSetData;
use icu_properties::props::Dash;
use unicode_normalization::UnicodeNormalization;

use crate::field::Refusal;
use crate::invisible::is_invisible;

/// Country codes whose national numbers keep their leading zero when they are called from abroad:
/// Italy, San Marino and the Vatican (ITU-T E.164, national numbering plans).
const ZERO_KEPT: [&str; 3] = ["39", "378", "379"];

/// A phone number of 10 to 15 digits, without separators, and with `+` if it was written with one.
/// E.164 allows 15 digits.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Reads a number. Drops the separators `().`, spaces and hyphens of any kind, and a `(0)` after a
    /// country code, which is only dialed within the country.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        const INVALID: Refusal = Refusal::new(
            "phone_invalid",
            "Send 10 to 15 digits. Spaces, hyphens, parentheses, periods and a leading + are accepted.",
        );
        let plain: String = text.nfkc().filter(|c| !is_space(*c)).collect();
        let text = plain.trim_start_matches(is_separator);
        let (plus, number) = text.strip_prefix('+').map_or(("", text), |number| ("+", number));
        let digits = without_separators(&drop_trunk_zero(number));
        let right = digits.bytes().all(|b| b.is_ascii_digit()) && (10..=15).contains(&digits.len());
        if right { Ok(Self(format!("{plus}{digits}"))) } else { Err(INVALID) }
    }

    /// The digits, and a leading `+` if there is one.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Removes the `(0)` after a country code.
fn drop_trunk_zero(number: &str) -> String {
    match number.split_once("(0)") {
        Some((before, after)) if drops_zero(&without_separators(before)) => {
            format!("{before}{after}")
        }
        _ => number.to_owned(),
    }
}

/// Whether these digits are a country code after which the zero is not dialed.
fn drops_zero(digits: &str) -> bool {
    let code = digits.strip_prefix("00").or(digits.strip_prefix("011")).unwrap_or(digits);
    (1..=3).contains(&code.len()) && !ZERO_KEPT.contains(&code)
}

fn without_separators(text: &str) -> String {
    text.replace(is_separator, "")
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || is_invisible(c)
}

/// Whether a character separates groups of digits. Japanese keyboards type a long vowel mark as a hyphen.
fn is_separator(c: char) -> bool {
    matches!(c, '(' | ')' | '.' | 'ー') || CodePointSetData::new::<Dash>().contains(c)
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn reading_never_panics(text in any::<String>()) {
            let _ = PhoneNumber::parse(&text);
        }

        #[test]
        fn a_stored_phone_number_reads_as_itself(digits in "[+]?[0-9]{10,15}") {
            let spaced: String = digits.chars().flat_map(|c| [c, '-']).collect();
            let number = PhoneNumber::parse(&spaced).unwrap();
            prop_assert_eq!(number.as_str(), &digits);
            prop_assert_eq!(PhoneNumber::parse(&digits).unwrap(), number);
        }
    }

    #[test]
    fn a_phone_number_keeps_its_plus_and_loses_its_separators() {
        for (text, expected) in [
            ("+1 (415) 555-0132", "+14155550132"),
            ("(415) 555-0132", "4155550132"),
            ("+49 30 901820", "+4930901820"),
            ("+ 49 30 901820", "+4930901820"),
            ("(+44) 20 7946 0958", "+442079460958"),
            ("+33 1.23.45.67.89", "+33123456789"),
            ("+7 (495) 123-45-67", "+74951234567"),
            ("00 49 30 901820", "004930901820"),
            ("+33\u{202f}1\u{202f}23\u{202f}45\u{202f}67\u{202f}89", "+33123456789"),
            ("415\u{a0}555\u{a0}0132", "4155550132"),
            ("415\t555\t0132", "4155550132"),
            ("415\u{200b}5550132", "4155550132"),
            ("415\u{2011}555\u{2011}0132", "4155550132"),
            ("415\u{2013}555\u{2014}0132", "4155550132"),
            ("415\u{2212}555\u{2212}0132", "4155550132"),
            ("415\u{ff0d}555\u{ff0d}0132", "4155550132"),
            ("０３ー１２３４ー５６７８", "0312345678"),
            ("＋81 3 1234 5678", "+81312345678"),
            ("\u{202a}+1 415 555 0132\u{202c}", "+14155550132"),
            ("\u{200e}+14155550132", "+14155550132"),
        ] {
            assert_eq!(PhoneNumber::parse(text).map(|n| n.0).as_deref(), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn a_zero_in_parentheses_is_dropped_after_a_country_code() {
        for (text, expected) in [
            ("+44 (0)20 7946 0958", "+442079460958"),
            ("+44(0)2079460958", "+442079460958"),
            ("+44 (0) 20 7946 0958", "+442079460958"),
            ("+44 ( 0 ) 20 7946 0958", "+442079460958"),
            ("(+44) (0)20 7946 0958", "+442079460958"),
            ("44 (0)20 7946 0958", "442079460958"),
            ("0044 (0)20 7946 0958", "00442079460958"),
            ("011 44 (0)20 7946 0958", "011442079460958"),
            ("+49-(0)30-901820", "+4930901820"),
            ("+61 (0)2 9876 5432", "+61298765432"),
            ("+353 （０）1 234 5678", "+35312345678"),
            ("+972-(0)3-123-4567", "+97231234567"),
            // Not after a country code.
            ("(0)20 7946 0958", "02079460958"),
            ("(020) 7946 0958", "02079460958"),
            ("+44 20 (0)7946 0958", "+4420079460958"),
            // Italian numbers keep their zero.
            ("+39 (0)6 6982 1234", "+390669821234"),
        ] {
            assert_eq!(PhoneNumber::parse(text).map(|n| n.0).as_deref(), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn a_phone_number_has_10_to_15_digits() {
        for wrong in [
            "123456789",
            "1234567890123456",
            "+1234567890123456",
            "415-555-013x",
            "+1 415 555 0132 x12",
            "4155550132+",
            "++14155550132",
            "+1 415+555 0132",
            "tel:+14155550132",
            "",
            "+",
            "(0)",
            "٠١٢٣٤٥٦٧٨٩",
        ] {
            assert!(PhoneNumber::parse(wrong).is_err(), "{wrong}");
        }
    }
}
