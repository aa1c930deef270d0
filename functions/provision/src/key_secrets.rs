//! The secrets that keys derive from. They are read at each use, so that a command never works with an old one.

use std::collections::BTreeMap;

use auth::jwt::{SigningKeys, SigningKeysError};
use aws_sdk_secretsmanager::Client;
use domain::credentials::signing::PublicKey;
use serde::{Deserialize, Serialize};

/// A set of keys with one purpose, by the name of its secret in the template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum KeySet {
    /// Sign view tokens.
    SigningKeys,
    /// Of the links of invitations.
    InvitationLinkKeys,
    /// Of the links of password emails.
    PasswordLinkKeys,
    /// Of the links to temporary access.
    AccessLinkKeys,
    /// Of the cookies of known browsers.
    KnownBrowserKeys,
}

impl KeySet {
    /// Every set.
    pub const ALL: [Self; 5] = [
        Self::SigningKeys,
        Self::InvitationLinkKeys,
        Self::PasswordLinkKeys,
        Self::AccessLinkKeys,
        Self::KnownBrowserKeys,
    ];

    /// The name of the secret.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SigningKeys => "SigningKeys",
            Self::InvitationLinkKeys => "InvitationLinkKeys",
            Self::PasswordLinkKeys => "PasswordLinkKeys",
            Self::AccessLinkKeys => "AccessLinkKeys",
            Self::KnownBrowserKeys => "KnownBrowserKeys",
        }
    }

    /// The setting that holds the secret itself, and the one that names it in Secrets Manager.
    pub const fn settings(self) -> (&'static str, &'static str) {
        match self {
            Self::SigningKeys => ("SIGNING_KEYS", "SIGNING_KEYS_SECRET_ARN"),
            Self::InvitationLinkKeys => ("INVITATION_LINK_KEYS", "INVITATION_LINK_KEYS_SECRET_ARN"),
            Self::PasswordLinkKeys => ("PASSWORD_LINK_KEYS", "PASSWORD_LINK_KEYS_SECRET_ARN"),
            Self::AccessLinkKeys => ("ACCESS_LINK_KEYS", "ACCESS_LINK_KEYS_SECRET_ARN"),
            Self::KnownBrowserKeys => ("KNOWN_BROWSER_KEYS", "KNOWN_BROWSER_KEYS_SECRET_ARN"),
        }
    }
}

/// Where a secret is.
#[derive(Clone)]
pub enum SecretPlace {
    /// In a setting. Only on a developer's machine.
    Setting(String),
    /// In Secrets Manager, with this ARN.
    SecretsManager(String),
}

/// The secrets of all sets of keys. No Debug, because a setting can hold a secret.
#[derive(Clone)]
pub struct KeySecrets {
    client: Option<Client>,
    places: BTreeMap<KeySet, SecretPlace>,
}

/// A secret as it is now.
pub(crate) struct KeySecret {
    pub(crate) text: String,
}

/// Why a secret was not read.
#[derive(Debug, thiserror::Error)]
pub enum SecretFault {
    /// Secrets Manager refused or did not answer.
    #[error("Secrets Manager did not return {0}: {1}. Nothing changed. Run the command again")]
    Unreadable(&'static str, String),
    /// No key derives from the secret.
    #[error("nothing was published. {0}")]
    NoSigningKey(#[from] SigningKeysError),
}

impl KeySecrets {
    /// The secrets at these places.
    pub fn new(client: Client, places: impl IntoIterator<Item = (KeySet, SecretPlace)>) -> Self {
        Self { client: Some(client), places: places.into_iter().collect() }
    }

    /// Only signing keys, from a developer's machine.
    pub fn of_this_machine(signing_keys: &str) -> Self {
        let place = SecretPlace::Setting(signing_keys.to_owned());
        Self { client: None, places: BTreeMap::from([(KeySet::SigningKeys, place)]) }
    }

    pub(crate) async fn read(&self, set: KeySet) -> Result<KeySecret, SecretFault> {
        let unreadable = |why: &str| SecretFault::Unreadable(set.as_str(), why.to_owned());
        let (client, arn) = match (self.places.get(&set), &self.client) {
            (Some(SecretPlace::Setting(text)), _) => return Ok(KeySecret { text: text.clone() }),
            (Some(SecretPlace::SecretsManager(arn)), Some(client)) => (client, arn),
            _ => return Err(unreadable("it has no setting")),
        };
        let found = client.get_secret_value().secret_id(arn).send().await;
        let found = found.map_err(|error| {
            let code = error.as_service_error().and_then(|e| e.meta().code());
            unreadable(code.unwrap_or("no answer"))
        })?;
        Ok(KeySecret { text: found.secret_string().unwrap_or_default().to_owned() })
    }

    /// The public halves of the signing keys. There is at least one.
    pub(crate) async fn public_keys(&self) -> Result<Vec<PublicKey>, SecretFault> {
        let secret = self.read(KeySet::SigningKeys).await?;
        Ok(SigningKeys::from_secret(&secret.text)?.public())
    }
}
