//! Lookups in a list of breached passwords that do not show the password.
//!
//! The list (Have I Been Pwned's range API) receives the first 5 hexadecimal digits of the password's
//! SHA-1. It answers with the rest of every listed digest that starts with them.

use std::fmt;
use std::fmt::Write as _;

use sha1::{Digest, Sha1};

/// How many digits are sent to the list.
const PREFIX: usize = 5;

/// How many digits a SHA-1 has.
const DIGITS: usize = 40;

/// The SHA-1 of a password. It is as secret as the password, so it has no Display, no Serialize and a
/// redacting Debug.
pub struct BreachDigest(String);

/// The list's answer is malformed. Each line must be `SUFFIX:COUNT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the answer is not a range of digests")]
pub struct MalformedRange;

impl BreachDigest {
    pub(super) fn of(password: &str) -> Self {
        let mut digits = String::with_capacity(DIGITS);
        for byte in Sha1::digest(password.as_bytes()) {
            // Writing to a String cannot fail.
            let _ = write!(digits, "{byte:02X}");
        }
        Self(digits)
    }

    /// The only part that leaves this process. It names one of 1,048,576 ranges, each with hundreds of
    /// passwords.
    pub fn prefix(&self) -> &str {
        &self.0[..PREFIX]
    }

    /// Whether `range`, the list's answer, holds this digest. Lines with the count 0 are padding, which
    /// hides the length of the answer from the network.
    pub fn is_in(&self, range: &str) -> Result<bool, MalformedRange> {
        let mut found = false;
        let mut lines = 0;
        for line in range.lines() {
            let (suffix, count) = line.split_once(':').ok_or(MalformedRange)?;
            let digits = suffix.bytes().all(|b| b.is_ascii_hexdigit());
            if suffix.len() != DIGITS - PREFIX || !digits {
                return Err(MalformedRange);
            }
            let count: u64 = count.parse().map_err(|_| MalformedRange)?;
            found |= count > 0 && suffix.eq_ignore_ascii_case(&self.0[PREFIX..]);
            lines += 1;
        }
        // Every range has digests, so an empty answer is malformed.
        if lines == 0 { Err(MalformedRange) } else { Ok(found) }
    }
}

impl fmt::Debug for BreachDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BreachDigest(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    // The example from the API's documentation: the SHA-1 of "P@ssw0rd".
    const PREFIX_OF_EXAMPLE: &str = "21BD1";
    const SUFFIX_OF_EXAMPLE: &str = "2DC183F740EE76F27B78EB39C8AD972A757";
    const OTHER: &str = "0018A45C4D1DEF81644B54AB7F969B88D65";

    fn example() -> BreachDigest {
        BreachDigest::of("P@ssw0rd")
    }

    proptest! {
        #[test]
        fn reading_a_range_never_panics(text in any::<String>()) {
            let _ = example().is_in(&text);
        }
    }

    #[test]
    fn only_five_digits_are_sent() {
        assert_eq!(example().prefix(), PREFIX_OF_EXAMPLE);
        assert_eq!(format!("{:?}", example()), "BreachDigest(redacted)");
    }

    #[test]
    fn a_password_is_listed_if_its_suffix_has_a_count() {
        let listed = SUFFIX_OF_EXAMPLE;
        for (range, expected) in [
            (format!("{OTHER}:3\r\n{listed}:52579"), Ok(true)),
            (format!("{OTHER}:3\n{}:1\n", listed.to_lowercase()), Ok(true)),
            (format!("{OTHER}:3\r\n"), Ok(false)),
            (format!("{listed}:0\r\n{OTHER}:1"), Ok(false)),
        ] {
            assert_eq!(example().is_in(&range), expected, "{range}");
        }
    }

    #[test]
    fn anything_except_a_range_is_malformed() {
        let listed = SUFFIX_OF_EXAMPLE;
        for wrong in [
            String::new(),
            "<html>maintenance</html>".to_owned(),
            listed.to_string(),
            format!("{listed}:"),
            format!("{listed}:many"),
            format!("{listed}:-1"),
            format!("{PREFIX_OF_EXAMPLE}{listed}:1"),
            format!("{}:1", &listed[1..]),
            format!("{}é:1", &listed[2..]),
            format!("{listed}:1\r\n\r\n{OTHER}:1"),
        ] {
            assert_eq!(example().is_in(&wrong), Err(MalformedRange), "{wrong}");
        }
    }
}
