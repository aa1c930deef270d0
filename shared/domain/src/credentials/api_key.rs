//! API keys and what they may do.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::embed::EmbedOrigins;
use crate::entropy::{Entropy, random};
use crate::field::Refusal;
use crate::ids::{ApiKeyId, ClinicId};
use crate::time::Timestamp;

/// A permission of an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Read users.
    UsersRead,
    /// Invite, change and deactivate users.
    UsersWrite,
    /// Read invitations.
    InvitationsRead,
    /// Change, resend and revoke invitations.
    InvitationsWrite,
    /// Issue, list, end and introspect temporary access.
    AccessIssue,
    /// Only introspect temporary access.
    AccessIntrospect,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 6] = [
        Self::UsersRead,
        Self::UsersWrite,
        Self::InvitationsRead,
        Self::InvitationsWrite,
        Self::AccessIssue,
        Self::AccessIntrospect,
    ];

    /// The name of the scope.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UsersRead => "users:read",
            Self::UsersWrite => "users:write",
            Self::InvitationsRead => "invitations:read",
            Self::InvitationsWrite => "invitations:write",
            Self::AccessIssue => "access:issue",
            Self::AccessIntrospect => "access:introspect",
        }
    }

    /// Reads the name of a scope.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or(Refusal::new(
            "scope_unknown",
            "Send one of users:read, users:write, invitations:read, invitations:write, access:issue and access:introspect.",
        ))
    }

    /// Whether a key with this scope may do what needs `needed`.
    pub fn includes(self, needed: Self) -> bool {
        self == needed || matches!((self, needed), (Self::AccessIssue, Self::AccessIntrospect))
    }
}

/// An API key without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// The public id.
    pub id: ApiKeyId,
    /// The clinic it belongs to.
    pub clinic: ClinicId,
    /// What the key is for, in the words of its creator.
    pub description: KeyDescription,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Which web pages may embed the views that the key opens.
    pub embed_origins: EmbedOrigins,
    /// Whether the key works. A revoked key does not.
    pub active: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last used, to the hour.
    pub last_used_at: Option<Timestamp>,
}

/// The precision of `last_used_at`. One write an hour is enough for it.
pub const USE_UPDATE_INTERVAL: Duration = Duration::from_hours(1);

impl ApiKey {
    /// Whether a use at `now` needs a new `last_used_at`.
    pub fn needs_use_update(&self, now: Timestamp) -> bool {
        let noted = self.last_used_at;
        noted.is_none_or(|at| now.since(at) >= USE_UPDATE_INTERVAL)
    }
}

/// The description of an API key: 1 to 200 characters without control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyDescription(String);

impl KeyDescription {
    /// Reads a description and trims it.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        let right =
            (1..=200).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        let refused = Refusal::new(
            "description_invalid",
            "Send 1 to 200 characters without control characters.",
        );
        right.then(|| Self(text.to_owned())).ok_or(refused)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The secret of an API key: `ask_`, 43 characters of base64url (32 random bytes) and 6 of a CRC-32.
/// Secret scanners recognize the prefix. The checksum refuses a mistyped key without a table read.
#[derive(Clone)]
pub struct ApiKeySecret(String);

const PREFIX: &str = "ask_";
const RANDOM_CHARS: usize = 43;

/// The text is not an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an API key")]
pub struct NotAnApiKey;

impl ApiKeySecret {
    /// Creates a secret.
    pub fn new(entropy: &dyn Entropy) -> Self {
        let bytes: [u8; 32] = random(entropy);
        let body = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes));
        let checksum = checksum(&body);
        Self(body + &checksum)
    }

    /// Whether the text starts like an API key.
    pub fn has_prefix(text: &str) -> bool {
        text.starts_with(PREFIX)
    }

    /// Reads a secret and checks its checksum.
    pub fn parse(text: &str) -> Result<Self, NotAnApiKey> {
        let (body, found) =
            text.split_at_checked(PREFIX.len() + RANDOM_CHARS).ok_or(NotAnApiKey)?;
        let random = body.strip_prefix(PREFIX).ok_or(NotAnApiKey)?;
        let whole = URL_SAFE_NO_PAD.decode(random).is_ok_and(|bytes| bytes.len() == 32);
        if whole && checksum(body) == found { Ok(Self(text.to_owned())) } else { Err(NotAnApiKey) }
    }

    /// The SHA-256 of the secret, in hex. The table holds only this.
    pub fn digest(&self) -> String {
        use std::fmt::Write as _;
        Sha256::digest(self.0.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }

    /// The secret in plain text, to show it once.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

fn checksum(body: &str) -> String {
    URL_SAFE_NO_PAD.encode(crc32fast::hash(body.as_bytes()).to_be_bytes())
}

impl fmt::Debug for ApiKeySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKeySecret(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::tests::FixedEntropy;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn reading_never_panics(text in any::<String>()) {
            prop_assert!(ApiKeySecret::parse(&text).is_err());
        }

        #[test]
        fn a_mistyped_key_fails_its_checksum(fill in any::<u8>(), at in 0_usize..53, with in "[A-Za-z0-9_-]") {
            let secret = ApiKeySecret::new(&FixedEntropy(fill));
            let mut typed = secret.reveal().to_owned();
            prop_assume!(typed[at..=at] != with);
            typed.replace_range(at..=at, &with);
            prop_assert!(ApiKeySecret::parse(&typed).is_err());
        }
    }

    #[test]
    fn a_key_has_a_prefix_43_random_and_6_checksum_characters() {
        let secret = ApiKeySecret::new(&FixedEntropy(9));
        assert_eq!(secret.reveal().len(), 4 + 43 + 6);
        assert!(secret.reveal().starts_with("ask_"));
        assert_eq!(ApiKeySecret::parse(secret.reveal()).unwrap().digest(), secret.digest());
        assert_eq!(secret.digest().len(), 64);
        assert!(!format!("{secret:?}").contains(secret.reveal()));
    }

    proptest! {
        #[test]
        fn a_description_reads_as_itself(text in any::<String>()) {
            if let Ok(description) = KeyDescription::parse(&text) {
                prop_assert_eq!(KeyDescription::parse(description.as_str()), Ok(description));
            }
        }
    }

    #[test]
    fn a_description_has_1_to_200_characters() {
        assert!(KeyDescription::parse(&"é".repeat(200)).is_ok());
        for wrong in ["", "  ", "a\u{7}b", &"x".repeat(201)] {
            assert!(KeyDescription::parse(wrong).is_err());
        }
    }

    #[test]
    fn every_scope_reads_as_itself() {
        for scope in Scope::ALL {
            assert_eq!(Scope::parse(scope.as_str()), Ok(scope));
        }
        assert!(Scope::parse("users").is_err());
    }

    #[test]
    fn a_scope_includes_itself_and_issuing_includes_introspection() {
        for held in Scope::ALL {
            for needed in Scope::ALL {
                let both = (held, needed) == (Scope::AccessIssue, Scope::AccessIntrospect);
                assert_eq!(held.includes(needed), held == needed || both);
            }
        }
    }
}
