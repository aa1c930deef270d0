//! The events of a batch of stream records.

use std::collections::BTreeSet;

use aws_lambda_events::event::dynamodb::{Event as StreamEvent, EventRecord};
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use domain::audit::{AuditObject, AuditRecord};
use domain::event::Event;
use domain::ids::{ClinicId, EventId};
use domain::time::Timestamp;
use store::{NewEvent, RawItem, StoreError};

use crate::order::{Predecessor, find_missing};
use crate::{Deps, append_everywhere, new_event, webhook};

/// How often a call looks for earlier events of the same objects. It waits two seconds for them at most.
const LOOKS: u32 = 10;

/// An event of a batch.
struct StreamedEvent {
    /// The place of its record in the batch.
    at: usize,
    event: NewEvent,
    after: Option<Predecessor>,
}

/// One clinic's events of a batch, in the order of commits.
struct ClinicEvents {
    clinic: ClinicId,
    events: Vec<StreamedEvent>,
}

/// Why not all events of a clinic were appended.
#[derive(Debug, thiserror::Error)]
enum AppendError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("an earlier event of the same object is not in the feed yet")]
    Early,
}

/// Queues the webhook deliveries of a batch, and appends its events. The stream delivers again from the first
/// record that failed, and what was done by then is not repeated.
pub(crate) async fn append_batch(deps: &Deps, batch: StreamEvent) -> DynamoDbEventResponse {
    let numbers: Vec<_> =
        batch.records.iter().map(|record| record.change.sequence_number.clone()).collect();
    let mut failed = webhook::queue_deliveries(deps, &batch.records).await;
    for some in group_by_clinic(deps, batch) {
        if let Err((first, error)) = append_of_clinic(deps, some).await {
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
        let (clinic, event, after) = match read_record(deps, record) {
            Ok(Some(found)) => found,
            Ok(None) => continue,
            Err(error) => {
                // A retry would meet the same record and delay the ones behind it.
                tracing::error!(%error, "event skipped: corrupt item");
                continue;
            }
        };
        let event = StreamedEvent { at, event: new_event(&event, None), after };
        match groups.iter_mut().find(|group| group.clinic == clinic) {
            Some(group) => group.events.push(event),
            None => groups.push(ClinicEvents { clinic, events: vec![event] }),
        }
    }
    groups
}

/// The event of a stream record, and the one that it comes after. `None` if the record has none.
fn read_record(
    deps: &Deps,
    record: EventRecord,
) -> Result<Option<(ClinicId, Event, Option<Predecessor>)>, StoreError> {
    let created = record.change.approximate_creation_date_time.timestamp_millis();
    let at = Timestamp::from_millis(created).unwrap_or_else(|_| deps.clock.now());
    let new = RawItem::from(record.change.new_image);
    if let Some(record) = deps.store.read_audit_image(&new)? {
        let event = Event::of_record(&record);
        return Ok(event.map(|event| (record.clinic, event, last_delivery(&record))));
    }
    let old = RawItem::from(record.change.old_image);
    let change = deps.store.read_delivery_change((&old, &new), at)?;
    Ok(change.map(|change| (change.clinic, change.event, Predecessor::audited(change.after, at))))
}

/// The last change of the delivery before a change of the invitation.
fn last_delivery(record: &AuditRecord) -> Option<Predecessor> {
    match record.object {
        AuditObject::Invitation(invitation) if record.deliveries > 0 => {
            let id = EventId::of_delivery(invitation, record.deliveries);
            Some(Predecessor { id, since: record.at })
        }
        _ => None,
    }
}

/// Appends the events of one clinic, up to the first one that comes too early. If not all are appended, returns
/// the place of the first record that has to be delivered again.
async fn append_of_clinic(deps: &Deps, some: ClinicEvents) -> Result<(), (usize, AppendError)> {
    let ClinicEvents { clinic, events } = some;
    let first = events.first().map_or(0, |event| event.at);
    let failed = |error: StoreError| (first, AppendError::from(error));
    let own: BTreeSet<EventId> = events.iter().map(|event| event.event.id).collect();
    let needed: Vec<_> = events.iter().filter_map(|event| event.after).collect();
    let needed: Vec<_> = needed.into_iter().filter(|one| !own.contains(&one.id)).collect();
    let missing = find_missing(deps, clinic, &needed, LOOKS).await.map_err(failed)?;
    let early = |event: &StreamedEvent| event.after.is_some_and(|one| missing.contains(&one.id));
    let until = events.iter().position(early).unwrap_or(events.len());
    let next = events.get(until).map(|event| event.at);
    let ready: Vec<_> = events.into_iter().take(until).map(|event| event.event).collect();
    append_everywhere(deps, clinic, &ready).await.map_err(failed)?;
    next.map_or(Ok(()), |at| Err((at, AppendError::Early)))
}
