//! The events of a batch of stream records.

use std::collections::{BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use aws_lambda_events::event::dynamodb::{Event as StreamEvent, EventRecord};
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use domain::audit::{AuditObject, AuditRecord};
use domain::event::Event;
use domain::ids::{ClinicId, EventId};
use domain::time::Timestamp;
use store::{NewEvent, RawItem, SkippedEvent, StoreError};

use crate::order::{Predecessor, find_missing};
use crate::{Deps, append_everywhere, new_event, review, tampering, webhook};

/// How often a call looks for earlier events of the same objects. It waits two seconds for them at most.
const LOOKS: u32 = 10;
/// How long a call waits between two looks.
const PAUSE: Duration = Duration::from_millis(200);
/// How much time the events of a clinic need.
const TIME_NEEDED: Duration = Duration::from_secs(5);

/// An event of a batch.
struct StreamedEvent {
    /// The place of its record in the batch.
    at: usize,
    clinic: ClinicId,
    change: Change,
    after: Option<Predecessor>,
}

/// What the feed learns of a record.
enum Change {
    New(NewEvent),
    /// Its item cannot be read.
    Skipped(SkippedEvent),
}

/// One clinic's events of a batch, in the order of commits.
struct ClinicEvents {
    clinic: ClinicId,
    events: VecDeque<StreamedEvent>,
}

/// Why not all events of a clinic were appended.
#[derive(Debug, thiserror::Error)]
enum AppendError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("an earlier event of the same object is not in the feed yet")]
    Early,
    #[error("no time is left")]
    NoTime,
}

/// Queues the webhook deliveries of a batch, keeps what access reviews need, and appends its events. The stream
/// delivers again from the first record that failed, and what was done by then is not repeated.
pub(crate) async fn append_batch(
    deps: &Deps,
    batch: StreamEvent,
    deadline: Instant,
) -> DynamoDbEventResponse {
    let numbers: Vec<_> =
        batch.records.iter().map(|record| record.change.sequence_number.clone()).collect();
    let queued = webhook::queue_deliveries(deps, &batch.records).await;
    let kept = review::keep_batch(deps, &batch.records).await;
    let mut failed = queued.into_iter().chain(kept).min();
    for (first, error) in append_all(deps, group_by_clinic(deps, batch), deadline).await {
        tracing::warn!(%error, sequence = numbers[first], "events not appended, they will be retried");
        failed = Some(failed.map_or(first, |failed: usize| failed.min(first)));
    }
    let mut response = DynamoDbEventResponse::default();
    if let Some(first) = failed {
        let mut failure = DynamoDbBatchItemFailure::default();
        failure.item_identifier.clone_from(&numbers[first]);
        response.batch_item_failures.push(failure);
    }
    response
}

/// Appends the events of every clinic that come next, and waits for the events before the others, for all clinics at
/// once. Returns the places of the first records that have to be delivered again.
async fn append_all(
    deps: &Deps,
    mut waiting: Vec<ClinicEvents>,
    deadline: Instant,
) -> Vec<(usize, AppendError)> {
    let mut failed = Vec::new();
    for look in 0..LOOKS {
        if look > 0 {
            tokio::time::sleep(PAUSE).await;
        }
        for mut some in std::mem::take(&mut waiting) {
            let first = some.first();
            if deadline.saturating_duration_since(Instant::now()) < TIME_NEEDED {
                failed.push((first, AppendError::NoTime));
            } else if let Err(error) = append_ready(deps, &mut some).await {
                failed.push((first, error.into()));
            } else if !some.events.is_empty() {
                waiting.push(some);
            }
        }
        if waiting.is_empty() {
            break;
        }
    }
    failed.extend(waiting.iter().map(|some| (some.first(), AppendError::Early)));
    failed
}

/// The events of a batch by clinic, so that a transaction numbers several.
fn group_by_clinic(deps: &Deps, batch: StreamEvent) -> Vec<ClinicEvents> {
    let mut groups: Vec<ClinicEvents> = Vec::new();
    for (at, record) in batch.records.into_iter().enumerate() {
        if tampering::report(&record) {
            continue;
        }
        let Some(event) = read_record(deps, record, at) else {
            continue;
        };
        match groups.iter_mut().find(|group| group.clinic == event.clinic) {
            Some(group) => group.events.push_back(event),
            None => groups.push(ClinicEvents { clinic: event.clinic, events: [event].into() }),
        }
    }
    groups
}

/// The event of a stream record, and the one that it comes after. `None` if the record has none.
fn read_record(deps: &Deps, record: EventRecord, at: usize) -> Option<StreamedEvent> {
    let created = record.change.approximate_creation_date_time.timestamp_millis();
    let time = Timestamp::from_millis(created).unwrap_or_else(|_| deps.clock.now());
    let new = RawItem::from(record.change.new_image);
    let old = RawItem::from(record.change.old_image);
    match read_change(deps, (&old, &new), time) {
        Ok(found) => found.map(|(clinic, event, after)| {
            let change = Change::New(new_event(&event, None));
            StreamedEvent { at, clinic, change, after }
        }),
        Err(error) => {
            // A retry would meet the same record and delay the ones behind it.
            tracing::error!(%error, "event skipped: corrupt item");
            let skipped = SkippedEvent::of_image(&new)?;
            let change = Change::Skipped(skipped);
            Some(StreamedEvent { at, clinic: skipped.clinic, change, after: None })
        }
    }
}

fn read_change(
    deps: &Deps,
    (old, new): (&RawItem, &RawItem),
    at: Timestamp,
) -> Result<Option<(ClinicId, Event, Option<Predecessor>)>, StoreError> {
    if let Some(record) = deps.store.read_audit_image(new)? {
        let event = Event::of_record(&record);
        return Ok(event.map(|event| (record.clinic, event, last_delivery(&record))));
    }
    let change = deps.store.read_delivery_change((old, new), at)?;
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

/// Appends the events of one clinic, up to the first one that comes too early. Leaves the others.
async fn append_ready(deps: &Deps, some: &mut ClinicEvents) -> Result<(), StoreError> {
    let own: BTreeSet<EventId> = some.events.iter().map(StreamedEvent::id).collect();
    let needed: Vec<_> = some.events.iter().filter_map(|event| event.after).collect();
    let needed: Vec<_> = needed.into_iter().filter(|one| !own.contains(&one.id)).collect();
    let missing = find_missing(deps, some.clinic, &needed).await?;
    let early = |event: &StreamedEvent| event.after.is_some_and(|one| missing.contains(&one.id));
    let until = some.events.iter().position(early).unwrap_or(some.events.len());
    let (mut new, mut skipped) = (Vec::new(), Vec::new());
    for event in some.events.iter().take(until) {
        match &event.change {
            Change::New(event) => new.push(event.clone()),
            Change::Skipped(event) => skipped.push(*event),
        }
    }
    append_everywhere(deps, some.clinic, &new).await?;
    for event in skipped {
        deps.store.skip_event(event, deps.clock.now()).await?;
    }
    some.events.drain(..until);
    Ok(())
}

impl ClinicEvents {
    /// The place of the first record that is not done.
    fn first(&self) -> usize {
        self.events.front().map_or(0, |event| event.at)
    }
}

impl StreamedEvent {
    fn id(&self) -> EventId {
        match &self.change {
            Change::New(event) => event.id,
            Change::Skipped(event) => event.id,
        }
    }
}
