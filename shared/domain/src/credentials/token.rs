//! Tokens of links: `kid | body | MAC`.
//!
//! The token of an emailed link is derived, never stored, so the table and the stream hold nothing that
//! opens a link. A retry sends the same link. A resend raises the generation, so the old link stops
//! working.

use std::fmt;

use super::keyring::{AccessLinks, InvitationLinks, Keyring, PasswordLinks, part, split};
use crate::ids::{AccessId, ClinicId, InvitationId, NoticeId};

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

impl Keyring<InvitationLinks> {
    /// The token in the link of an invitation.
    pub fn invitation_token(&self, link: &InvitationLink) -> LinkToken {
        let generation = link.generation.to_be_bytes();
        let body = [&link.clinic.bytes()[..], link.invitation.bytes(), &generation];
        self.seal(&body.concat())
    }

    /// Reads the token in the link of an invitation.
    pub fn read_invitation_token(&self, text: &str) -> Result<InvitationLink, TokenInvalid> {
        let body: [u8; 16 + 16 + 4] = self.open(text)?;
        Ok(InvitationLink {
            clinic: ClinicId::from_bytes(part(&body, 0)?),
            invitation: InvitationId::from_bytes(part(&body, 16)?),
            generation: u32::from_be_bytes(part(&body, 32)?),
        })
    }
}

impl Keyring<PasswordLinks> {
    /// The token in the link of a password email.
    pub fn password_reset_token(&self, notice: NoticeId) -> LinkToken {
        self.seal(notice.bytes())
    }

    /// Reads the token in the link of a password email. Returns the id of the email.
    pub fn read_password_reset_token(&self, text: &str) -> Result<NoticeId, TokenInvalid> {
        Ok(NoticeId::from_bytes(self.open(text)?))
    }
}

impl Keyring<AccessLinks> {
    /// The token in a link to temporary access.
    pub fn access_token(&self, link: &AccessLink) -> LinkToken {
        let body = [*link.clinic.bytes(), *link.access.bytes()];
        self.seal(&body.concat())
    }

    /// Reads the token in a link to temporary access.
    pub fn read_access_token(&self, text: &str) -> Result<AccessLink, TokenInvalid> {
        AccessLink::from_body(&self.open(text)?)
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

impl LinkToken {
    pub(super) fn new(text: String) -> Self {
        Self(text)
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::keyring::{KeyPurpose, TokenKey};
    use proptest::prelude::*;

    fn key(kid: u8) -> TokenKey {
        TokenKey { kid, secret: vec![kid; 32] }
    }

    fn keyring<P: KeyPurpose>() -> Keyring<P> {
        Keyring::new(key(1), vec![])
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
            let keyring = keyring();
            let token = keyring.invitation_token(&link(c, i, g));
            prop_assert_eq!(keyring.read_invitation_token(token.reveal()), Ok(link(c, i, g)));
        }

        #[test]
        fn an_altered_or_truncated_token_is_invalid(at in 0_usize..92, with in "[A-Za-z0-9_-]") {
            let keyring = keyring();
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
            let keyring = keyring();
            let token = keyring.access_token(&access(c, a));
            prop_assert_eq!(keyring.read_access_token(token.reveal()), Ok(access(c, a)));
            prop_assert_eq!(AccessLink::read_unverified(token.reveal()), Some(access(c, a)));
        }

        #[test]
        fn an_altered_or_truncated_access_token_is_invalid(at in 0_usize..87, with in "[A-Za-z0-9_-]") {
            let keyring = keyring();
            let mut text = keyring.access_token(&access([3; 16], [4; 16])).reveal().to_owned();
            prop_assert_eq!(text.len(), 87);
            prop_assert!(keyring.read_access_token(&text[..at]).is_err());
            prop_assume!(text[at..=at] != with);
            text.replace_range(at..=at, &with);
            prop_assert!(keyring.read_access_token(&text).is_err());
        }

        #[test]
        fn reading_never_panics(text in any::<String>()) {
            prop_assert!(keyring().read_invitation_token(&text).is_err());
            prop_assert!(keyring().read_password_reset_token(&text).is_err());
            prop_assert!(keyring().read_access_token(&text).is_err());
            prop_assert_eq!(AccessLink::read_unverified(&text), None);
        }
    }

    #[test]
    fn a_link_is_derived_again_unchanged_until_its_generation_changes() {
        let keyring = keyring();
        let token = |generation| {
            keyring.invitation_token(&link([3; 16], [4; 16], generation)).reveal().to_owned()
        };
        assert_eq!(token(1), token(1));
        assert_ne!(token(1), token(2));
    }

    #[test]
    fn a_rotated_keyring_reads_links_of_the_older_key() {
        let old = keyring().invitation_token(&link([3; 16], [4; 16], 1));
        let rotated = Keyring::new(key(2), vec![key(1)]);
        assert!(rotated.read_invitation_token(old.reveal()).is_ok());
        assert!(Keyring::new(key(2), vec![]).read_invitation_token(old.reveal()).is_err());
    }

    #[test]
    fn a_token_for_one_purpose_is_invalid_for_another() {
        let invitation = keyring().invitation_token(&link([3; 16], [4; 16], 1));
        let reset = keyring().password_reset_token(NoticeId::from_bytes([5; 16]));
        let access = keyring().access_token(&access([6; 16], [7; 16]));
        for (token, reads) in [
            (&invitation, [true, false, false]),
            (&reset, [false, true, false]),
            (&access, [false, false, true]),
        ] {
            let text = token.reveal();
            assert_eq!(keyring().read_invitation_token(text).is_ok(), reads[0]);
            assert_eq!(keyring().read_password_reset_token(text).is_ok(), reads[1]);
            assert_eq!(keyring().read_access_token(text).is_ok(), reads[2]);
        }
    }

    #[test]
    fn debug_shows_no_token() {
        let token = keyring().invitation_token(&link([3; 16], [4; 16], 1));
        assert!(!format!("{token:?}").contains(token.reveal()));
    }
}
