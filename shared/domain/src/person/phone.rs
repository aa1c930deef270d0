//! A phone number.

use std::fmt;

use crate::field::Refusal;

/// A phone number of 10 to 15 digits, without separators. E.164 allows 15.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Reads a number. Drops a leading `+` and the separators ` -().`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        const INVALID: Refusal = Refusal::new(
            "phone_invalid",
            "Send 10 to 15 digits. Spaces, hyphens, parentheses, periods and a leading + are accepted.",
        );
        let text = text.trim();
        let bare = text.strip_prefix('+').unwrap_or(text);
        let digits: String = bare.chars().filter(|c| !" -().".contains(*c)).collect();
        let right = digits.bytes().all(|b| b.is_ascii_digit()) && (10..=15).contains(&digits.len());
        if right { Ok(Self(digits)) } else { Err(INVALID) }
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
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
        fn a_phone_number_is_stored_as_its_digits(digits in "[0-9]{10,15}") {
            let spaced: String = digits.chars().flat_map(|c| [c, '-']).collect();
            let number = PhoneNumber::parse(&format!("+{spaced}")).unwrap();
            prop_assert_eq!(number.as_str(), digits);
        }
    }

    #[test]
    fn a_phone_number_has_10_to_15_digits() {
        assert_eq!(PhoneNumber::parse("+1 (415) 555-0132").unwrap().as_str(), "14155550132");
        for wrong in
            ["123456789", "1234567890123456", "415-555-013x", "4155550132+", "", "٠١٢٣٤٥٦٧٨٩"]
        {
            assert!(PhoneNumber::parse(wrong).is_err(), "{wrong}");
        }
    }
}
