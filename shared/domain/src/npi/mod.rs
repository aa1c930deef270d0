//! National Provider Identifiers (45 CFR 162.406), and what the NPPES registry says about them.

pub mod due;
mod registry_name;
mod surname;

use std::fmt;

use crate::field::Refusal;
use crate::ids::UserId;
use crate::time::Timestamp;

pub use registry_name::{RegistryName, RegistryText};
pub use surname::surnames_match;

/// An NPI: 10 digits, the first 1 or 2. The last one is the Luhn check digit over `80840` and the NPI
/// (CMS, "Requirements for National Provider Identifier (NPI) and NPI Check Digit").
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Npi([u8; 10]);

/// What the card issuer prefix `80840` adds to the Luhn sum.
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
        // Always ASCII digits, because only `parse` makes one.
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

/// The registry's answer about one NPI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegistryAnswer {
    /// The NPI of an active person (`NPI-1`).
    Person {
        /// What the registry calls the person now.
        name: RegistryName,
        /// Every surname on record, including former ones, as the registry spells them.
        surnames: Vec<String>,
        /// The states where the person is licensed, in the registry's order. A state is listed once.
        license_states: Vec<RegistryText>,
    },
    /// The NPI of an active organization (`NPI-2`), which cannot report.
    Organization,
    /// CMS deactivated the number.
    Deactivated,
    /// The registry does not know the number.
    Unknown,
    /// There was no answer, or none that can be understood. This says nothing about the number.
    Unavailable,
}

/// Why an NPI counts as verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerificationBasis {
    /// The registry lists the number under the person's surname.
    Registry,
    /// The registry lists the number under another surname, and someone attested it.
    Attested {
        /// Who attested it.
        by: Attester,
        /// When.
        at: Timestamp,
    },
}

/// Who attested an NPI: never the person who holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attester {
    /// An owner or admin who was signed in.
    User(UserId),
    /// The person who runs the service, for a clinic without another manager.
    Operator,
}

impl fmt::Display for Attester {
    /// Writes `usr_...` or `operator`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => id.fmt(f),
            Self::Operator => f.write_str("operator"),
        }
    }
}

impl Attester {
    /// Reads the text that `Display` writes.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "operator" => Some(Self::Operator),
            _ => UserId::parse(text).map(Self::User).ok(),
        }
    }
}

/// The verification of an NPI. `not_required` in JSON means that there is no NPI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NpiStatus {
    /// The registry has not answered yet.
    Pending,
    /// The number belongs to this person.
    Verified(VerificationBasis),
    /// The registry lists the number under another surname.
    NameMismatch,
    /// The registry does not know the number, or lists it for an organization.
    NotFound,
    /// CMS deactivated the number.
    Deactivated,
}

impl NpiStatus {
    /// The verification that the registry's answer gives to a person with this surname.
    pub fn from_answer(answer: &RegistryAnswer, surname: &str) -> Self {
        match answer {
            RegistryAnswer::Person { surnames, .. }
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

    /// Whether the number is not verified.
    pub const fn is_problem(self) -> bool {
        !matches!(self, Self::Verified(_))
    }

    /// The name of the status in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Verified(_) => "verified",
            Self::NameMismatch => "name_mismatch",
            Self::NotFound => "not_found",
            Self::Deactivated => "deactivated",
        }
    }

    /// Reads the name of a status. `verified` counts as verified by the registry, because the name does
    /// not say why.
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

    /// The refusal of a request with this NPI, if the registry rules the number out.
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

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The registry's answer about an active person with these surnames.
    pub(crate) fn registered(surnames: &[&str]) -> RegistryAnswer {
        let name =
            RegistryName { last: RegistryText::parse(surnames[0]), ..RegistryName::default() };
        let surnames = surnames.iter().map(|&s| s.into()).collect();
        RegistryAnswer::Person { name, surnames, license_states: Vec::new() }
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in any::<String>()) {
            if let Ok(npi) = Npi::parse(&text) {
                prop_assert_eq!(npi.as_str(), text);
            }
        }

        #[test]
        fn one_wrong_digit_is_refused(seed in 0_u32..100_000_000, at in 0_usize..10, by in 1_u8..10) {
            let body = format!("1{seed:08}");
            let valid: Vec<String> = (0..10).map(|c| format!("{body}{c}")).filter(|n| Npi::parse(n).is_ok()).collect();
            prop_assert_eq!(valid.len(), 1, "exactly one check digit fits");
            let mut digits = valid[0].clone().into_bytes();
            digits[at] = b'0' + (digits[at] - b'0' + by) % 10;
            prop_assert!(Npi::parse(&String::from_utf8(digits).unwrap()).is_err());
        }
    }

    #[test]
    fn an_npi_has_ten_digits_the_first_1_or_2_and_a_luhn_check_digit() {
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
    fn the_registry_decides_the_verification_unless_it_is_unavailable() {
        let person = registered(&["NEW", "FORMER"]);
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
    fn an_attester_survives_its_text() {
        for attester in [Attester::Operator, Attester::User(UserId::from_bytes([1; 16]))] {
            assert_eq!(Attester::parse(&attester.to_string()), Some(attester));
        }
        assert_eq!(Attester::parse("system"), None);
    }
}
