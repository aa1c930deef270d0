//! Used proofs of possession (RFC 9449). Each proof works once.

use std::time::Duration;

use domain::grant::KeyThumbprint;
use domain::time::Timestamp;
use serde::Serialize;

use crate::item::number;
use crate::write::{ItemWrite, WriteOutcome};
use crate::{Store, StoreError, attr, key};

/// How long a used proof is stored. This is longer than a proof is valid, even if the clocks differ.
const KEPT_FOR: Duration = Duration::from_mins(5);

#[derive(Serialize)]
struct ProofItem {
    ttl: i64,
}

/// Whether a proof of possession was used before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofOutcome {
    /// The proof is new. It is recorded and cannot be used again.
    Fresh,
    /// The proof was used before.
    Replay,
}

impl Store {
    /// Records that the holder of `key` used the proof with this id.
    pub async fn record_proof(
        &self,
        key: KeyThumbprint,
        id: &str,
        now: Timestamp,
    ) -> Result<ProofOutcome, StoreError> {
        let item = ProofItem { ttl: now.plus(KEPT_FOR).seconds() };
        // DynamoDB deletes expired items up to two days late, so the condition checks the expiry too.
        let condition = format!("attribute_not_exists({}) OR #ttl <= :now", attr::PK);
        let write = ItemWrite::put(self.encode(key::proof(key, id), &item)?)
            .when(&condition)
            .value(":now", number(now.seconds()));
        Ok(match self.write(write).await? {
            WriteOutcome::Written(_) => ProofOutcome::Fresh,
            WriteOutcome::Unmet(_) => ProofOutcome::Replay,
        })
    }
}
