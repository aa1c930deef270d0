//! API keys. A key's item is found by its id in the clinic. Each of its secrets has an item of its own,
//! found by the secret's digest, with a copy of the key, so that a request reads one item.

mod item;

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::credentials::api_key::{
    ApiKey, ApiKeySecret, KeyRotation, KeySecret, KeyWithSecrets, Scope, USE_UPDATE_INTERVAL,
};
use domain::ids::{ApiKeyId, ClinicId, UserId};
use domain::time::Timestamp;

use crate::api_key::item::{KeyByDigestItem, KeyByIdItem};
use crate::client::BATCH;
use crate::item::{RawItem, number, text};
use crate::page::{Entry, Page, PageBuilder, PageRequest, below, readable};
use crate::transaction::Precondition;
use crate::{Part, Store, StoreError, Transaction, attr, key};

/// An API key, as a request with one of its secrets finds it.
#[derive(Clone, Debug)]
pub struct UsedApiKey {
    /// The key.
    pub key: ApiKey,
    /// The secret that was sent.
    pub secret: KeySecret,
}

impl Store {
    /// Finds the API key with this secret, even one that no longer works.
    pub async fn find_api_key(
        &self,
        secret: &ApiKeySecret,
    ) -> Result<Option<UsedApiKey>, StoreError> {
        let found = self.get(&key::api_key_by_digest(&secret.digest())).await?;
        found.map(|raw| self.decode_used_key(&raw)).transpose()
    }

    fn decode_used_key(&self, raw: &RawItem) -> Result<UsedApiKey, StoreError> {
        self.decode_with(raw, |item: KeyByDigestItem| {
            Ok(UsedApiKey { key: item.key.try_into()?, secret: item.secret.try_into()? })
        })
    }

    /// Reads the key of the item that is found by its id.
    pub(crate) fn decode_api_key(&self, raw: &RawItem) -> Result<ApiKey, StoreError> {
        self.decode_with(raw, |item: KeyByIdItem| item.key.try_into())
    }

    /// Loads the API key with this id in the clinic, without its last uses, which are on other items.
    pub async fn load_api_key(
        &self,
        clinic: ClinicId,
        id: ApiKeyId,
    ) -> Result<Option<KeyWithSecrets>, StoreError> {
        let found = self.get(&key::api_key(clinic, id)).await?;
        found.map(|raw| self.decode_stored_key(&raw)).transpose()
    }

    /// Loads the API key with this id in the clinic, with its last uses.
    pub async fn load_api_key_with_uses(
        &self,
        clinic: ClinicId,
        id: ApiKeyId,
    ) -> Result<Option<KeyWithSecrets>, StoreError> {
        let mut found = self.load_api_key(clinic, id).await?;
        self.load_last_uses(found.iter_mut()).await?;
        Ok(found)
    }

    pub(crate) fn decode_stored_key(&self, raw: &RawItem) -> Result<KeyWithSecrets, StoreError> {
        self.decode_with(raw, |item: KeyByIdItem| {
            let secrets = item.secrets.into_iter().map(TryInto::try_into);
            Ok(KeyWithSecrets {
                key: item.key.try_into()?,
                secrets: secrets.collect::<Result<_, _>>()?,
                version: item.version,
            })
        })
    }

    /// Loads the clinic's keys with a secret that this person made and that works at `now`.
    pub async fn load_keys_of(
        &self,
        clinic: ClinicId,
        user: UserId,
        now: Timestamp,
    ) -> Result<Vec<KeyWithSecrets>, StoreError> {
        let [from, to] =
            [[0; 16], [0xff; 16]].map(|id| format!("{}{}", key::API_KEY, ApiKeyId::from_bytes(id)));
        let raw = self.query_between(&key::clinic_partition(clinic), (&from, &to)).await?;
        let keys = raw.iter().map(|raw| self.decode_stored_key(raw));
        let mut keys = keys.collect::<Result<Vec<_>, _>>()?;
        keys.retain(|key| key.has_secret_of(user, now));
        Ok(keys)
    }

    /// Lists one page of a clinic's API keys, newest first.
    pub async fn list_api_keys(
        &self,
        clinic: ClinicId,
        page: PageRequest<ApiKeyId>,
    ) -> Result<Page<KeyWithSecrets, ApiKeyId>, StoreError> {
        let mut builder = PageBuilder::new(page);
        while let Some((after, size)) = builder.next_read() {
            let last = after.map_or([0xff; 16], |id| below(id.bytes()));
            let [from, to] =
                [[0; 16], last].map(|id| format!("{}{}", key::API_KEY, ApiKeyId::from_bytes(id)));
            let partition = key::clinic_partition(clinic);
            let raw = self.query_newest(&partition, (from, to), size).await?;
            let id = |sk: &str| ApiKeyId::parse(sk.strip_prefix(key::API_KEY)?).ok();
            let mut chunk = self.decode_chunk(&raw, id, |item| self.decode_stored_key(item))?;
            self.load_last_uses(chunk.entries.iter_mut().filter_map(Entry::item_mut)).await?;
            builder.add(chunk, |_| true);
        }
        Ok(builder.finish())
    }

