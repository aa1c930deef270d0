//! The items of an API key.

use domain::credentials::api_key::{
    AccessScope, ApiKey, KeyDescription, KeyMaker, KeySecret, Scope,
};
use domain::ids::{ApiKeyId, ClinicId};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::codec::{BadField, embed_origins, embed_origins_text, field, time};

/// A key, in both kinds of items.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct ApiKeyItem {
    #[serde(rename = "id")]
    id: String,
    #[serde(rename = "ci")]
    clinic: String,
    #[serde(rename = "de")]
    description: String,
    #[serde(rename = "sc")]
    scopes: Vec<String>,
    #[serde(rename = "xs")]
    access_scope: String,
    #[serde(rename = "ac")]
    active: bool,
    #[serde(rename = "cb")]
    created_by: String,
    #[serde(rename = "ca")]
    created_at: i64,
    #[serde(rename = "ex", default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
    #[serde(rename = "eo", default, skip_serializing_if = "Vec::is_empty")]
    embed_origins: Vec<String>,
}

/// One secret of a key.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct KeySecretItem {
    #[serde(rename = "dg")]
    digest: String,
    #[serde(rename = "mb")]
    made_by: String,
    #[serde(rename = "ma")]
    made_at: i64,
    #[serde(rename = "en", default, skip_serializing_if = "Option::is_none")]
    ends_at: Option<i64>,
    /// Only on the item found by digest, because that one is read when the key is used.
    #[serde(rename = "lu", default, skip_serializing_if = "Option::is_none")]
    last_used_at: Option<i64>,
}

/// The item found by a secret's digest.
#[derive(Serialize, Deserialize)]
pub(super) struct KeyByDigestItem {
    #[serde(flatten)]
    pub(super) key: ApiKeyItem,
    #[serde(flatten)]
    pub(super) secret: KeySecretItem,
}

/// The item found by the key's id in the clinic.
#[derive(Serialize, Deserialize)]
pub(super) struct KeyByIdItem {
    #[serde(flatten)]
    pub(super) key: ApiKeyItem,
    #[serde(rename = "se")]
    pub(super) secrets: Vec<KeySecretItem>,
    #[serde(rename = "v")]
    pub(super) version: u64,
}

impl From<&ApiKey> for ApiKeyItem {
    fn from(key: &ApiKey) -> Self {
        Self {
            id: key.id.to_string(),
            clinic: key.clinic.to_string(),
            description: key.description.as_str().to_owned(),
            scopes: key.scopes.iter().map(|s| s.as_str().to_owned()).collect(),
            access_scope: key.access_scope.as_str().to_owned(),
            active: key.active,
            created_by: key.created_by.to_string(),
            created_at: key.created_at.millis(),
            expires_at: key.expires_at.map(Timestamp::millis),
            embed_origins: embed_origins_text(&key.embed_origins),
        }
    }
}

impl TryFrom<ApiKeyItem> for ApiKey {
    type Error = BadField;

    fn try_from(item: ApiKeyItem) -> Result<Self, BadField> {
        let scopes = item.scopes.iter().map(|s| field("sc", Scope::parse(s)));
        Ok(Self {
            id: ApiKeyId::parse(&item.id).map_err(|_| BadField("id"))?,
            clinic: ClinicId::parse(&item.clinic).map_err(|_| BadField("ci"))?,
            description: field("de", KeyDescription::parse(&item.description))?,
            scopes: scopes.collect::<Result<_, _>>()?,
            embed_origins: embed_origins(&item.embed_origins)?,
            access_scope: field("xs", AccessScope::parse(&item.access_scope))?,
            active: item.active,
            created_by: KeyMaker::parse(&item.created_by).ok_or(BadField("cb"))?,
            created_at: time("ca", item.created_at)?,
            expires_at: item.expires_at.map(|at| time("ex", at)).transpose()?,
        })
    }
}

impl From<&KeySecret> for KeySecretItem {
    fn from(secret: &KeySecret) -> Self {
        Self {
            digest: secret.digest.clone(),
            made_by: secret.made_by.to_string(),
            made_at: secret.made_at.millis(),
            ends_at: secret.ends_at.map(Timestamp::millis),
            last_used_at: None,
        }
    }
}

impl TryFrom<KeySecretItem> for KeySecret {
    type Error = BadField;

    fn try_from(item: KeySecretItem) -> Result<Self, BadField> {
        Ok(Self {
            digest: item.digest,
            made_by: KeyMaker::parse(&item.made_by).ok_or(BadField("mb"))?,
            made_at: time("ma", item.made_at)?,
            ends_at: item.ends_at.map(|at| time("en", at)).transpose()?,
            last_used_at: item.last_used_at.map(|at| time("lu", at)).transpose()?,
        })
    }
}
