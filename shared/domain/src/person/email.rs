//! Email addresses.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use crate::field::Refusal;
use crate::invisible::is_invisible;

/// The most bytes in an address (RFC 5321 section 4.5.3.1.3, without the angle brackets).
pub const MAX_BYTES: usize = 254;
/// The most bytes before the `@` (RFC 5321 section 4.5.3.1.1).
const MAX_LOCAL_BYTES: usize = 64;

/// An email address as it was typed, and in the form that is compared.
///
/// The compared form is trimmed, NFC and lower case, with the domain as an A-label (UTS 46). So
/// `Dr.Ada@Praxis-Süd.example` and `dr.ada@xn--praxis-sd-x9a.example` are one address, and a look-alike
/// domain is another. A `+tag` is part of the address.
#[derive(Clone)]
pub struct Email {
    typed: String,
    normalized: String,
}

const INVALID: Refusal = Refusal::new(
    "email_invalid",
    "Send an email address such as ada@clinic.example, without spaces, quotes, control characters or invisible characters.",
);
const LOCAL_PART_NOT_ASCII: Refusal = Refusal::new(
    "email_local_part_not_ascii",
    "Send an address with only unaccented Latin letters, digits and symbols before the @. Emails can't be delivered to others.",
);
const TOO_LONG: Refusal = Refusal::new(
    "email_too_long",
    "Send an email address of at most 254 bytes, with at most 64 before the @.",
);

impl Email {
    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let typed: String = text.trim().nfc().collect();
        if typed.len() > MAX_BYTES {
            return Err(TOO_LONG);
        }
        // UTS 46 drops invisible characters, so the typed address would look unlike the one that is used.
        if typed.chars().any(is_invisible) {
            return Err(INVALID);
        }
        let (local, domain) = typed.rsplit_once('@').ok_or(INVALID)?;
        let local = normalize_local(local)?;
        let domain = normalize_domain(domain)?;
        let normalized = format!("{local}@{domain}");
        if local.len() > MAX_LOCAL_BYTES || normalized.len() > MAX_BYTES {
            return Err(TOO_LONG);
        }
        Ok(Self { typed, normalized })
    }

    /// The address as it was typed, to show it.
    pub fn as_typed(&self) -> &str {
        &self.typed
    }

    /// The form that is compared and used in keys.
    pub fn normalized(&self) -> &str {
        &self.normalized
    }

    /// The address for SES: as typed, but with a non-ASCII domain as its A-label.
    pub fn delivery_address(&self) -> String {
        match (self.typed.rsplit_once('@'), self.normalized.rsplit_once('@')) {
            (Some((local, typed)), Some((_, a_label))) if !typed.is_ascii() => {
                format!("{local}@{a_label}")
            }
            _ => self.typed.clone(),
        }
    }
}

