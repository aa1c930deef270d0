//! The secrets that keys derive from. They are read at each use, so that a command never works with an old one.

use std::collections::BTreeMap;

use auth::jwt::{SigningKeys, SigningKeysError};
use aws_sdk_secretsmanager::Client;
use domain::credentials::key_set::KeySet;
use domain::credentials::signing::PublicKey;
use domain::invitation::Fingerprint;
use domain::time::Timestamp;

/// The setting that holds a secret itself, and the one that names it in Secrets Manager.
pub const fn secret_settings(set: KeySet) -> (&'static str, &'static str) {
    match set {
        KeySet::SigningKeys => ("SIGNING_KEYS", "SIGNING_KEYS_SECRET_ARN"),
        KeySet::InvitationLinkKeys => ("INVITATION_LINK_KEYS", "INVITATION_LINK_KEYS_SECRET_ARN"),
        KeySet::PasswordLinkKeys => ("PASSWORD_LINK_KEYS", "PASSWORD_LINK_KEYS_SECRET_ARN"),
        KeySet::AccessLinkKeys => ("ACCESS_LINK_KEYS", "ACCESS_LINK_KEYS_SECRET_ARN"),
        KeySet::KnownBrowserKeys => ("KNOWN_BROWSER_KEYS", "KNOWN_BROWSER_KEYS_SECRET_ARN"),
        KeySet::WebhookKeys => ("WEBHOOK_KEYS", "WEBHOOK_KEYS_SECRET_ARN"),
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
#[derive(Default)]
pub(crate) struct KeySecret {
    pub(crate) text: String,
    /// When this text was stored.
    pub(crate) changed_at: Option<Timestamp>,
    /// The id of this version of the secret.
    version: String,
}

/// Why a secret was not read or changed.
#[derive(Debug, thiserror::Error)]
pub enum SecretFault {
    /// Secrets Manager refused or did not answer.
    #[error("Secrets Manager did not return {0}: {1}. Nothing changed. Run the command again")]
    Unreadable(&'static str, String),
    /// Secrets Manager refused or did not answer.
    #[error(
        "Secrets Manager did not store {0}: {1}. Look at the secret before you run the command again"
    )]
    NotStored(&'static str, String),
    /// The secret was changed after it was read.
    #[error("{0} was changed at the same time. Nothing changed. Run the command again")]
    Changed(&'static str),
    /// The secret is in a setting.
    #[error("{0} is in a setting of this machine. Change it there")]
    InSetting(&'static str),
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
            (Some(SecretPlace::Setting(text)), _) => {
                return Ok(KeySecret { text: text.clone(), ..KeySecret::default() });
            }
            (Some(SecretPlace::SecretsManager(arn)), Some(client)) => (client, arn),
            _ => return Err(unreadable("it has no setting")),
        };
        let found = client.get_secret_value().secret_id(arn).send().await;
        let found = found.map_err(|error| {
            let code = error.as_service_error().and_then(|e| e.meta().code());
            unreadable(code.unwrap_or("no answer"))
        })?;
        let stored = found.created_date().and_then(|at| at.to_millis().ok());
        Ok(KeySecret {
            text: found.secret_string().unwrap_or_default().to_owned(),
            changed_at: stored.and_then(|millis| Timestamp::from_millis(millis).ok()),
            version: found.version_id().unwrap_or_default().to_owned(),
        })
    }

    /// Stores the next text of a secret, unless it was changed after `current` was read.
    pub(crate) async fn write(
        &self,
        set: KeySet,
        text: &str,
        current: &KeySecret,
    ) -> Result<(), SecretFault> {
        let name = set.as_str();
        let Some(SecretPlace::SecretsManager(arn)) = self.places.get(&set) else {
            return Err(SecretFault::InSetting(name));
        };
        let client = self.client.as_ref().ok_or(SecretFault::InSetting(name))?;
        // Derived from the version that was read. So of two changes at once, Secrets Manager refuses the
        // second one, because its text differs.
        let token = Fingerprint::of(&[b"next version", current.version.as_bytes()]);
        let put = client.put_secret_value().secret_id(arn).secret_string(text);
        let put = put.client_request_token(token.as_str()).send().await;
        put.map(|_| ()).map_err(|error| match error.as_service_error() {
            Some(error) if error.is_resource_exists_exception() => SecretFault::Changed(name),
            other => {
                let code = other.and_then(|e| e.meta().code()).unwrap_or("no answer");
                SecretFault::NotStored(name, code.to_owned())
            }
        })
    }
}

/// The public halves of the signing keys in this text. There is at least one.
pub(crate) fn public_keys(text: &str) -> Result<Vec<PublicKey>, SecretFault> {
    Ok(SigningKeys::from_secret(text)?.public())
}
