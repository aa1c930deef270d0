//! Whether an event is there.
//!
//! A query beside a transaction may show some of its items and not yet the others (developer guide, "Isolation
//! levels"). A transaction that reads does not: it waits for neither, and is refused while the other one runs.

use aws_sdk_dynamodb::operation::transact_get_items::TransactGetItemsError;
use aws_sdk_dynamodb::types::{CancellationReason, Get, TransactGetItem};
use domain::event::EventNumber;
use domain::ids::ClinicId;
use domain::time::Timestamp;

use crate::item::number_of;
use crate::{Store, StoreError, key};

impl Store {
    /// Whether an event that a query did not show is kept. Otherwise it has expired, and is or will be deleted.
    /// An event that is being written counts as kept.
    pub(super) async fn is_event_kept(
        &self,
        clinic: ClinicId,
        number: EventNumber,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let get = Get::builder()
            .table_name(&self.table)
            .set_key(Some(key::event(clinic, number).into_attributes()))
            .build()
            .map_err(|e| StoreError::Refused(e.to_string()))?;
        let get = TransactGetItem::builder().get(get).build();
        match self.client.transact_get_items().transact_items(get).send().await {
            Ok(found) => {
                let item = found.responses().first().and_then(|found| found.item());
                Ok(item.is_some_and(|item| number_of::<i64>(item, "ttl") > now.seconds()))
            }
            Err(error) => match error.as_service_error() {
                Some(TransactGetItemsError::TransactionCanceledException(canceled))
                    if is_conflict(canceled.cancellation_reasons()) =>
                {
                    Ok(true)
                }
                _ => Err(StoreError::from_sdk(&error)),
            },
        }
    }
}

/// Whether another transaction writes the item at this moment.
fn is_conflict(reasons: &[CancellationReason]) -> bool {
    reasons.iter().any(|reason| reason.code() == Some("TransactionConflict"))
}
