//! Stored responses to requests with an `Idempotency-Key`.

use std::time::Duration;

use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::invitation::Fingerprint;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::item::{number, text};
use crate::write::{ItemWrite, WriteOutcome};
use crate::{Store, StoreError, attr, key};

/// How long a response is replayed.
const KEPT_FOR: Duration = Duration::from_hours(24);
/// How long a request counts as running. This is longer than a function may run.
const RUNS_FOR: Duration = Duration::from_secs(30);

/// A response that retries of a request receive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedResponse {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: String,
}

/// The reservation of an idempotency key for one request.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyReservation(AttributeValue);

/// What to do with a request that carries an idempotency key.
#[derive(Clone, Debug, PartialEq)]
pub enum IdempotencyOutcome {
    /// The key is new. Carry out the request.
    Proceed(KeyReservation),
    /// The request was answered before. Return this response again.
    Replay(SavedResponse),
    /// The key was used for a request with another route or body.
    KeyReused,
    /// The first request is still running.
    InProgress,
}

#[derive(Serialize, Deserialize)]
struct IdempotencyItem {
    /// The digest of route and body.
    #[serde(rename = "fp")]
    fingerprint: String,
    #[serde(rename = "ru", default, skip_serializing_if = "Option::is_none")]
    running_until: Option<i64>,
    #[serde(rename = "sc", default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(rename = "bo", default, skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    ttl: i64,
}

impl Store {
    /// Reserves an idempotency key for a request. `fingerprint` is the digest of its route and body. If this
    /// fails, the key is free, so that the repeat of the request need not wait.
    pub async fn reserve_idempotency_key(
        &self,
        caller: &str,
        idempotency_key: &str,
        fingerprint: &Fingerprint,
        now: Timestamp,
    ) -> Result<IdempotencyOutcome, StoreError> {
        let item = IdempotencyItem {
            fingerprint: fingerprint.as_str().to_owned(),
            running_until: Some(now.plus(RUNS_FOR).millis()),
            status: None,
            body: None,
            ttl: now.plus(KEPT_FOR).seconds(),
        };
        // DynamoDB deletes expired items up to two days late, so the condition checks the expiry too.
        let condition = format!(
            "attribute_not_exists({}) OR #ttl <= :now_seconds OR (fp = :fp AND {} <= :now)",
            attr::PK,
            attr::RUNNING_UNTIL
        );
        let write = ItemWrite::put(self.encode(key::idempotency(caller, idempotency_key), &item)?)
            .when(&condition)
            .value(":fp", text(fingerprint.as_str()))
            .value(":now", number(now.millis()))
            .value(":now_seconds", number(now.seconds()));
        let reservation = KeyReservation(write.id().clone());
        let written = self.write(write).await;
        if written.is_err() {
            // The key may be reserved although the answers are lost.
            let _ = self.release_idempotency_key(caller, idempotency_key, &reservation).await;
        }
        let WriteOutcome::Unmet(before) = written? else {
            return Ok(IdempotencyOutcome::Proceed(reservation));
        };
        let before: IdempotencyItem = self.decode(&before)?;
        Ok(match (before.status, before.body) {
            _ if before.fingerprint != fingerprint.as_str() => IdempotencyOutcome::KeyReused,
            (Some(status), Some(body)) => {
                IdempotencyOutcome::Replay(SavedResponse { status, body })
            }
            _ => IdempotencyOutcome::InProgress,
        })
    }

    /// Stores the response to a request.
    pub async fn write_response(
        &self,
        caller: &str,
        idempotency_key: &str,
        fingerprint: &Fingerprint,
        response: &SavedResponse,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let item = IdempotencyItem {
            fingerprint: fingerprint.as_str().to_owned(),
            running_until: None,
            status: Some(response.status),
            body: Some(response.body.clone()),
            ttl: now.plus(KEPT_FOR).seconds(),
        };
        let item = self.encode(key::idempotency(caller, idempotency_key), &item)?;
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item)).send().await;
        put.map(|_| ()).map_err(|e| StoreError::from_sdk(&e))
    }

    /// Frees an idempotency key that a failed request reserved, so that a retry runs at once. If another request
    /// has reserved the key since then, nothing changes.
    pub async fn release_idempotency_key(
        &self,
        caller: &str,
        idempotency_key: &str,
        reservation: &KeyReservation,
    ) -> Result<(), StoreError> {
        let delete = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key::idempotency(caller, idempotency_key).into_attributes()))
            .condition_expression(format!("{} = :write", attr::WRITE_ID))
            .expression_attribute_values(":write", reservation.0.clone());
        match delete.send().await {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(DeleteItemError::ConditionalCheckFailedException(_)) => Ok(()),
                _ => Err(StoreError::from_sdk(&error)),
            },
        }
    }
}
