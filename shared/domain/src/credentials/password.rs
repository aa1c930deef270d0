//! Passwords: how they are read, which new ones are refused, and how they are stored.

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

/// How long a mailed link to a new password is good.
pub const RESET_LINK: Duration = Duration::from_mins(30);

/// Characters of a new password (NIST SP 800-63B-4, 3.1.1.2: 15 where it is the only factor).
const CHARS: RangeInclusive<usize> = 15..=128;

/// Characters that must be left without the parts that a guesser tries first.
const LEFTOVER: usize = 8;

/// Longer texts are refused unread: a character of the longest password stands for 4 code points of
/// 4 bytes at most.
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

/// A password as a person typed it, in the one form that is compared and hashed: NFKC, so that it
/// is the same on every keyboard. At most 128 characters.
///
/// No Display, no Serialize, redacting Debug.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// A new password that is long enough and hard to guess. It has still to be looked up.
pub struct RatedPassword(Password);

/// A password that may be set. The only kind that can be hashed.
pub struct NewPassword(Password);

/// What the list of breached passwords says about a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreachAnswer {
    /// The list has it.
    Listed,
    /// The list does not have it.
    NotListed,
    /// The list gave no answer in time. This refuses nobody.
    Unavailable,
}

/// The PHC string of a hashed password.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl Password {
    /// Reads a password. Short ones are read too: the rule of the day it was set may have been
    /// another one.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if text.len() > MAX_BYTES {
            return Err(LENGTH);
        }
        let normal: String = text.nfkc().take(CHARS.end() + 1).collect();
        if normal.chars().count() > *CHARS.end() { Err(LENGTH) } else { Ok(Self(normal)) }
    }

    /// Rates a new password (NIST SP 800-63B-4, 3.1.1.2): 15 to 128 characters, 8 of them left
    /// without `known` words, years and runs of one character or of neighbors on the keyboard or in
    /// the alphabet.
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
    /// What the list of breached passwords is asked about.
    pub fn breach_digest(&self) -> BreachDigest {
        BreachDigest::of(&self.0.0)
    }

    /// Refuses a password that the list has.
    pub fn after(self, answer: BreachAnswer) -> Result<NewPassword, Refusal> {
        match answer {
            BreachAnswer::Listed => Err(BREACHED),
            BreachAnswer::NotListed | BreachAnswer::Unavailable => Ok(NewPassword(self.0)),
        }
    }
}

impl NewPassword {
    /// Hashes with argon2id (19 MiB, 2 passes, 1 lane: OWASP's recommendation): tens of milliseconds
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

    /// A hash that no password has. Comparing with it takes as long as with a real one, which hides
    /// that there is none.
    pub fn placeholder() -> Self {
        let salt_and_hash = "bm9ib2R5cyBzYWx0ICE$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        Self(format!("$argon2id$v=19$m=19456,t=2,p=1${salt_and_hash}"))
    }

    /// The PHC string.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the hash of `password`. A stored string that is no hash matches nothing.
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
