//! The JSON of API keys.

use domain::credentials::api_key::{KeySecret, KeyWithSecrets};
use domain::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::schema::{AccessScopeName, ApiKeyStatusName, ScopeName};

/// An API key without its secrets.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiKeyView {
    /// A UUID with hyphens.
    pub api_key_id: String,
    /// What the key is for, in the words of its creator.
    pub description: String,
    /// What the key may do.
    #[schema(value_type = Vec<ScopeName>)]
    pub scopes: Vec<&'static str>,
    /// Which temporary access the key sees and ends: the clinic's, or only its own.
    #[schema(value_type = AccessScopeName)]
    pub access_scope: &'static str,
    /// Which web pages may embed the views that the key opens.
    pub embed_origins: Vec<String>,
    /// `active`, `expired` or `revoked`.
    #[schema(value_type = ApiKeyStatusName)]
    pub status: &'static str,
    /// Who created it: `usr_...` or `operator`.
    pub created_by: String,
    /// First and last name of the person who created it. Only in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub created_by_name: Option<String>,
    /// RFC 3339.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it stops working. Null if it works until it is revoked.
    #[schema(format = DateTime)]
    pub expires_at: Option<String>,
    /// RFC 3339, to the hour. Null if the key was never used.
    #[schema(format = DateTime)]
    pub last_used_at: Option<String>,
    /// Its secrets, the newest last. There are two while a rotated key's old secret still works.
    pub secrets: Vec<KeySecretView>,
}

/// One secret of an API key, without the secret itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeySecretView {
    /// Who made it: `usr_...` or `operator`.
    pub made_by: String,
    /// RFC 3339.
    #[schema(format = DateTime)]
    pub made_at: String,
    /// When it stops working because the key was rotated. Null for the newest secret.
    #[schema(format = DateTime)]
    pub ends_at: Option<String>,
    /// RFC 3339, to the hour. Null if it was never used.
    #[schema(format = DateTime)]
    pub last_used_at: Option<String>,
}

impl ApiKeyView {
    /// The key as it is at `now`.
    pub fn new(stored: &KeyWithSecrets, now: Timestamp) -> Self {
        let KeyWithSecrets { key, secrets, .. } = stored;
        let origins = key.embed_origins.as_slice().iter();
        let last_used = secrets.iter().filter_map(|secret| secret.last_used_at).max();
        Self {
            api_key_id: key.id.to_string(),
            description: key.description.as_str().to_owned(),
            scopes: key.scopes.iter().map(|scope| scope.as_str()).collect(),
            access_scope: key.access_scope.as_str(),
            embed_origins: origins.map(|origin| origin.as_str().to_owned()).collect(),
            status: key.status(now).as_str(),
            created_by: key.created_by.to_string(),
            created_by_name: None,
            created_at: key.created_at.to_string(),
            expires_at: key.expires_at.map(|at| at.to_string()),
            last_used_at: last_used.map(|at| at.to_string()),
            secrets: secrets.iter().map(Into::into).collect(),
        }
    }
}

impl From<&KeySecret> for KeySecretView {
    fn from(secret: &KeySecret) -> Self {
        Self {
            made_by: secret.made_by.to_string(),
            made_at: secret.made_at.to_string(),
            ends_at: secret.ends_at.map(|at| at.to_string()),
            last_used_at: secret.last_used_at.map(|at| at.to_string()),
        }
    }
}
