//! Passwords: how they are read, rated, hashed and compared.

mod breach;
mod leftover;

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use argon2::password_hash::PasswordVerifier as _;
use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::{Algorithm, Argon2, Params, Version};
use unicode_normalization::UnicodeNormalization;

use crate::entropy::{Entropy, random};
use crate::field::Refusal;

pub use breach::{BreachDigest, MalformedRange};
pub use leftover::KnownWords;

/// How long the link in a password email works.
pub const RESET_LINK: Duration = Duration::from_mins(30);

/// The length of a new password, in characters. NIST SP 800-63B-4, section 3.1.1.2, requires 15 if the
/// password is the only factor.
const CHARS: RangeInclusive<usize> = 15..=128;

/// How many characters must remain once the parts that are easy to guess are removed.
const LEFTOVER: usize = 8;

/// The most bytes that are read. One character of a password is composed of up to 4 code points, and
/// each of them takes up to 4 bytes.
const MAX_BYTES: usize = 128 * 4 * 4;

const LENGTH: Refusal = Refusal::new("password_length", "Use 15 to 128 characters.");
const BREACHED: Refusal = Refusal::new(
    "password_breached",
    "This password is on a public list of stolen passwords. Choose another one, and change it wherever else you use it.",
);
const WEAK: Refusal = Refusal::new(
    "password_weak",
    "Choose a password that is harder to guess. Use several unrelated words, without your name, your clinic's name, years or runs such as 1234.",
);

/// A password of at most 128 characters. NFKC makes it the same on every keyboard. Passwords are
/// compared and hashed only in this form.
///
/// No Display, no Serialize, redacting Debug.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// A new password that is long enough and hard to guess. The list of breached passwords has not been
/// asked yet.
pub struct RatedPassword(Password);

/// A password that may be set. Only this type can be hashed.
pub struct NewPassword(Password);

/// The answer of the list of breached passwords.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreachAnswer {
    /// The password is on the list.
    Listed,
    /// The password is not on the list.
    NotListed,
    /// The list did not answer in time. The password is accepted.
    Unavailable,
}

/// A hashed password as a PHC string.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl Password {
    /// Reads a password. Accepts short ones, because an older password may follow an older rule.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if text.len() > MAX_BYTES {
            return Err(LENGTH);
        }
        let normal: String = text.nfkc().take(CHARS.end() + 1).collect();
        if normal.chars().count() > *CHARS.end() { Err(LENGTH) } else { Ok(Self(normal)) }
    }

    /// Rates a new password (NIST SP 800-63B-4, section 3.1.1.2). It needs 15 to 128 characters. 8 must
    /// remain without `known` words, years, and runs of one character or of neighbors on the keyboard or
    /// in the alphabet.
    pub fn rate(self, known: &KnownWords) -> Result<RatedPassword, Refusal> {
        if !CHARS.contains(&self.0.chars().count()) {
            Err(LENGTH)
        } else if known.leftover(&self.0) < LEFTOVER {
            Err(WEAK)
        } else {
            Ok(RatedPassword(self))
        }
    }
}

impl RatedPassword {
    /// The digest for a lookup in the list of breached passwords.
    pub fn breach_digest(&self) -> BreachDigest {
        BreachDigest::of(&self.0.0)
    }

    /// Refuses a password that is on the list.
    pub fn check_breach(self, answer: BreachAnswer) -> Result<NewPassword, Refusal> {
        match answer {
            BreachAnswer::Listed => Err(BREACHED),
            BreachAnswer::NotListed | BreachAnswer::Unavailable => Ok(NewPassword(self.0)),
        }
    }
}

impl NewPassword {
    /// Hashes with argon2id (19 MiB, 2 passes, 1 lane), as OWASP recommends. Takes tens of milliseconds
    /// of CPU.
    pub fn hash(&self, entropy: &dyn Entropy) -> Result<PasswordHash, HashFailed> {
        use argon2::password_hash::PasswordHasher as _;
        let salt: [u8; 16] = random(entropy);
        hasher()?
            .hash_password_with_salt(self.0.0.as_bytes(), &salt)
            .map(|hash: Phc| PasswordHash(hash.to_string()))
            .map_err(|_| HashFailed)
    }
}

/// The hash function refused its input. No password of at most 128 characters causes this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("password could not be hashed")]
pub struct HashFailed;

fn hasher() -> Result<Argon2<'static>, HashFailed> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|_| HashFailed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

impl PasswordHash {
    /// The hash with this stored PHC string.
    pub fn from_stored(phc: String) -> Self {
        Self(phc)
    }

    /// A hash that no password matches. A comparison takes the same time as with a real hash, so the
    /// time does not show whether there is an account.
    pub fn placeholder() -> Self {
        let salt_and_hash = "bm9ib2R5cyBzYWx0ICE$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        Self(format!("$argon2id$v=19$m=19456,t=2,p=1${salt_and_hash}"))
    }

    /// The PHC string.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the hash of `password`. A malformed stored string matches nothing.
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

impl fmt::Debug for RatedPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RatedPassword(redacted)")
    }
}

impl fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewPassword(redacted)")
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(redacted)")
    }
}

impl fmt::Debug for KnownWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KnownWords(redacted)")
    }
}

#[cfg(test)]
mod tests;
