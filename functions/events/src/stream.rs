//! The events of a batch of stream records.

use aws_lambda_events::event::dynamodb::{Event as StreamEvent, EventRecord};
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use domain::event::Event;
use domain::ids::ClinicId;
use domain::time::Timestamp;
use store::{NewEvent, RawItem, StoreError};

use crate::{Deps, append_everywhere, new_event};

/// One clinic's events of a batch, in the order of commits.
struct ClinicEvents {
    clinic: ClinicId,
    /// The place of the first one in the batch.
    first: usize,
    events: Vec<NewEvent>,
}

/// Appends the events of a batch. The stream delivers again from the first record that failed, and events that
/// are in the feed by then are dropped.
pub(crate) async fn append_batch(deps: &Deps, batch: StreamEvent) -> DynamoDbEventResponse {
    let numbers: Vec<_> =
        batch.records.iter().map(|record| record.change.sequence_number.clone()).collect();
    let mut failed = None;
    for some in group_by_clinic(deps, batch) {
        if let Err(error) = append_everywhere(deps, some.clinic, &some.events).await {
            let first = some.first;
            tracing::warn!(%error, sequence = numbers[first], "events not appended, they will be retried");
            failed = Some(failed.map_or(first, |failed: usize| failed.min(first)));
        }
    }
    let mut response = DynamoDbEventResponse::default();
    if let Some(first) = failed {
        let mut failure = DynamoDbBatchItemFailure::default();
        failure.item_identifier.clone_from(&numbers[first]);
        response.batch_item_failures.push(failure);
    }
    response
}

/// The events of a batch by clinic, so that a transaction numbers several.
fn group_by_clinic(deps: &Deps, batch: StreamEvent) -> Vec<ClinicEvents> {
    let mut groups: Vec<ClinicEvents> = Vec::new();
    for (at, record) in batch.records.into_iter().enumerate() {
        let (clinic, event) = match read_record(deps, record) {
            Ok(Some(found)) => found,
            Ok(None) => continue,
            Err(error) => {
                // A retry would meet the same record and delay the ones behind it.
                tracing::error!(%error, "event skipped: corrupt item");
                continue;
            }
        };
        let event = new_event(&event, None);
        match groups.iter_mut().find(|group| group.clinic == clinic) {
            Some(group) => group.events.push(event),
            None => groups.push(ClinicEvents { clinic, first: at, events: vec![event] }),
        }
    }
    groups
}

/// The event of a stream record. `None` if the record has none.
fn read_record(deps: &Deps, record: EventRecord) -> Result<Option<(ClinicId, Event)>, StoreError> {
    let created = record.change.approximate_creation_date_time.timestamp_millis();
    let at = Timestamp::from_millis(created).unwrap_or_else(|_| deps.clock.now());
    let new = RawItem::from(record.change.new_image);
    if let Some(record) = deps.store.read_audit_image(&new)? {
        return Ok(Event::of_record(&record).map(|event| (record.clinic, event)));
    }
    let old = RawItem::from(record.change.old_image);
    deps.store.read_delivery_change((&old, &new), at)
}
