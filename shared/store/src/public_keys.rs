//! The public halves of the signing keys, in one item.

use domain::credentials::signing::{PublicKey, SigningAlgorithm};
use serde::{Deserialize, Serialize};

use crate::codec::BadField;
use crate::{Store, StoreError, key};

#[derive(Serialize, Deserialize)]
struct PublicKeysItem {
    #[serde(rename = "ks")]
    keys: Vec<PublicKeyItem>,
}

#[derive(Serialize, Deserialize)]
struct PublicKeyItem {
    #[serde(rename = "ki")]
    kid: String,
    #[serde(rename = "al")]
    algorithm: String,
    #[serde(rename = "x")]
    x: String,
    #[serde(rename = "y", default, skip_serializing_if = "Option::is_none")]
    y: Option<String>,
}

impl Store {
    /// Reads the published keys. Returns none before the first one is published.
    pub async fn read_public_keys(&self) -> Result<Vec<PublicKey>, StoreError> {
        let Some(raw) = self.get(&key::public_keys()).await? else {
            return Ok(Vec::new());
        };
        let read = |key: PublicKeyItem| {
            let algorithm = SigningAlgorithm::parse(&key.algorithm).ok_or(BadField("ks.al"))?;
            Ok(PublicKey { kid: key.kid, algorithm, x: key.x, y: key.y })
        };
        self.decode_with(&raw, |item: PublicKeysItem| item.keys.into_iter().map(read).collect())
    }

    /// Writes these keys over all that were published before.
    pub async fn publish_keys(&self, keys: &[PublicKey]) -> Result<(), StoreError> {
        let item = PublicKeysItem {
            keys: (keys.iter())
                .map(|key| PublicKeyItem {
                    kid: key.kid.clone(),
                    algorithm: key.algorithm.as_str().to_owned(),
                    x: key.x.clone(),
                    y: key.y.clone(),
                })
                .collect(),
        };
        let item = self.encode(key::public_keys(), &item)?;
        let put = self.client.put_item().table_name(&self.table);
        let put = put.set_item(Some(item)).send().await;
        put.map(|_| ()).map_err(|e| StoreError::from_sdk(&e))
    }
}
