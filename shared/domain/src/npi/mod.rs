//! The National Provider Identifier (45 CFR 162.406) and what the NPPES registry says of one.

pub mod due;

use std::fmt;

use unicode_normalization::char::is_combining_mark;

use crate::field::Refusal;
use crate::fold::fold;
use crate::ids::UserId;
use crate::time::Timestamp;

/// An NPI: 10 digits, first 1 or 2, the last one the Luhn check digit over `80840` + NPI
/// (CMS, "Requirements for National Provider Identifier (NPI) and NPI Check Digit").
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Npi([u8; 10]);

/// The Luhn sum that the card issuer prefix `80840` contributes.
const PREFIX_SUM: u32 = 24;

impl Npi {
    /// Reads ten digits.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        const INVALID: Refusal = Refusal::new(
            "npi_invalid",
            "Send a National Provider Identifier: 10 digits, the first 1 or 2, with a correct check digit.",
        );
        let digits: [u8; 10] = text.as_bytes().try_into().map_err(|_| INVALID)?;
        let shape = digits.iter().all(u8::is_ascii_digit) && matches!(digits[0], b'1' | b'2');
        if shape && luhn_sum(&digits).is_multiple_of(10) { Ok(Self(digits)) } else { Err(INVALID) }
    }

    /// The ten digits.
    pub fn as_str(&self) -> &str {
        // Always ASCII digits: `parse` is the one way in.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

fn luhn_sum(digits: &[u8; 10]) -> u32 {
    let doubled = |d: u32| if d > 4 { d * 2 - 9 } else { d * 2 };
    let values = digits.iter().rev().map(|b| u32::from(b - b'0'));
    let sum: u32 = values.enumerate().map(|(i, d)| if i % 2 == 1 { doubled(d) } else { d }).sum();
    sum + PREFIX_SUM
}

impl fmt::Debug for Npi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Npi(redacted)")
    }
}

/// What the registry answered about one NPI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegistryAnswer {
    /// An active person (`NPI-1`), with every surname on record, former ones included.
    Person {
        /// Surnames as the registry spells them.
        surnames: Vec<String>,
    },
    /// An active organisation (`NPI-2`), which cannot report.
    Organization,
    /// CMS deactivated the number.
    Deactivated,
    /// No such number.
    Unknown,
    /// No answer, or none that can be understood: says nothing about the number.
    Unavailable,
}

/// What a verification rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerificationBasis {
    /// The registry knows the number under the person's surname.
    Registry,
    /// The registry knows it under another, and an owner or admin vouched for the person.
    Attested {
        /// Who.
        by: UserId,
        /// When.
        at: Timestamp,
    },
}

/// Where the verification of a held NPI stands. `not_required` is having none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NpiStatus {
    /// The registry has not answered yet.
    Pending,
    /// The number is this person's.
    Verified(VerificationBasis),
    /// The registry knows the number under another surname.
    NameMismatch,
    /// The registry does not know the number, or knows it as an organisation's.
    NotFound,
    /// CMS deactivated the number.
    Deactivated,
}

impl NpiStatus {
    /// What follows from the registry's answer for a person of this surname.
    pub fn from_answer(answer: &RegistryAnswer, surname: &str) -> Self {
        match answer {
            RegistryAnswer::Person { surnames }
                if surnames.iter().any(|s| surnames_match(s, surname)) =>
            {
                Self::Verified(VerificationBasis::Registry)
            }
            RegistryAnswer::Person { .. } => Self::NameMismatch,
            RegistryAnswer::Organization | RegistryAnswer::Unknown => Self::NotFound,
            RegistryAnswer::Deactivated => Self::Deactivated,
            RegistryAnswer::Unavailable => Self::Pending,
        }
    }

    /// What follows from another answer of the registry about the same person. Silence changes
    /// nothing, and an attestation holds for as long as the number is an active person's.
    #[must_use]
    pub fn recheck(self, answer: &RegistryAnswer, surname: &str) -> Self {
        match (self, answer) {
            (_, RegistryAnswer::Unavailable)
            | (Self::Verified(VerificationBasis::Attested { .. }), RegistryAnswer::Person { .. }) => {
                self
            }
            _ => Self::from_answer(answer, surname),
        }
    }

    /// The state's name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Verified(_) => "verified",
            Self::NameMismatch => "name_mismatch",
            Self::NotFound => "not_found",
            Self::Deactivated => "deactivated",
        }
    }

    /// Reads a state's name. It does not tell what `verified` rests on: the registry is supposed.
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::Pending,
            Self::Verified(VerificationBasis::Registry),
            Self::NameMismatch,
            Self::NotFound,
            Self::Deactivated,
        ]
        .into_iter()
        .find(|v| v.as_str() == text)
    }

    /// The refusal that a request naming this NPI gets, when the registry rules the number out.
    pub fn refusal(self, answer: &RegistryAnswer) -> Option<Refusal> {
        match (self, answer) {
            (Self::NotFound, RegistryAnswer::Organization) => Some(Refusal::new(
                "npi_not_found",
                "Send the person's own NPI. The NPPES registry lists this number for an organization.",
            )),
            (Self::NotFound, _) => Some(Refusal::new(
                "npi_not_found",
                "Check the number. The NPPES registry does not know it.",
            )),
            (Self::Deactivated, _) => Some(Refusal::new(
                "npi_deactivated",
                "Send an active NPI. The NPPES registry says that CMS deactivated this one.",
            )),
            _ => None,
        }
    }
}

