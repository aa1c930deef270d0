//! Link tokens: `kid | body | MAC`. Each purpose has its own subkey, so a token for one
//! purpose never works for another.
//!
//! The token of an emailed link is derived, never stored, so the table and the stream hold nothing that
//! opens a link. A retry sends the same link. A resend raises the generation, so the old link stops
//! working.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::ids::{AccessId, ClinicId, InvitationId, NoticeId};

/// A root key. HKDF (RFC 5869) derives a subkey for each purpose.
pub struct RootKey {
    /// The number of the key. Every token carries it, so links from an older key keep working after a
    /// rotation.
    pub kid: u8,
    /// At least 32 random bytes.
    pub secret: Vec<u8>,
}

/// The root keys. The newest one issues tokens, and every one reads them.
pub struct Keyring {
    newest: RootKey,
    older: Vec<RootKey>,
}

/// A token. Its holder can use it, so it has no Display and a redacting Debug.
#[derive(Clone)]
pub struct LinkToken(String);

/// The content of an invitation token whose MAC is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvitationLink {
    /// The clinic.
    pub clinic: ClinicId,
    /// The invitation.
    pub invitation: InvitationId,
    /// The generation of the link. It works only while the invitation has the same generation.
    pub generation: u32,
}

/// The content of an access token whose MAC is valid. The grant with this id holds the user, the study
/// and the mode. It opens once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessLink {
    /// The clinic.
    pub clinic: ClinicId,
    /// The access.
    pub access: AccessId,
}

/// The token was not issued by this service, or not for this purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown token")]
pub struct TokenInvalid;

const INVITATION: &[u8] = b"autoscribe-access/invitation-link/1";
const PASSWORD_RESET: &[u8] = b"autoscribe-access/password-reset-link/1";
const ACCESS: &[u8] = b"autoscribe-access/access-link/1";
const MAC: usize = 32;

impl Keyring {
    /// Issues tokens with `newest`, and also reads tokens of the `older` keys.
    pub fn new(newest: RootKey, older: Vec<RootKey>) -> Self {
        Self { newest, older }
    }

    /// The token in the link of an invitation.
    pub fn invitation_token(&self, link: &InvitationLink) -> LinkToken {
        let generation = link.generation.to_be_bytes();
        let body = [&link.clinic.bytes()[..], link.invitation.bytes(), &generation];
        self.seal(INVITATION, &body.concat())
    }

    /// Reads the token in the link of an invitation.
    pub fn read_invitation_token(&self, text: &str) -> Result<InvitationLink, TokenInvalid> {
        let body: [u8; 16 + 16 + 4] = self.open(INVITATION, text)?;
        Ok(InvitationLink {
            clinic: ClinicId::from_bytes(part(&body, 0)?),
            invitation: InvitationId::from_bytes(part(&body, 16)?),
            generation: u32::from_be_bytes(part(&body, 32)?),
        })
    }

    /// The token in the link of a password email.
    pub fn password_reset_token(&self, notice: NoticeId) -> LinkToken {
        self.seal(PASSWORD_RESET, notice.bytes())
    }

    /// Reads the token in the link of a password email. Returns the id of the email.
    pub fn read_password_reset_token(&self, text: &str) -> Result<NoticeId, TokenInvalid> {
        let body: [u8; 16] = self.open(PASSWORD_RESET, text)?;
        Ok(NoticeId::from_bytes(body))
    }

    /// The token in a link to temporary access.
    pub fn access_token(&self, link: &AccessLink) -> LinkToken {
        let body = [*link.clinic.bytes(), *link.access.bytes()];
        self.seal(ACCESS, &body.concat())
    }

    /// Reads the token in a link to temporary access.
    pub fn read_access_token(&self, text: &str) -> Result<AccessLink, TokenInvalid> {
        AccessLink::from_body(&self.open(ACCESS, text)?)
    }

