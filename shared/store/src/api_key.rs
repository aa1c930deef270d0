//! API keys. Each has two items: one found by the digest of its secret, one by its id in the clinic.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::credentials::api_key::{
    ApiKey, ApiKeySecret, KeyDescription, Scope, USE_UPDATE_INTERVAL,
};
use domain::ids::{ApiKeyId, ClinicId};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::codec::{BadField, embed_origins, embed_origins_text, field, time};
use crate::item::{RawItem, number};
use crate::key::Key;
use crate::page::{Chunk, Page, PageBuilder, PageRequest, below};
use crate::transaction::Precondition;
use crate::{Part, Store, StoreError, Transaction, attr, key};

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
    #[serde(rename = "eo", default, skip_serializing_if = "Vec::is_empty")]
    embed_origins: Vec<String>,
    /// Only on the item found by digest, because that one is read when the key is used.
    #[serde(rename = "lu", default, skip_serializing_if = "Option::is_none")]
    last_used_at: Option<i64>,
    /// Only on the item in the clinic. It leads to the other item.
    #[serde(rename = "dg", default, skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
}

impl Store {
    /// Finds the API key with this secret, even a revoked one.
    pub async fn find_api_key(&self, secret: &ApiKeySecret) -> Result<Option<ApiKey>, StoreError> {
        let found = self.get(&key::api_key_by_digest(&secret.digest())).await?;
        found.map(|raw| self.decode_api_key(&raw)).transpose()
    }

    pub(crate) fn decode_api_key(&self, raw: &RawItem) -> Result<ApiKey, StoreError> {
        self.decode_with(raw, |item: ApiKeyItem| {
            Ok(ApiKey {
                id: ApiKeyId::parse(&item.id).map_err(|_| BadField("id"))?,
                clinic: ClinicId::parse(&item.clinic).map_err(|_| BadField("ci"))?,
                description: field("de", KeyDescription::parse(&item.description))?,
                scopes: item
                    .scopes
                    .iter()
                    .map(|s| field("sc", Scope::parse(s)))
                    .collect::<Result<_, _>>()?,
                embed_origins: embed_origins(&item.embed_origins)?,
                active: item.active,
                created_at: time("ca", item.created_at)?,
                last_used_at: item.last_used_at.map(|at| time("lu", at)).transpose()?,
            })
        })
    }
}

/// An API key with the digest that its other item is found by.
#[derive(Clone, Debug)]
pub struct StoredApiKey {
    /// The key.
    pub key: ApiKey,
    digest: String,
}

impl Store {
    /// Loads the API key with this id in the clinic, without its last use, which is on the other item.
    pub async fn load_api_key(
        &self,
        clinic: ClinicId,
        id: ApiKeyId,
    ) -> Result<Option<StoredApiKey>, StoreError> {
        let found = self.get(&key::api_key(clinic, id)).await?;
        found.map(|raw| self.decode_stored_key(&raw)).transpose()
    }

    fn decode_stored_key(&self, raw: &RawItem) -> Result<StoredApiKey, StoreError> {
        let item: ApiKeyItem = self.decode(raw)?;
        let digest = item.digest.ok_or_else(|| self.corrupt(&Key::of(raw), "dg"))?;
        let key = self.decode_api_key(raw)?;
        Ok(StoredApiKey { key, digest })
    }

    /// Lists one page of a clinic's API keys, newest first.
    pub async fn list_api_keys(
        &self,
        clinic: ClinicId,
        page: PageRequest<ApiKeyId>,
    ) -> Result<Page<ApiKey, ApiKeyId>, StoreError> {
        let mut builder = PageBuilder::new(page);
        while let Some((after, size)) = builder.next_read() {
            let last = after.map_or([0xff; 16], |id| below(id.bytes()));
            let [from, to] =
                [[0; 16], last].map(|id| format!("{}{}", key::API_KEY, ApiKeyId::from_bytes(id)));
            let partition = key::clinic_partition(clinic);
            let (raw, chunk) = self.query_newest(&partition, (from, to), size).await?;
            let items = self.load_last_uses(&raw).await?;
            builder.add(Chunk { items, ..chunk }, |key: &ApiKey| key.id, |_| true);
        }
        Ok(builder.finish())
    }

