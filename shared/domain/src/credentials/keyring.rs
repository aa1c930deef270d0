//! Keys that authenticate what the service gives out and reads again: the tokens of links, and the cookie
//! of a known browser. The secrets of webhooks derive from such keys too.
//!
//! Each purpose has a secret of its own, which only the functions that make or read its tokens can load.
//! A keyring names its purpose in its type, so a key of one purpose cannot read a token of another.

use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::token::{LinkToken, TokenInvalid};

/// What the tokens of a keyring are for.
pub trait KeyPurpose {
    /// The `info` of HKDF (RFC 5869). It differs for each purpose, so even the same secret stored for two
    /// purposes gives different keys.
    const INFO: &'static [u8];
}

/// The links of invitations. `mailer` makes them and `confirm` reads them.
#[derive(Clone, Copy, Debug)]
pub enum InvitationLinks {}

/// The links of password emails. `mailer` makes them and `session` reads them.
#[derive(Clone, Copy, Debug)]
pub enum PasswordLinks {}

/// The links to temporary access. `temporary-access` makes and reads them.
#[derive(Clone, Copy, Debug)]
pub enum AccessLinks {}

/// The cookies of browsers that signed in before. `session` and `confirm` make and read them.
#[derive(Clone, Copy, Debug)]
pub enum KnownBrowsers {}

/// The secrets of webhooks. `users` shows them once, and `webhooks` signs with them.
#[derive(Clone, Copy, Debug)]
pub enum WebhookSecrets {}

/// The terms that an invited person accepts. `confirm` makes and reads them, with the keys of
/// [`InvitationLinks`].
#[derive(Clone, Copy, Debug)]
pub(super) enum InvitationTerms {}

impl KeyPurpose for InvitationTerms {
    const INFO: &'static [u8] = b"autoscribe-access/invitation-terms/1";
}

impl KeyPurpose for InvitationLinks {
    const INFO: &'static [u8] = b"autoscribe-access/invitation-link/1";
}

impl KeyPurpose for PasswordLinks {
    const INFO: &'static [u8] = b"autoscribe-access/password-reset-link/1";
}

impl KeyPurpose for AccessLinks {
    const INFO: &'static [u8] = b"autoscribe-access/access-link/1";
}

impl KeyPurpose for KnownBrowsers {
    const INFO: &'static [u8] = b"autoscribe-access/known-browser/1";
}

impl KeyPurpose for WebhookSecrets {
    const INFO: &'static [u8] = b"autoscribe-access/webhook-secret/1";
}

/// One key of a keyring.
pub struct TokenKey {
    /// The number of the key. Every token carries it, so tokens of an older key stay valid after a
    /// rotation.
    pub kid: u8,
    /// At least 32 random bytes.
    pub secret: Vec<u8>,
}

/// The keys of one purpose. The newest one makes tokens, and every one reads them.
pub struct Keyring<P> {
    /// A function replaces the keys while it runs, after its secret was rotated.
    keys: RwLock<Arc<TokenKeys>>,
    /// Whether a token named a key that is not here.
    outdated: AtomicBool,
    purpose: PhantomData<fn() -> P>,
}

struct TokenKeys {
    newest: TokenKey,
    older: Vec<TokenKey>,
}

/// The length of a MAC, in bytes.
pub(super) const MAC: usize = 32;

impl<P: KeyPurpose> Keyring<P> {
    /// Makes tokens with `newest`, and also reads tokens of the `older` keys.
    pub fn new(newest: TokenKey, older: Vec<TokenKey>) -> Self {
        let keys = RwLock::new(Arc::new(TokenKeys { newest, older }));
        Self { keys, outdated: AtomicBool::new(false), purpose: PhantomData }
    }

