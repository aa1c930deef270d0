//! Sealed tokens: `kid | body | MAC`, each purpose under a subkey of its own, so that a token of one
//! purpose is never good for another.
//!
//! A mailed token is derived, never stored: the table and the stream hold nothing that opens a
//! door, a retry mails the same link, and a resend (next generation) kills the old one.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::ids::{AccessId, ClinicId, InvitationId, NoticeId, SessionId};

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

/// A sealed token. Whoever has it can do what it is for: no Display, redacting Debug.
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

/// What a token of temporary access says, once its MAC has passed. User, study and mode are what
/// the grant of this id says, and the grant opens once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessLink {
    /// The clinic.
    pub clinic: ClinicId,
    /// The access.
    pub access: AccessId,
}

/// The token was not made here, or not for this purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown token")]
pub struct TokenInvalid;

const INVITATION: &[u8] = b"autoscribe-access/invitation-link/1";
const PASSWORD_RESET: &[u8] = b"autoscribe-access/password-reset-link/1";
const REFRESH: &[u8] = b"autoscribe-access/refresh-token/1";
const ACCESS: &[u8] = b"autoscribe-access/access-link/1";
const MAC: usize = 32;

impl Keyring {
    /// A keyring that makes tokens with `newest` and still reads those of `older`.
    pub fn new(newest: RootKey, older: Vec<RootKey>) -> Self {
        Self { newest, older }
    }

    /// The token for an invitation's link.
    pub fn invitation_token(&self, link: &InvitationLink) -> LinkToken {
        let generation = link.generation.to_be_bytes();
        let body = [&link.clinic.bytes()[..], link.invitation.bytes(), &generation];
        self.seal(INVITATION, &body.concat())
    }

    /// Reads the token of an invitation's link.
    pub fn read_invitation_token(&self, text: &str) -> Result<InvitationLink, TokenInvalid> {
        let body: [u8; 16 + 16 + 4] = self.open(INVITATION, text)?;
        Ok(InvitationLink {
            clinic: ClinicId::from_bytes(part(&body, 0)?),
            invitation: InvitationId::from_bytes(part(&body, 16)?),
            generation: u32::from_be_bytes(part(&body, 32)?),
        })
    }

    /// The token for the link in the mail that lets a person set a new password.
    pub fn password_reset_token(&self, notice: NoticeId) -> LinkToken {
        self.seal(PASSWORD_RESET, notice.bytes())
    }

    /// Reads the token of a password mail's link: which mail it was.
    pub fn read_password_reset_token(&self, text: &str) -> Result<NoticeId, TokenInvalid> {
        let body: [u8; 16] = self.open(PASSWORD_RESET, text)?;
        Ok(NoticeId::from_bytes(body))
    }

    /// A session's refresh token. The MAC tells a token that was once good from one made up, so
    /// that only the reuse of a real one ends the session.
    pub fn refresh_token(&self, session: SessionId, random: &[u8; 32]) -> LinkToken {
        self.seal(REFRESH, &[&session.bytes()[..], random].concat())
    }

    /// Reads a refresh token: whose it is. Whether it is the newest, the session says.
    pub fn read_refresh_token(&self, text: &str) -> Result<SessionId, TokenInvalid> {
        let body: [u8; 48] = self.open(REFRESH, text)?;
        part(&body, 0).map(SessionId::from_bytes)
    }

    /// The token for a link to temporary access.
    pub fn access_token(&self, link: &AccessLink) -> LinkToken {
        let body = [*link.clinic.bytes(), *link.access.bytes()];
        self.seal(ACCESS, &body.concat())
    }

    /// Reads the token of a link to temporary access.
    pub fn read_access_token(&self, text: &str) -> Result<AccessLink, TokenInvalid> {
        AccessLink::from_body(&self.open(ACCESS, text)?)
    }