/// Accepts a dot-string (RFC 5321). Refuses quoted strings, and UTF-8 (RFC 6531), because SES cannot
/// deliver to it.
fn normalize_local(local: &str) -> Result<String, Refusal> {
    if !local.is_ascii() {
        return Err(LOCAL_PART_NOT_ASCII);
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
    if local.is_empty() || dots || !local.chars().all(allowed) {
        return Err(INVALID);
    }
    Ok(local.to_ascii_lowercase())
}

/// Converts a domain to its A-label (UTS 46, with the host name rules of STD 3). Requires two labels.
fn normalize_domain(domain: &str) -> Result<String, Refusal> {
    let ascii = idna::domain_to_ascii_strict(domain).map_err(|_| INVALID)?;
    let mut labels = ascii.split('.');
    let two_labels = labels.clone().count() >= 2;
    let label_shape =
        |l: &str| !l.is_empty() && l.len() <= 63 && !l.starts_with('-') && !l.ends_with('-');
    let top = ascii.rsplit('.').next().unwrap_or_default();
    let numeric_top = top.bytes().all(|b| b.is_ascii_digit());
    if !two_labels || numeric_top || !labels.all(label_shape) {
        return Err(INVALID);
    }
    Ok(ascii)
}

impl PartialEq for Email {
    fn eq(&self, other: &Self) -> bool {
        self.normalized == other.normalized
    }
}

impl Eq for Email {}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn same(a: &str, b: &str) -> bool {
        Email::parse(a).unwrap() == Email::parse(b).unwrap()
    }

    proptest! {
        #[test]
        fn reading_an_address_never_panics(text in any::<String>()) {
            let _ = Email::parse(&text);
        }

        #[test]
        fn reading_any_bytes_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Email::parse(&String::from_utf8_lossy(&bytes));
        }

        #[test]
        fn the_typed_and_the_compared_form_are_the_same_address(
            local in "[A-Za-z0-9+_-]{1,12}", domain in "[a-zA-Zäöüßé]{1,10}", top in "[a-z]{2,6}"
        ) {
            let email = Email::parse(&format!("{local}@{domain}.{top}")).unwrap();
            prop_assert_eq!(&Email::parse(email.as_typed()).unwrap(), &email);
            let again = Email::parse(email.normalized()).unwrap();
            prop_assert_eq!(again.normalized(), email.normalized());
        }
    }

    #[test]
    fn addresses_are_compared_after_trim_nfc_lower_case_and_a_label() {
        assert!(same(" Ada@Clinic.Example ", "ada@clinic.example"));
        assert!(same("x@praxis-su\u{308}d.example", "x@praxis-süd.example"));
        assert!(same("x@ｃlinic．example", "x@clinic.example"));
        assert!(same("x@praxis-süd.example", "x@xn--praxis-sd-x9a.example"));
        assert!(same("x@PRAXIS-SÜD.example", "x@praxis-süd.example"));
    }

    #[test]
    fn different_people_stay_different() {
        assert!(!same("ada@clinic.example", "ada+1@clinic.example"));
        assert!(!same("x@clinic.example", "x@clin\u{456}c.example"), "Cyrillic look-alike");
        assert!(!same("x@cl\u{131}nic.example", "x@clinic.example"), "dotless i is not i");
    }

    #[test]
    fn the_typed_spelling_is_kept() {
        let email = Email::parse(" Dr.Ada@Praxis-Süd.Example ").unwrap();
        assert_eq!(email.as_typed(), "Dr.Ada@Praxis-Süd.Example");
        assert_eq!(email.delivery_address(), "Dr.Ada@xn--praxis-sd-x9a.example");
        let plain = Email::parse("Ada@Clinic.Example").unwrap();
        assert_eq!(plain.delivery_address(), "Ada@Clinic.Example");
    }

    #[test]
    fn an_address_has_at_most_254_bytes() {
        let domain = format!("{}.{}.{}.ex", "d".repeat(63), "e".repeat(63), "f".repeat(58));
        let longest = format!("{}@{domain}", "a".repeat(64));
        assert_eq!(longest.len(), 254);
        assert!(Email::parse(&longest).is_ok());
        assert_eq!(Email::parse(&format!("{longest}e")).unwrap_err().code, "email_too_long");
        let local = format!("{}@clinic.example", "a".repeat(65));
        assert_eq!(Email::parse(&local).unwrap_err().code, "email_too_long");
    }

    #[test]
    fn a_malformed_address_is_refused() {
        for wrong in [
            "",
            "@",
            "ada",
            "ada@",
            "@clinic.example",
            "ada@clinic",
            "a b@clinic.example",
            ".ada@clinic.example",
            "ada.@clinic.example",
            "a..b@clinic.example",
            "ada@-clinic.example",
            "ada@clinic..example",
            "ada@[127.0.0.1]",
            "ada@127.0.0.1",
            "\"ada\"@clinic.example",
            "ada@clinic.example\r\nBcc: x@y.example",
            "ada@clinic.example,b@clinic.example",
            "ada<x@clinic.example>",
            "ada@cli\0nic.example",
            "ada@a@b.example@",
        ] {
            assert!(Email::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn an_invisible_character_is_refused_wherever_it_is() {
        for invisible in [
            '\u{200b}',
            '\u{200c}',
            '\u{200d}',
            '\u{200e}',
            '\u{200f}',
            '\u{202e}',
            '\u{2060}',
            '\u{2066}',
            '\u{feff}',
            '\u{ad}',
            '\u{34f}',
            '\u{61c}',
            '\u{115f}',
            '\u{17b4}',
            '\u{180b}',
            '\u{180e}',
            '\u{2800}',
            '\u{3164}',
            '\u{fe0f}',
            '\u{ffa0}',
            '\u{e0061}',
            '\u{e0100}',
        ] {
            for address in [
                format!("{invisible}ada@clinic.example"),
                format!("a{invisible}da@clinic.example"),
                format!("ada{invisible}@clinic.example"),
                format!("ada@{invisible}clinic.example"),
                format!("ada@cli{invisible}nic.example"),
                format!("ada@clinic.{invisible}example"),
                format!("ada@clinic.example{invisible}"),
            ] {
                assert_eq!(
                    Email::parse(&address).unwrap_err().code,
                    "email_invalid",
                    "{address:?}"
                );
            }
        }
    }

    #[test]
    fn a_local_part_outside_ascii_is_refused() {
        for address in [
            "josé@clinic.example",
            "jose\u{301}@clinic.example",
            "李@clinic.example",
            "ann０@clinic.example",
            "\u{430}nn@clinic.example",
            "o’brien@clinic.example",
            "İda@clinic.example",
            "ada\u{a0}b@clinic.example",
        ] {
            let code = Email::parse(address).unwrap_err().code;
            assert_eq!(code, "email_local_part_not_ascii", "{address:?}");
        }
        for address in ["o'brien@clinic.example", "ann+x_y-z@münchen.example"] {
            assert!(Email::parse(address).unwrap().delivery_address().is_ascii(), "{address}");
        }
    }

    #[test]
    fn debug_shows_no_address() {
        let shown = format!("{:?}", Email::parse("ada@clinic.example").unwrap());
        assert!(!shown.contains("ada"), "{shown}");
    }
}
