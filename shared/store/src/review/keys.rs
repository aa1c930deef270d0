//! API keys with their records.

use domain::audit::{AuditObject, AuditRecord};
use domain::credentials::api_key::KeyWithSecrets;
use domain::ids::{ApiKeyId, ClinicId};

use crate::key::Key;
use crate::page::skip_corrupt;
use crate::{Store, StoreError, key};

/// An API key with what was done to it.
#[derive(Clone, Debug)]
pub struct KeySources {
    /// The key as it is now.
    pub key: KeyWithSecrets,
    /// Its records, in any order.
    pub records: Vec<AuditRecord>,
}

impl Store {
    /// Loads all API keys of a clinic with their records, the newest first. Also returns how many are left out
    /// because they cannot be read.
    pub async fn load_keys_for_review(
        &self,
        clinic: ClinicId,
    ) -> Result<(Vec<KeySources>, u32), StoreError> {
        let bounds = [[0; 16], [0xff; 16]].map(ApiKeyId::from_bytes);
        let [from, to] = bounds.map(|id| format!("{}{id}", key::API_KEY));
        let keys = self.query_between(&key::clinic_partition(clinic), (&from, &to)).await?;
        let [from, to] = bounds.map(|id| format!("{}#", AuditObject::ApiKey(id)));
        let to = format!("{to}~");
        let kept = self.query_between(&key::reviewed_partition(clinic), (&from, &to)).await?;
        let (mut found, mut skipped) = (Vec::new(), 0);
        for raw in keys.iter().rev() {
            let id = Key::of(raw).sk;
            let object = format!("key:{}#", id.strip_prefix(key::API_KEY).unwrap_or_default());
            let own = kept.iter().filter(|raw| Key::of(raw).sk.starts_with(&object));
            let records: Result<Vec<_>, _> = own.map(|raw| self.decode_kept(clinic, raw)).collect();
            let read = self.decode_stored_key(raw);
            match read.and_then(|key| Ok(KeySources { key, records: records? })) {
                Ok(read) => found.push(read),
                Err(error) => {
                    skip_corrupt(error)?;
                    skipped += 1;
                }
            }
        }
        self.load_last_uses(found.iter_mut().map(|sources| &mut sources.key)).await?;
        Ok((found, skipped))
    }
}
