//! Links. A mailed token is derived, never stored: the table and the stream hold nothing that
//! opens a door, a retry mails the same link, and a resend (next generation) kills the old one.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::ids::{ClinicId, InvitationId};

/// One root key. Subkeys for each purpose follow from it by HKDF (RFC 5869).
pub struct RootKey {
    /// Its number, carried in every token, so that a new key can be used while links made with
    /// the one before still work.
    pub kid: u8,
    /// At least 32 bytes from a good source.
    pub secret: Vec<u8>,
}

/// The root keys: the newest makes tokens, all read them.
pub struct Keyring {
    newest: RootKey,
    older: Vec<RootKey>,
}

/// A link's token. Whoever has it can act as the person invited: no Display, redacting Debug.
#[derive(Clone)]
pub struct LinkToken(String);

/// What a token of an invitation says, once its MAC has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvitationLink {
    /// The clinic.
    pub clinic: ClinicId,
    /// The invitation.
    pub invitation: InvitationId,
    /// Valid only while the invitation has this generation.
    pub generation: u32,
}

/// The token was not made here, or not for this purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown token")]
pub struct TokenInvalid;

const INVITATION: &[u8] = b"autoscribe-access/invitation-link/1";
/// kid, clinic, invitation, generation.
const BODY: usize = 1 + 16 + 16 + 4;
const MAC: usize = 32;

impl Keyring {
    /// A keyring that makes tokens with `newest` and still reads those of `older`.
    pub fn new(newest: RootKey, older: Vec<RootKey>) -> Self {
        Self { newest, older }
    }

    /// The token for an invitation's link.
    pub fn invitation_token(&self, link: &InvitationLink) -> LinkToken {
        let mut bytes = Vec::with_capacity(BODY + MAC);
        bytes.push(self.newest.kid);
        bytes.extend(link.clinic.bytes());
        bytes.extend(link.invitation.bytes());
        bytes.extend(link.generation.to_be_bytes());
        let mac = self.newest.mac(INVITATION, &bytes).finalize().into_bytes();
        bytes.extend(mac);
        LinkToken(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads the token of an invitation's link; the MAC is compared in constant time.
    pub fn read_invitation_token(&self, text: &str) -> Result<InvitationLink, TokenInvalid> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenInvalid)?;
        let bytes: [u8; BODY + MAC] = bytes.try_into().map_err(|_| TokenInvalid)?;
        let (body, mac) = bytes.split_at(BODY);
        let key = self.key(body[0]).ok_or(TokenInvalid)?;
        key.mac(INVITATION, body)
            .verify_slice(mac)
            .map_err(|_| TokenInvalid)?;
        let part = |from: usize| -> Result<[u8; 16], TokenInvalid> {
            body[from..from + 16].try_into().map_err(|_| TokenInvalid)
        };
        Ok(InvitationLink {
            clinic: ClinicId::from_bytes(part(1)?),
            invitation: InvitationId::from_bytes(part(17)?),
            generation: u32::from_be_bytes(body[33..].try_into().map_err(|_| TokenInvalid)?),
        })
    }

    fn key(&self, kid: u8) -> Option<&RootKey> {
        std::iter::once(&self.newest)
            .chain(&self.older)
            .find(|key| key.kid == kid)
    }
}

impl RootKey {
    fn mac(&self, purpose: &[u8], body: &[u8]) -> Hmac<Sha256> {
        let mut subkey = [0; 64];
        // 64 bytes, HMAC-SHA256's block size, are far below HKDF's limit of 255 blocks.
        let expanded = Hkdf::<Sha256>::new(None, &self.secret).expand(purpose, &mut subkey);
        debug_assert!(expanded.is_ok());
        let mut mac = Hmac::<Sha256>::new(&subkey.into());
        mac.update(body);
        mac
    }
}

impl LinkToken {
    /// The token itself, for the link in a mail.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for LinkToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkToken(redacted)")
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyring(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(kid: u8) -> RootKey {
        RootKey {
            kid,
            secret: vec![kid; 32],
        }
    }

    fn link(clinic: [u8; 16], invitation: [u8; 16], generation: u32) -> InvitationLink {
        InvitationLink {
            clinic: ClinicId::from_bytes(clinic),
            invitation: InvitationId::from_bytes(invitation),
            generation,
        }
    }

    proptest! {
        #[test]
        fn a_token_says_what_it_was_made_for(c in any::<[u8; 16]>(), i in any::<[u8; 16]>(), g in any::<u32>()) {
            let keyring = Keyring::new(key(1), vec![]);
            let token = keyring.invitation_token(&link(c, i, g));
            prop_assert_eq!(keyring.read_invitation_token(token.reveal()), Ok(link(c, i, g)));
        }

        #[test]
        fn a_tampered_or_truncated_token_is_unknown(at in 0_usize..92, with in "[A-Za-z0-9_-]") {
            let keyring = Keyring::new(key(1), vec![]);
            let token = keyring.invitation_token(&link([3; 16], [4; 16], 1));
            let mut text = token.reveal().to_owned();
            prop_assert_eq!(text.len(), 92);
            prop_assert!(keyring.read_invitation_token(&text[..at]).is_err());
            prop_assume!(text[at..=at] != with);
            text.replace_range(at..=at, &with);
            prop_assert!(keyring.read_invitation_token(&text).is_err());
        }

        #[test]
        fn reading_never_panics(text in any::<String>()) {
            prop_assert!(Keyring::new(key(1), vec![]).read_invitation_token(&text).is_err());
        }
    }

    #[test]
    fn the_same_link_is_derived_again_and_the_next_generation_differs() {
        let keyring = Keyring::new(key(1), vec![]);
        let token = |generation| {
            keyring
                .invitation_token(&link([3; 16], [4; 16], generation))
                .reveal()
                .to_owned()
        };
        assert_eq!(token(1), token(1));
        assert_ne!(token(1), token(2));
    }

    #[test]
    fn a_new_root_key_reads_the_links_of_the_one_before() {
        let old = Keyring::new(key(1), vec![]).invitation_token(&link([3; 16], [4; 16], 1));
        let rotated = Keyring::new(key(2), vec![key(1)]);
        assert!(rotated.read_invitation_token(old.reveal()).is_ok());
        assert!(
            Keyring::new(key(2), vec![])
                .read_invitation_token(old.reveal())
                .is_err()
        );
    }

    #[test]
    fn debug_shows_no_token() {
        let token = Keyring::new(key(1), vec![]).invitation_token(&link([3; 16], [4; 16], 1));
        assert!(!format!("{token:?}").contains(token.reveal()));
    }
}