    /// Appends a MAC to the kid and `body`, with the subkey of `purpose`.
    fn seal(&self, purpose: &[u8], body: &[u8]) -> LinkToken {
        let mut bytes = Vec::with_capacity(1 + body.len() + MAC);
        bytes.push(self.newest.kid);
        bytes.extend(body);
        let mac = self.newest.mac(purpose, &bytes).finalize().into_bytes();
        bytes.extend(mac);
        LinkToken(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Returns the body of a token for `purpose`. Compares the MAC in constant time.
    fn open<const N: usize>(&self, purpose: &[u8], text: &str) -> Result<[u8; N], TokenInvalid> {
        let (sealed, mac) = split::<N>(text)?;
        let key = self.key(sealed[0]).ok_or(TokenInvalid)?;
        key.mac(purpose, &sealed).verify_slice(&mac).map_err(|_| TokenInvalid)?;
        part(&sealed, 1)
    }

    fn key(&self, kid: u8) -> Option<&RootKey> {
        std::iter::once(&self.newest).chain(&self.older).find(|key| key.kid == kid)
    }
}

impl AccessLink {
    /// Reads a token without verifying it. Only for the audit record of a forged token, which names the
    /// link. It proves nothing.
    pub fn read_unverified(text: &str) -> Option<Self> {
        let (sealed, _) = split::<32>(text).ok()?;
        Self::from_body(&part(&sealed, 1).ok()?).ok()
    }

    fn from_body(body: &[u8; 32]) -> Result<Self, TokenInvalid> {
        Ok(Self {
            clinic: ClinicId::from_bytes(part(body, 0)?),
            access: AccessId::from_bytes(part(body, 16)?),
        })
    }
}

/// Splits a token into the kid with a body of `N` bytes, and the MAC. Refuses any other length.
fn split<const N: usize>(text: &str) -> Result<(Vec<u8>, Vec<u8>), TokenInvalid> {
    let mut sealed = URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenInvalid)?;
    if sealed.len() != 1 + N + MAC {
        return Err(TokenInvalid);
    }
    let mac = sealed.split_off(1 + N);
    Ok((sealed, mac))
}

fn part<const N: usize>(bytes: &[u8], from: usize) -> Result<[u8; N], TokenInvalid> {
    let part = bytes.get(from..from + N).ok_or(TokenInvalid)?;
    part.try_into().map_err(|_| TokenInvalid)
}

impl RootKey {
    fn mac(&self, purpose: &[u8], body: &[u8]) -> Hmac<Sha256> {
        let mut subkey = [0; 64];
        // 64 bytes, the block size of HMAC-SHA256, are far below HKDF's limit of 255 blocks.
        let expanded = Hkdf::<Sha256>::new(None, &self.secret).expand(purpose, &mut subkey);
        debug_assert!(expanded.is_ok());
        let mut mac = Hmac::<Sha256>::new(&subkey.into());
        mac.update(body);
        mac
    }
}

impl LinkToken {
    /// The token in plain text, for a link.
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
        RootKey { kid, secret: vec![kid; 32] }
    }

    fn link(clinic: [u8; 16], invitation: [u8; 16], generation: u32) -> InvitationLink {
        InvitationLink {
            clinic: ClinicId::from_bytes(clinic),
            invitation: InvitationId::from_bytes(invitation),
            generation,
        }
    }

    fn access(clinic: [u8; 16], access: [u8; 16]) -> AccessLink {
        AccessLink { clinic: ClinicId::from_bytes(clinic), access: AccessId::from_bytes(access) }
    }