    /// The kid, `body` and the MAC of both, under the subkey of `purpose`.
    fn seal(&self, purpose: &[u8], body: &[u8]) -> LinkToken {
        let mut bytes = Vec::with_capacity(1 + body.len() + MAC);
        bytes.push(self.newest.kid);
        bytes.extend(body);
        let mac = self.newest.mac(purpose, &bytes).finalize().into_bytes();
        bytes.extend(mac);
        LinkToken(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The body of a token of this purpose; the MAC is compared in constant time.
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
    /// What a token that did not pass claims to be. Proves nothing: for the audit alone, which
    /// wants to know whose link was tampered with.
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

/// Kid and body of `N` bytes, and the MAC, of a token of exactly that length.
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
        // 64 bytes, HMAC-SHA256's block size, are far below HKDF's limit of 255 blocks.
        let expanded = Hkdf::<Sha256>::new(None, &self.secret).expand(purpose, &mut subkey);
        debug_assert!(expanded.is_ok());
        let mut mac = Hmac::<Sha256>::new(&subkey.into());
        mac.update(body);
        mac
    }
}

impl LinkToken {
    /// The token itself, for a link or cookie.
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
        fn an_access_token_says_what_it_was_made_for(c in any::<[u8; 16]>(), a in any::<[u8; 16]>()) {
            let keyring = Keyring::new(key(1), vec![]);
            let token = keyring.access_token(&access(c, a));
            prop_assert_eq!(keyring.read_access_token(token.reveal()), Ok(access(c, a)));
            prop_assert_eq!(AccessLink::read_unverified(token.reveal()), Some(access(c, a)));
        }

        #[test]
        fn a_tampered_or_truncated_access_token_is_unknown(at in 0_usize..87, with in "[A-Za-z0-9_-]") {
            let keyring = Keyring::new(key(1), vec![]);
            let mut text = keyring.access_token(&access([3; 16], [4; 16])).reveal().to_owned();
            prop_assert_eq!(text.len(), 87);
            prop_assert!(keyring.read_access_token(&text[..at]).is_err());
            prop_assume!(text[at..=at] != with);
            text.replace_range(at..=at, &with);
            prop_assert!(keyring.read_access_token(&text).is_err());
        }

        #[test]
        fn a_token_of_one_purpose_is_good_for_no_other(body in any::<[u8; 32]>(), longer in any::<[u8; 36]>()) {
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
    fn the_same_link_is_derived_again_and_the_next_generation_differs() {
        let keyring = Keyring::new(key(1), vec![]);
        let token = |generation| {
            keyring.invitation_token(&link([3; 16], [4; 16], generation)).reveal().to_owned()
        };
        assert_eq!(token(1), token(1));
        assert_ne!(token(1), token(2));
    }

    #[test]
    fn a_new_root_key_reads_the_links_of_the_one_before() {
        let old = Keyring::new(key(1), vec![]).invitation_token(&link([3; 16], [4; 16], 1));
        let rotated = Keyring::new(key(2), vec![key(1)]);
        assert!(rotated.read_invitation_token(old.reveal()).is_ok());
        assert!(Keyring::new(key(2), vec![]).read_invitation_token(old.reveal()).is_err());
    }

    #[test]
    fn a_token_of_one_purpose_is_never_good_for_another() {
        let keyring = Keyring::new(key(1), vec![]);
        let invitation = keyring.invitation_token(&link([3; 16], [4; 16], 1));
        let reset = keyring.password_reset_token(NoticeId::from_bytes([5; 16]));
        let refresh = keyring.refresh_token(SessionId::from_bytes([6; 16]), &[7; 32]);
        for (token, reads) in [
            (&invitation, [true, false, false]),
            (&reset, [false, true, false]),
            (&refresh, [false, false, true]),
        ] {
            let text = token.reveal();
            assert_eq!(keyring.read_invitation_token(text).is_ok(), reads[0]);
            assert_eq!(keyring.read_password_reset_token(text).is_ok(), reads[1]);
            assert_eq!(keyring.read_refresh_token(text).is_ok(), reads[2]);
        }
        // Bodies of one length as well: the subkeys differ.
        let same: [u8; 16] = [5; 16];
        assert!(keyring.open::<16>(REFRESH, reset.reveal()).is_err());
        assert_eq!(keyring.open::<16>(PASSWORD_RESET, reset.reveal()), Ok(same));
    }

    #[test]
    fn debug_shows_no_token() {
        let token = Keyring::new(key(1), vec![]).invitation_token(&link([3; 16], [4; 16], 1));
        assert!(!format!("{token:?}").contains(token.reveal()));
    }
}
