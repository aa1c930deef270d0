//! The bucket of the sealed audit and the key that signs it, as S3 and KMS serve them.

mod endpoint;
mod key;
mod objects;

use axum::Router;
use events::{Archive, Sealing, SegmentSigner};

use crate::aws::client_config;
use crate::error::StartError;
use crate::links::{archive_url, sealing_key_url};
use crate::storage::Storage;
use key::SealingKey;
pub use objects::SealedObjects;

/// The name of the bucket. There is one.
pub(crate) const BUCKET: &str = "audit";
/// The id of the key. There is one.
pub(crate) const KEY_ID: &str = "audit-key";

/// The bucket and the key.
#[derive(Clone)]
pub(crate) struct SealingServices {
    pub(crate) objects: SealedObjects,
    key: SealingKey,
}

impl SealingServices {
    pub(crate) fn open(storage: &Storage) -> Result<Self, StartError> {
        let objects = SealedObjects::open(storage);
        let key = SealingKey::open(storage).map_err(StartError::SealingKey)?;
        Ok(Self { objects, key })
    }

    /// The operations of S3 and KMS that the service calls.
    pub(crate) fn router(&self) -> Router {
        endpoint::s3(self.objects.clone()).merge(endpoint::kms(self.key.clone()))
    }
}

/// What `events` seals the audit with, for the service at this address.
pub(crate) fn clients(url: &str) -> Sealing {
    let kms = aws_sdk_kms::Client::new(&client_config(&sealing_key_url(url)));
    Sealing {
        archive: Archive::connect(&client_config(&archive_url(url)), BUCKET.to_owned()),
        signer: SegmentSigner::new(kms, KEY_ID.to_owned()),
        most_records: Sealing::MOST_RECORDS,
    }
}
