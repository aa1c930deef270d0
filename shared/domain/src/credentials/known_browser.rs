//! The cookie of a browser in which an address signed in before.
//!
//! Attempts from such a browser have a limit of their own, so other people's wrong passwords do not lock
//! its owner out. The cookie signs nobody in.

use std::fmt;
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::credentials::keyring::{Keyring, KnownBrowsers, part};
use crate::credentials::token::{LinkToken, TokenInvalid};
use crate::entropy::{Entropy, random};
use crate::person::email::Email;
use crate::time::Timestamp;

/// How long a browser stays known after the last sign-in: 180 days.
pub const KNOWN_BROWSER_DAYS: u32 = 180;

/// The random id of a browser in which an address signed in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BrowserId([u8; ID]);

/// Bytes of an id.
const ID: usize = 16;
/// Bytes of the digest of an address and its epoch.
const ADDRESS: usize = 16;
/// Bytes of the time of issue.
const TIME: usize = 8;

impl BrowserId {
    /// Makes a random id.
    pub fn new(entropy: &dyn Entropy) -> Self {
        Self(random(entropy))
    }

    /// The id with these bytes.
    pub fn from_bytes(bytes: [u8; ID]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for BrowserId {
    /// Writes 32 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for BrowserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BrowserId(redacted)")
    }
}

impl Keyring<KnownBrowsers> {
    /// The value of the cookie that makes a browser known for an address and its password.
    pub fn known_browser_cookie(
        &self,
        browser: BrowserId,
        password: PasswordOf<'_>,
        now: Timestamp,
    ) -> LinkToken {
        let issued = now.millis().to_be_bytes();
        self.seal(&[&browser.0[..], &password.digest(), &issued].concat())
    }

    /// Reads the value of a cookie. It is invalid for another address, for the next password, and 180 days
    /// after its issue.
    pub fn read_known_browser_cookie(
        &self,
        text: &str,
        password: PasswordOf<'_>,
        now: Timestamp,
    ) -> Result<BrowserId, TokenInvalid> {
        let body: [u8; ID + ADDRESS + TIME] = self.open(text)?;
        let issued = i64::from_be_bytes(part(&body, ID + ADDRESS)?);
        let issued = Timestamp::from_millis(issued).map_err(|_| TokenInvalid)?;
        let valid = Duration::from_hours(u64::from(KNOWN_BROWSER_DAYS) * 24);
        let same_address = part::<ADDRESS>(&body, ID)? == password.digest();
        if same_address && now.since(issued) < valid {
            Ok(BrowserId(part(&body, 0)?))
        } else {
            Err(TokenInvalid)
        }
    }
}

/// A password, by its account's address and the epoch that counts the account's passwords.
#[derive(Clone, Copy, Debug)]
pub struct PasswordOf<'a> {
    /// The address.
    pub email: &'a Email,
    /// The epoch.
    pub epoch: u32,
}

impl PasswordOf<'_> {
    /// The start of a SHA-256, so that the cookie does not show the address.
    fn digest(self) -> [u8; ADDRESS] {
        let mut digest = Sha256::new();
        digest.update(self.epoch.to_be_bytes());
        digest.update(self.email.normalized());
        let digest = digest.finalize();
        std::array::from_fn(|at| digest[at])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::keyring::TokenKey;
    use proptest::prelude::*;

    fn keyring(kid: u8) -> Keyring<KnownBrowsers> {
        Keyring::new(TokenKey { kid, secret: vec![kid; 32] }, vec![])
    }

    fn email(text: &str) -> Email {
        Email::parse(text).unwrap()
    }

    fn first(email: &Email) -> PasswordOf<'_> {
        PasswordOf { email, epoch: 0 }
    }

    proptest! {
        #[test]
        fn a_cookie_reads_back_for_its_address(id in any::<[u8; 16]>(), millis in 0_i64..4_000_000_000_000) {
            let (keys, now) = (keyring(1), Timestamp::from_millis(millis).unwrap());
            let cookie = keys.known_browser_cookie(BrowserId(id), first(&email("Ada@clinic.example")), now);
            let read = |address| keys.read_known_browser_cookie(cookie.reveal(), first(&email(address)), now);
            prop_assert_eq!(read("ada@clinic.example"), Ok(BrowserId(id)));
            prop_assert_eq!(read("grace@clinic.example"), Err(TokenInvalid));
            let next = PasswordOf { email: &email("ada@clinic.example"), epoch: 1 };
            let read = keys.read_known_browser_cookie(cookie.reveal(), next, now);
            prop_assert_eq!(read, Err(TokenInvalid), "the next password");
        }

        #[test]
        fn an_altered_cookie_is_invalid(at in 0_usize..98, with in "[A-Za-z0-9_-]") {
            let (keys, now, ada) = (keyring(1), Timestamp::EPOCH, email("ada@clinic.example"));
            let cookie = keys.known_browser_cookie(BrowserId([3; 16]), first(&ada), now);
            let mut text = cookie.reveal().to_owned();
            prop_assert_eq!(text.len(), 98);
            prop_assume!(text[at..=at] != with);
            text.replace_range(at..=at, &with);
            prop_assert_eq!(keys.read_known_browser_cookie(&text, first(&ada), now), Err(TokenInvalid));
        }

        #[test]
        fn reading_never_panics(text in any::<String>()) {
            let read = keyring(1).read_known_browser_cookie(&text, first(&email("ada@clinic.example")), Timestamp::EPOCH);
            prop_assert_eq!(read, Err(TokenInvalid));
        }
    }

    #[test]
    fn a_cookie_is_valid_for_180_days() {
        let (keys, ada) = (keyring(1), email("ada@clinic.example"));
        let cookie = keys.known_browser_cookie(BrowserId([3; 16]), first(&ada), Timestamp::EPOCH);
        let read = |after| {
            keys.read_known_browser_cookie(
                cookie.reveal(),
                first(&ada),
                Timestamp::EPOCH.plus(after),
            )
        };
        let end = Duration::from_hours(180 * 24);
        assert!(read(end.saturating_sub(Duration::from_millis(1))).is_ok());
        assert_eq!(read(end), Err(TokenInvalid));
    }

    #[test]
    fn a_cookie_of_another_key_is_invalid() {
        let ada = email("ada@clinic.example");
        let cookie =
            keyring(1).known_browser_cookie(BrowserId([3; 16]), first(&ada), Timestamp::EPOCH);
        let read =
            keyring(2).read_known_browser_cookie(cookie.reveal(), first(&ada), Timestamp::EPOCH);
        assert_eq!(read, Err(TokenInvalid));
    }
}
