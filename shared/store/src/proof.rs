//! Used proofs of possession (RFC 9449). Each proof works once.

use std::time::Duration;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use domain::grant::KeyThumbprint;
use domain::time::Timestamp;
use serde::Serialize;

use crate::item::number;
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
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(self.encode(key::proof(key, id), &item)?))
            .condition_expression(condition)
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":now", number(now.seconds()));
        match put.send().await {
            Ok(_) => Ok(ProofOutcome::Fresh),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(ProofOutcome::Replay),
                _ => Err(StoreError::from_sdk(&error)),
            },
        }
    }
}
