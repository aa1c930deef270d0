//! Passwords: policy and hash.

use std::fmt;
use std::time::Duration;

use argon2::password_hash::PasswordVerifier as _;
use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::{Algorithm, Argon2, Params, Version};

use crate::entropy::{Entropy, random};
use crate::field::Refused;
use crate::time::Timestamp;

/// A password as typed. No Display, no Serialize, redacting Debug.
pub struct Password(String);

/// The PHC string of a hashed password.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

/// How long a mailed link to a new password is good.
pub const RESET_LINK: Duration = Duration::from_mins(30);

/// Characters of a password (NIST SP 800-63B section 5.1.1.2 lets a service ask for more than 8).
const CHARS: std::ops::RangeInclusive<usize> = 12..=128;

impl Password {
    /// A password as typed, to compare with a hash. Nothing is checked: the policy of the day it
    /// was set may have been another one.
    pub fn typed(text: String) -> Self {
        Self(text)
    }

    /// Checks a new password: 12 to 128 characters and zxcvbn score 3 at least, `known` words
    /// (address, names, clinic) and the years around `now` counted as guessable.
    pub fn accept_new(self, known: &[&str], now: Timestamp) -> Result<Self, Refused> {
        const LENGTH: Refused = Refused::new("password_length", "must be 12 to 128 characters");
        const WEAK: Refused = Refused::new(
            "password_weak",
            "is too easy to guess; use several unrelated words, and neither your name nor your address",
        );
        if !CHARS.contains(&self.0.chars().count()) {
            return Err(LENGTH);
        }
        if strength::guesses(&self.0, known, now.year()) < strength::SAFE {
            Err(WEAK)
        } else {
            Ok(self)
        }
    }

    /// Hashes with argon2id (19 MiB, 2 passes, 1 lane: OWASP's recommendation): tens of milliseconds of CPU.
    pub fn hash(&self, entropy: &dyn Entropy) -> Result<PasswordHash, HashFailed> {
        use argon2::password_hash::PasswordHasher as _;
        let salt: [u8; 16] = random(entropy);
        hasher()?
            .hash_password_with_salt(self.0.as_bytes(), &salt)
            .map(|hash: Phc| PasswordHash(hash.to_string()))
            .map_err(|_| HashFailed)
    }
}

/// The hash function refused its input, which no password of at most 128 characters causes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("password could not be hashed")]
pub struct HashFailed;

fn hasher() -> Result<Argon2<'static>, HashFailed> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|_| HashFailed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

impl PasswordHash {
    /// The hash with this PHC string, as it was stored.
    pub fn from_stored(phc: String) -> Self {
        Self(phc)
    }

    /// A hash that no password has, to be compared with in the place of one that is missing: it
    /// takes as long.
    pub fn of_nobody() -> Self {
        let salt_and_hash = "bm9ib2R5cyBzYWx0ICE$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        Self(format!("$argon2id$v=19$m=19456,t=2,p=1${salt_and_hash}"))
    }

    /// The PHC string.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the hash of `password`; a stored string that is no hash matches nothing.
    pub fn matches(&self, password: &Password) -> bool {
        let Ok(parsed) = Phc::new(&self.0) else {
            return false;
        };
        Argon2::default().verify_password(password.0.as_bytes(), &parsed).is_ok()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(redacted)")
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::tests::Fixed;
    use proptest::prelude::*;

    fn code(text: &str, known: &[&str]) -> Option<&'static str> {
        Password::typed(text.to_owned())
            .accept_new(known, Timestamp::parse("2026-11-26T09:30:00Z").unwrap())
            .err()
            .map(|r| r.code)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn judging_a_password_never_panics(text in any::<String>()) {
            let _ = code(&text, &["ada"]);
        }
    }

    #[test]
    fn twelve_to_128_characters() {
        assert_eq!(code("kT9#vQ2!xLp", &[]), Some("password_length"));
        assert_eq!(code("kT9#vQ2!xLpz", &[]), None);
        assert_eq!(code(&"kT9#vQ2!".repeat(16), &[]), None);
        assert_eq!(code(&format!("{}x", "kT9#vQ2!".repeat(16)), &[]), Some("password_length"));
    }

    #[test]
    fn guessable_passwords_are_refused_and_names_count_as_known() {
        assert_eq!(code("passwordpassword", &[]), Some("password_weak"));
        assert_eq!(code("okaforradiology", &["okafor", "radiology"]), Some("password_weak"));
        assert_eq!(code("lantern-gravel-otter-92", &["okafor"]), None);
    }

    #[test]
    fn a_hash_is_argon2id_19_mib_2_1_and_matches_only_its_password() {
        let hash = Password::typed("lantern-gravel-otter".into()).hash(&Fixed(1)).unwrap();
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.as_str());
        assert!(hash.matches(&Password::typed("lantern-gravel-otter".into())));
        assert!(!hash.matches(&Password::typed("lantern-gravel-otteR".into())));
        assert!(!PasswordHash::from_stored("x".into()).matches(&Password::typed("x".into())));
    }
}