    /// Loads when the keys in these items were last used, and returns the keys.
    async fn load_last_uses(&self, raw: &[RawItem]) -> Result<Vec<ApiKey>, StoreError> {
        let found = raw.iter().map(|raw| self.decode_stored_key(raw));
        let found = found.collect::<Result<Vec<_>, _>>()?;
        let mut keys = Vec::with_capacity(found.len());
        for part in found.chunks(100) {
            let by_digest = part.iter().map(|key| key::api_key_by_digest(&key.digest));
            let used = self.get_all(&by_digest.collect::<Vec<_>>()).await?;
            for (found, used) in part.iter().zip(used) {
                let used = used.map(|raw| self.decode_api_key(&raw)).transpose()?;
                keys.push(ApiKey {
                    last_used_at: used.and_then(|key| key.last_used_at),
                    ..found.key.clone()
                });
            }
        }
        Ok(keys)
    }

    /// Records that a key was used, at most once an hour.
    pub async fn record_key_use(
        &self,
        secret: &ApiKeySecret,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let before = now.minus(USE_UPDATE_INTERVAL);
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key::api_key_by_digest(&secret.digest()).into_attributes()))
            .update_expression(format!("SET {} = :now", attr::LAST_USED))
            .condition_expression(format!(
                "attribute_exists({pk}) AND (attribute_not_exists({at}) OR {at} <= :before)",
                pk = attr::PK,
                at = attr::LAST_USED
            ))
            .expression_attribute_values(":now", number(now.millis()))
            .expression_attribute_values(":before", number(before.millis()));
        match update.send().await {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                // Another request recorded it first.
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(()),
                _ => Err(StoreError::from_sdk(&error)),
            },
        }
    }
}

impl Transaction {
    /// Revokes an API key. From then on, requests with it get a 401.
    pub fn revoke_api_key(&mut self, found: &StoredApiKey) -> Result<(), StoreError> {
        let update = format!("SET {} = :no", attr::ACTIVE);
        let condition = format!("{} = :yes", attr::ACTIVE);
        let by_id = key::api_key(found.key.clinic, found.key.id);
        for key in [by_id, key::api_key_by_digest(&found.digest)] {
            let values = HashMap::from([
                (":no".to_owned(), AttributeValue::Bool(false)),
                (":yes".to_owned(), AttributeValue::Bool(true)),
            ]);
            self.update(Part::ApiKey, key, &update, &condition, values)?;
        }
        Ok(())
    }

    /// Writes a new API key, with only the digest of its secret.
    pub fn put_api_key(
        &mut self,
        api_key: &ApiKey,
        secret: &ApiKeySecret,
    ) -> Result<(), StoreError> {
        let mut item = ApiKeyItem {
            id: api_key.id.to_string(),
            clinic: api_key.clinic.to_string(),
            description: api_key.description.as_str().to_owned(),
            scopes: api_key.scopes.iter().map(|s| s.as_str().to_owned()).collect(),
            active: api_key.active,
            created_at: api_key.created_at.millis(),
            embed_origins: embed_origins_text(&api_key.embed_origins),
            last_used_at: None,
            digest: None,
        };
        let digest = secret.digest();
        self.put(
            Part::ApiKey,
            key::api_key_by_digest(&digest),
            &item,
            None,
            &Precondition::Absent,
        )?;
        item.digest = Some(digest);
        self.put(
            Part::ApiKey,
            key::api_key(api_key.clinic, api_key.id),
            &item,
            None,
            &Precondition::Absent,
        )
    }

    /// Requires that the caller's API key still works.
    pub fn require_working_key(
        &mut self,
        clinic: ClinicId,
        id: ApiKeyId,
    ) -> Result<(), StoreError> {
        self.check_active_key(Part::Caller, clinic, id)
    }

    /// Requires that the API key that sent an invitation is still active.
    pub fn require_active_api_key(
        &mut self,
        clinic: ClinicId,
        id: ApiKeyId,
    ) -> Result<(), StoreError> {
        self.check_active_key(Part::Inviter, clinic, id)
    }

    fn check_active_key(
        &mut self,
        part: Part,
        clinic: ClinicId,
        id: ApiKeyId,
    ) -> Result<(), StoreError> {
        let condition = format!("{} = :true", attr::ACTIVE);
        let values = HashMap::from([(":true".to_owned(), AttributeValue::Bool(true))]);
        self.check(part, key::api_key(clinic, id), &condition, values)
    }
}