/// Whether two surnames are one, after folding case, accents and punctuation.
pub fn surnames_match(a: &str, b: &str) -> bool {
    let (a, b) = (folded(a), folded(b));
    !a.is_empty() && a == b
}

fn folded(name: &str) -> String {
    let letter = |c: &char| c.is_alphanumeric() && !is_combining_mark(*c);
    fold(name).chars().filter(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn reading_never_panics(text in any::<String>()) {
            if let Ok(npi) = Npi::parse(&text) {
                prop_assert_eq!(npi.as_str(), text);
            }
        }

        #[test]
        fn one_wrong_digit_is_noticed(seed in 0_u32..100_000_000, at in 0_usize..10, by in 1_u8..10) {
            let body = format!("1{seed:08}");
            let valid: Vec<String> = (0..10).map(|c| format!("{body}{c}")).filter(|n| Npi::parse(n).is_ok()).collect();
            prop_assert_eq!(valid.len(), 1, "exactly one check digit fits");
            let mut digits = valid[0].clone().into_bytes();
            digits[at] = b'0' + (digits[at] - b'0' + by) % 10;
            prop_assert!(Npi::parse(&String::from_utf8(digits).unwrap()).is_err());
        }

        #[test]
        fn a_surname_is_itself_in_capitals(name in "[a-zA-Zéèüößøł' -]{1,20}") {
            prop_assume!(name.chars().any(char::is_alphanumeric));
            prop_assert!(surnames_match(&name, &name.to_uppercase()));
        }
    }

    #[test]
    fn ten_digits_first_1_or_2_luhn_over_80840() {
        for right in
            ["1234567893", "1245319599", "1003802901", "1679576722", "1000000004", "2000000002"]
        {
            assert!(Npi::parse(right).is_ok(), "{right}");
        }
        for wrong in [
            "1234567898",
            "1234567890",
            "0000000006",
            "3000000000",
            "9876543213",
            "123456789",
            "12345678933",
            " 1234567893",
            "123456789x",
            "١٢٣٤٥٦٧٨٩٣",
            "",
        ] {
            assert_eq!(Npi::parse(wrong).unwrap_err().code, "npi_invalid", "{wrong}");
        }
    }

    #[test]
    fn surnames_are_compared_without_case_accents_and_punctuation() {
        for (a, b) in [
            ("O'BRIEN", "O’Brien"),
            ("GARCIA-LOPEZ", "García López"),
            ("MUELLER", "Mueller"),
            ("STRAUSS", "Strauß"),
        ] {
            assert!(surnames_match(a, b), "{a} {b}");
        }
        for (a, b) in [("SMITH", "Smyth"), ("", ""), ("--", "'"), ("MÜLLER", "Mueller")] {
            assert!(!surnames_match(a, b), "{a} {b}");
        }
    }

    #[test]
    fn the_registrys_answer_decides_and_silence_decides_nothing() {
        let person = RegistryAnswer::Person { surnames: vec!["NEW".into(), "FORMER".into()] };
        assert_eq!(
            NpiStatus::from_answer(&person, "Former"),
            NpiStatus::Verified(VerificationBasis::Registry)
        );
        assert_eq!(NpiStatus::from_answer(&person, "Other"), NpiStatus::NameMismatch);
        for (answer, state, code) in [
            (RegistryAnswer::Organization, NpiStatus::NotFound, Some("npi_not_found")),
            (RegistryAnswer::Unknown, NpiStatus::NotFound, Some("npi_not_found")),
            (RegistryAnswer::Deactivated, NpiStatus::Deactivated, Some("npi_deactivated")),
            (RegistryAnswer::Unavailable, NpiStatus::Pending, None),
        ] {
            assert_eq!(NpiStatus::from_answer(&answer, "Any"), state);
            assert_eq!(state.refusal(&answer).map(|r| r.code), code);
        }
        assert_eq!(NpiStatus::NameMismatch.refusal(&person), None);
    }

    #[test]
    fn an_attestation_outlasts_every_answer_but_the_number_s_end() {
        let attested = NpiStatus::Verified(VerificationBasis::Attested {
            by: UserId::from_bytes([1; 16]),
            at: Timestamp::EPOCH,
        });
        let registry = NpiStatus::Verified(VerificationBasis::Registry);
        let person = |surname: &str| RegistryAnswer::Person { surnames: vec![surname.into()] };
        for (before, answer, after) in [
            (attested, person("OTHER"), attested),
            (attested, person("HALE"), attested),
            (attested, RegistryAnswer::Unavailable, attested),
            (attested, RegistryAnswer::Deactivated, NpiStatus::Deactivated),
            (attested, RegistryAnswer::Unknown, NpiStatus::NotFound),
            (attested, RegistryAnswer::Organization, NpiStatus::NotFound),
            (registry, person("OTHER"), NpiStatus::NameMismatch),
            (registry, person("HALE"), registry),
            (registry, RegistryAnswer::Unavailable, registry),
            (NpiStatus::Deactivated, person("HALE"), registry),
            (NpiStatus::Pending, RegistryAnswer::Unavailable, NpiStatus::Pending),
        ] {
            assert_eq!(before.recheck(&answer, "Hale"), after, "{before:?} {answer:?}");
        }
    }
}