    proptest! {
        #[test]
        fn an_invitation_token_reads_back(c in any::<[u8; 16]>(), i in any::<[u8; 16]>(), g in any::<u32>()) {
            let keyring = Keyring::new(key(1), vec![]);
            let token = keyring.invitation_token(&link(c, i, g));
            prop_assert_eq!(keyring.read_invitation_token(token.reveal()), Ok(link(c, i, g)));
        }

        #[test]
        fn an_altered_or_truncated_token_is_invalid(at in 0_usize..92, with in "[A-Za-z0-9_-]") {
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
        fn an_access_token_reads_back(c in any::<[u8; 16]>(), a in any::<[u8; 16]>()) {
            let keyring = Keyring::new(key(1), vec![]);
            let token = keyring.access_token(&access(c, a));
            prop_assert_eq!(keyring.read_access_token(token.reveal()), Ok(access(c, a)));
            prop_assert_eq!(AccessLink::read_unverified(token.reveal()), Some(access(c, a)));
        }

        #[test]
        fn an_altered_or_truncated_access_token_is_invalid(at in 0_usize..87, with in "[A-Za-z0-9_-]") {
            let keyring = Keyring::new(key(1), vec![]);
            let mut text = keyring.access_token(&access([3; 16], [4; 16])).reveal().to_owned();
            prop_assert_eq!(text.len(), 87);
            prop_assert!(keyring.read_access_token(&text[..at]).is_err());
            prop_assume!(text[at..=at] != with);
            text.replace_range(at..=at, &with);
            prop_assert!(keyring.read_access_token(&text).is_err());
        }

        #[test]
        fn a_body_sealed_for_one_purpose_is_invalid_for_another(body in any::<[u8; 32]>(), longer in any::<[u8; 36]>()) {
            let keyring = Keyring::new(key(1), vec![]);
            let of = |purpose, body: &[u8]| keyring.seal(purpose, body).reveal().to_owned();
            prop_assert!(keyring.read_access_token(&of(ACCESS, &body)).is_ok());
            prop_assert!(keyring.read_access_token(&of(INVITATION, &body)).is_err());
            prop_assert!(keyring.read_access_token(&of(INVITATION, &longer)).is_err());
            prop_assert!(keyring.read_invitation_token(&of(INVITATION, &longer)).is_ok());
            prop_assert!(keyring.read_invitation_token(&of(ACCESS, &longer)).is_err());
            prop_assert!(keyring.read_invitation_token(&of(ACCESS, &body)).is_err());
        }

        #[test]
        fn reading_never_panics(text in any::<String>()) {
            let keyring = Keyring::new(key(1), vec![]);
            prop_assert!(keyring.read_invitation_token(&text).is_err());
            prop_assert!(keyring.read_access_token(&text).is_err());
            prop_assert_eq!(AccessLink::read_unverified(&text), None);
        }
    }

    #[test]
    fn a_link_is_derived_again_unchanged_until_its_generation_changes() {
        let keyring = Keyring::new(key(1), vec![]);
        let token = |generation| {
            keyring.invitation_token(&link([3; 16], [4; 16], generation)).reveal().to_owned()
        };
        assert_eq!(token(1), token(1));
        assert_ne!(token(1), token(2));
    }

    #[test]
    fn a_rotated_keyring_reads_links_of_the_older_key() {
        let old = Keyring::new(key(1), vec![]).invitation_token(&link([3; 16], [4; 16], 1));
        let rotated = Keyring::new(key(2), vec![key(1)]);
        assert!(rotated.read_invitation_token(old.reveal()).is_ok());
        assert!(Keyring::new(key(2), vec![]).read_invitation_token(old.reveal()).is_err());
    }

    #[test]
    fn a_token_for_one_purpose_is_invalid_for_another() {
        let keyring = Keyring::new(key(1), vec![]);
        let invitation = keyring.invitation_token(&link([3; 16], [4; 16], 1));
        let reset = keyring.password_reset_token(NoticeId::from_bytes([5; 16]));
        let access = keyring.access_token(&access([6; 16], [7; 16]));
        for (token, reads) in [
            (&invitation, [true, false, false]),
            (&reset, [false, true, false]),
            (&access, [false, false, true]),
        ] {
            let text = token.reveal();
            assert_eq!(keyring.read_invitation_token(text).is_ok(), reads[0]);
            assert_eq!(keyring.read_password_reset_token(text).is_ok(), reads[1]);
            assert_eq!(keyring.read_access_token(text).is_ok(), reads[2]);
        }
        // A body of the same length does not help, because the subkeys differ.
        let same: [u8; 16] = [5; 16];
        assert!(keyring.open::<16>(ACCESS, reset.reveal()).is_err());
        assert_eq!(keyring.open::<16>(PASSWORD_RESET, reset.reveal()), Ok(same));
    }

    #[test]
    fn debug_shows_no_token() {
        let token = Keyring::new(key(1), vec![]).invitation_token(&link([3; 16], [4; 16], 1));
        assert!(!format!("{token:?}").contains(token.reveal()));
    }
}