    /// Replaces the keys with those of another keyring.
    pub fn replace(&self, with: &Self) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = with.keys();
    }

    /// Whether a token named an unknown key since the last call. Another process may have newer keys.
    pub fn take_outdated(&self) -> bool {
        self.outdated.swap(false, Ordering::Relaxed)
    }

    fn keys(&self) -> Arc<TokenKeys> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Appends a MAC to the kid and `body`.
    pub(super) fn seal(&self, body: &[u8]) -> LinkToken {
        let TokenKeys { newest, .. } = &*self.keys();
        let mut bytes = Vec::with_capacity(1 + body.len() + MAC);
        bytes.push(newest.kid);
        bytes.extend(body);
        let mac = newest.mac::<P>(&bytes).finalize().into_bytes();
        bytes.extend(mac);
        LinkToken::new(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Returns the body of a token. Compares the MAC in constant time.
    pub(super) fn open<const N: usize>(&self, text: &str) -> Result<[u8; N], TokenInvalid> {
        let (sealed, mac) = split::<N>(text)?;
        let keys = self.keys();
        let Some(key) = keys.find(sealed[0]) else {
            self.outdated.store(true, Ordering::Relaxed);
            return Err(TokenInvalid);
        };
        key.mac::<P>(&sealed).verify_slice(&mac).map_err(|_| TokenInvalid)?;
        part(&sealed, 1)
    }

    /// The number of the newest key.
    pub fn newest_kid(&self) -> u8 {
        self.keys().newest.kid
    }

    /// Derives a secret with the key of this number. `None` if the key is gone.
    pub(super) fn derive(&self, kid: u8, body: &[u8]) -> Option<[u8; MAC]> {
        let keys = self.keys();
        let Some(key) = keys.find(kid) else {
            self.outdated.store(true, Ordering::Relaxed);
            return None;
        };
        Some(key.mac::<P>(body).finalize().into_bytes().into())
    }

    /// Digests `body`, which stays hidden, for another purpose with the same keys.
    pub(super) fn digest<Q: KeyPurpose>(&self, body: &[u8]) -> String {
        let TokenKeys { newest, .. } = &*self.keys();
        let mac = newest.mac::<Q>(body).finalize().into_bytes();
        URL_SAFE_NO_PAD.encode([&[newest.kid], &mac[..]].concat())
    }

    /// Whether `text` is a digest of `body`. Compares the MAC in constant time.
    pub(super) fn is_digest<Q: KeyPurpose>(&self, text: &str, body: &[u8]) -> bool {
        let Ok((kid, mac)) = split::<0>(text) else {
            return false;
        };
        let keys = self.keys();
        let key = keys.find(kid[0]);
        key.is_some_and(|key| key.mac::<Q>(body).verify_slice(&mac).is_ok())
    }
}

impl TokenKeys {
    fn find(&self, kid: u8) -> Option<&TokenKey> {
        std::iter::once(&self.newest).chain(&self.older).find(|key| key.kid == kid)
    }
}

impl TokenKey {
    fn mac<P: KeyPurpose>(&self, body: &[u8]) -> Hmac<Sha256> {
        let mut subkey = [0; 64];
        // 64 bytes, the block size of HMAC-SHA256, are far below HKDF's limit of 255 blocks.
        let expanded = Hkdf::<Sha256>::new(None, &self.secret).expand(P::INFO, &mut subkey);
        debug_assert!(expanded.is_ok());
        let mut mac = Hmac::<Sha256>::new(&subkey.into());
        mac.update(body);
        mac
    }
}

impl<P> fmt::Debug for Keyring<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyring(redacted)")
    }
}

/// Splits a token into the kid with a body of `N` bytes, and the MAC. Refuses any other length.
pub(super) fn split<const N: usize>(text: &str) -> Result<(Vec<u8>, Vec<u8>), TokenInvalid> {
    let mut sealed = URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenInvalid)?;
    if sealed.len() != 1 + N + MAC {
        return Err(TokenInvalid);
    }
    let mac = sealed.split_off(1 + N);
    Ok((sealed, mac))
}

/// Takes `N` bytes out of a body.
pub(super) fn part<const N: usize>(bytes: &[u8], from: usize) -> Result<[u8; N], TokenInvalid> {
    let part = bytes.get(from..from + N).ok_or(TokenInvalid)?;
    part.try_into().map_err(|_| TokenInvalid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keyring<P: KeyPurpose>(kid: u8) -> Keyring<P> {
        Keyring::new(TokenKey { kid, secret: vec![7; 32] }, vec![])
    }

    proptest! {
        #[test]
        fn a_body_sealed_for_one_purpose_is_invalid_for_another(body in any::<[u8; 16]>()) {
            // The worst case: the same secret and the same body for every purpose.
            let opens = |text: &str| {
                [
                    keyring::<InvitationLinks>(1).open::<16>(text).is_ok(),
                    keyring::<PasswordLinks>(1).open::<16>(text).is_ok(),
                    keyring::<AccessLinks>(1).open::<16>(text).is_ok(),
                    keyring::<KnownBrowsers>(1).open::<16>(text).is_ok(),
                    keyring::<WebhookSecrets>(1).open::<16>(text).is_ok(),
                ]
            };
            let sealed = [
                keyring::<InvitationLinks>(1).seal(&body),
                keyring::<PasswordLinks>(1).seal(&body),
                keyring::<AccessLinks>(1).seal(&body),
                keyring::<KnownBrowsers>(1).seal(&body),
                keyring::<WebhookSecrets>(1).seal(&body),
            ];
            for (at, token) in sealed.iter().enumerate() {
                let expected: [bool; 5] = std::array::from_fn(|purpose| purpose == at);
                prop_assert_eq!(opens(token.reveal()), expected);
            }
        }
    }

    #[test]
    fn a_token_of_another_secret_is_invalid() {
        let other = TokenKey { kid: 1, secret: vec![8; 32] };
        let token = keyring::<PasswordLinks>(1).seal(&[5; 16]);
        let other = Keyring::<PasswordLinks>::new(other, vec![]);
        assert_eq!(other.open::<16>(token.reveal()), Err(TokenInvalid));
    }

    #[test]
    fn replaced_keys_are_used_at_once() {
        let (running, rotated) = (keyring::<AccessLinks>(1), keyring::<AccessLinks>(2));
        let old = running.seal(&[5; 16]);
        running.replace(&rotated);
        assert!(!running.take_outdated());
        assert_eq!(running.open::<16>(old.reveal()), Err(TokenInvalid), "kid 1 was removed");
        assert!(running.take_outdated(), "another process may know kid 1");
        assert!(!running.take_outdated(), "only once");
        assert!(rotated.open::<16>(running.seal(&[5; 16]).reveal()).is_ok());
    }

    #[test]
    fn debug_shows_no_key() {
        assert_eq!(format!("{:?}", keyring::<AccessLinks>(1)), "Keyring(redacted)");
    }
}