    /// Loads when the secrets of these keys were last used.
    pub(crate) async fn load_last_uses(
        &self,
        keys: impl Iterator<Item = &mut KeyWithSecrets>,
    ) -> Result<(), StoreError> {
        let mut secrets: Vec<&mut KeySecret> = keys.flat_map(|key| &mut key.secrets).collect();
        for part in secrets.chunks_mut(BATCH) {
            let by_digest = part.iter().map(|secret| key::api_key_by_digest(&secret.digest));
            let used = self.get_all(&by_digest.collect::<Vec<_>>()).await?;
            for (secret, used) in part.iter_mut().zip(used) {
                let used = readable(used.iter().map(|raw| self.decode_used_key(raw)))?.pop();
                secret.last_used_at = used.and_then(|used| used.secret.last_used_at);
            }
        }
        Ok(())
    }

    /// Records that a key was used, at most once an hour.
    pub async fn record_key_use(
        &self,
        secret: &ApiKeySecret,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let before = now.minus(USE_UPDATE_INTERVAL);
        let stale = format!(
            "attribute_exists({pk}) AND (attribute_not_exists({at}) OR {at} <= :before)",
            pk = attr::PK,
            at = attr::LAST_USED
        );
        let key = key::api_key_by_digest(&secret.digest());
        // If the condition does not hold, another request recorded it first.
        self.set_time(key, (attr::LAST_USED, now), &stale, &[(":before", before)]).await
    }
}

impl Transaction {
    /// Revokes an API key. From then on, requests with it get a 401.
    pub fn revoke_api_key(&mut self, found: &KeyWithSecrets) -> Result<(), StoreError> {
        let by_id = key::api_key(found.key.clinic, found.key.id);
        let (set, version) = (format!("SET {} = :no", attr::ACTIVE), attr::VERSION);
        let mut values = HashMap::from([
            (":no".to_owned(), AttributeValue::Bool(false)),
            (":yes".to_owned(), AttributeValue::Bool(true)),
        ]);
        let condition = format!("{} = :yes", attr::ACTIVE);
        for secret in &found.secrets {
            let key = key::api_key_by_digest(&secret.digest);
            self.update(Part::ApiKey, key, &set, &condition, values.clone())?;
        }
        values.insert(":one".to_owned(), number(1));
        values.insert(":version".to_owned(), number(found.version));
        let update = format!("{set} ADD {version} :one");
        let condition = format!("{condition} AND {version} = :version");
        self.update(Part::ApiKey, by_id, &update, &condition, values)
    }

    /// Writes a new API key, with only the digest of its secret.
    pub fn put_api_key(&mut self, created: &KeyWithSecrets) -> Result<(), StoreError> {
        for secret in &created.secrets {
            self.put_key_secret(&created.key, secret)?;
        }
        self.put_key_by_id(created, &Precondition::Absent)
    }

    /// Writes a rotated API key.
    pub fn rotate_api_key(&mut self, rotation: &KeyRotation) -> Result<(), StoreError> {
        let next = &rotation.next;
        for digest in &rotation.ended {
            self.delete(Part::ApiKey, key::api_key_by_digest(digest))?;
        }
        for secret in &next.secrets {
            match secret.ends_at {
                None => self.put_key_secret(&next.key, secret)?,
                Some(end) => {
                    let update = format!("SET {} = :end", attr::SECRET_END);
                    let condition = format!("attribute_exists({})", attr::PK);
                    let values = HashMap::from([(":end".to_owned(), number(end.millis()))]);
                    let key = key::api_key_by_digest(&secret.digest);
                    self.update(Part::ApiKey, key, &update, &condition, values)?;
                }
            }
        }
        self.put_key_by_id(next, &Precondition::Version(next.version.saturating_sub(1)))
    }

    fn put_key_secret(&mut self, key: &ApiKey, secret: &KeySecret) -> Result<(), StoreError> {
        let item = KeyByDigestItem { key: key.into(), secret: secret.into() };
        let key = key::api_key_by_digest(&secret.digest);
        self.put(Part::ApiKey, key, &item, None, &Precondition::Absent)
    }

    fn put_key_by_id(
        &mut self,
        stored: &KeyWithSecrets,
        expect: &Precondition,
    ) -> Result<(), StoreError> {
        let item = KeyByIdItem {
            key: (&stored.key).into(),
            secrets: stored.secrets.iter().map(Into::into).collect(),
            version: stored.version,
        };
        let key = key::api_key(stored.key.clinic, stored.key.id);
        self.put(Part::ApiKey, key, &item, None, expect)
    }

    /// Requires that the caller's API key still works.
    pub fn require_working_key(
        &mut self,
        (clinic, id): (ClinicId, ApiKeyId),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.check_key(Part::Caller, (clinic, id), &[], now)
    }

    /// Requires that the API key that granted an invitation still works and has these scopes.
    pub fn require_granting_key(
        &mut self,
        (clinic, id): (ClinicId, ApiKeyId),
        scopes: &[Scope],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.check_key(Part::Granter, (clinic, id), scopes, now)
    }

    fn check_key(
        &mut self,
        part: Part,
        (clinic, id): (ClinicId, ApiKeyId),
        scopes: &[Scope],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut condition = format!(
            "{} = :yes AND (attribute_not_exists({end}) OR {end} > :now)",
            attr::ACTIVE,
            end = attr::KEY_EXPIRY
        );
        let mut values = HashMap::from([
            (":yes".to_owned(), AttributeValue::Bool(true)),
            (":now".to_owned(), number(now.millis())),
        ]);
        for (at, scope) in scopes.iter().enumerate() {
            condition = format!("{condition} AND contains({}, :scope{at})", attr::SCOPES);
            values.insert(format!(":scope{at}"), text(scope.as_str()));
        }
        self.check(part, key::api_key(clinic, id), &condition, values)
    }
}
