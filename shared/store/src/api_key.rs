//! API keys: found by digest when a request comes, and by id within their clinic.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::api_key::{ApiKey, ApiKeySecret, Scope};
use domain::ids::{ApiKeyId, ClinicId};
use serde::{Deserialize, Serialize};

use crate::invitation::item::time;
use crate::item::RawItem;
use crate::key::Key;
use crate::profile::{BadField, field};
use crate::tx::If;
use crate::{Role, Store, StoreError, Transaction, attr, key};

#[derive(Serialize, Deserialize)]
struct ApiKeyItem {
    #[serde(rename = "id")]
    id: String,
    #[serde(rename = "ci")]
    clinic: String,
    #[serde(rename = "de")]
    description: String,
    #[serde(rename = "sc")]
    scopes: Vec<String>,
    #[serde(rename = "ac")]
    active: bool,
    #[serde(rename = "ca")]
    created_at: i64,
    /// On the item within the clinic only: where the other one is.
    #[serde(rename = "dg", default, skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
}

impl Store {
    /// The API key with this secret, whether it still works or not.
    pub async fn api_key(&self, secret: &ApiKeySecret) -> Result<Option<ApiKey>, StoreError> {
        let found = self.get(&key::api_key_by_digest(&secret.digest())).await?;
        found.map(|raw| self.api_key_from(&raw)).transpose()
    }

    pub(crate) fn api_key_from(&self, raw: &RawItem) -> Result<ApiKey, StoreError> {
        let item: ApiKeyItem = self.decode(raw)?;
        let read = || {
            Ok(ApiKey {
                id: ApiKeyId::parse(&item.id).map_err(|_| BadField("id"))?,
                clinic: ClinicId::parse(&item.clinic).map_err(|_| BadField("ci"))?,
                description: item.description.clone(),
                scopes: item
                    .scopes
                    .iter()
                    .map(|s| field("sc", Scope::parse(s)))
                    .collect::<Result<_, _>>()?,
                active: item.active,
                created_at: time("ca", item.created_at)?,
            })
        };
        read().map_err(|bad: BadField| self.corrupt(&Key::of(raw), bad.0))
    }
}

impl Transaction {
    /// Writes an API key that does not exist yet; of its secret only the digest.
    pub fn new_api_key(
        &mut self,
        api_key: &ApiKey,
        secret: &ApiKeySecret,
    ) -> Result<(), StoreError> {
        let mut item = ApiKeyItem {
            id: api_key.id.to_string(),
            clinic: api_key.clinic.to_string(),
            description: api_key.description.clone(),
            scopes: api_key
                .scopes
                .iter()
                .map(|s| s.as_str().to_owned())
                .collect(),
            active: api_key.active,
            created_at: api_key.created_at.millis(),
            digest: None,
        };
        let digest = secret.digest();
        self.put(
            Role::ApiKey,
            key::api_key_by_digest(&digest),
            &item,
            None,
            &If::New,
        )?;
        item.digest = Some(digest);
        self.put(
            Role::ApiKey,
            key::api_key(api_key.clinic, api_key.id),
            &item,
            None,
            &If::New,
        )
    }

    /// Requires that the API key that invited still works.
    pub fn api_key_still_works(
        &mut self,
        clinic: ClinicId,
        id: ApiKeyId,
    ) -> Result<(), StoreError> {
        let condition = format!("{} = :true", attr::ACTIVE);
        let values = HashMap::from([(":true".to_owned(), AttributeValue::Bool(true))]);
        self.check(Role::Inviter, key::api_key(clinic, id), &condition, values)
    }
}
