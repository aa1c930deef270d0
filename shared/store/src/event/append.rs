//! Appends events to a clinic's feed.
//!
//! One transaction numbers some events: it moves the clinic's counter from the number that was read, and
//! creates the events with the next numbers and an item for each id. It overwrites nothing. If another run
//! was faster, or an event is already there, the transaction is put together again.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{CancellationReason, ConditionCheck, Put, TransactWriteItem};
use domain::ids::{ClinicId, EventId};
use domain::time::Timestamp;
use serde::Serialize;

use super::counter::Counter;
use super::{KEPT_FOR, NewEvent};
use crate::item::{RawItem, text};
use crate::key::Key;
use crate::{Store, StoreError, attr, key};

/// How many events one transaction numbers. Each has three items at most, and a transaction takes 100.
const AT_ONCE: usize = 33;
/// How often a transaction is put together again although no event turned out to be there already.
const ATTEMPTS: u32 = 10;
/// The longest pause before the first of these attempts is twice this.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
/// The longest pause before any of them.
const LONGEST_PAUSE: Duration = Duration::from_millis(200);

/// What became of the events of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AppendOutcome {
    /// How many are new in the feed.
    pub appended: usize,
    /// How many were there already, or are about an item that is no longer due.
    pub dropped: usize,
}

#[derive(Serialize)]
struct EventItem<'a> {
    id: String,
    #[serde(rename = "ty")]
    kind: &'static str,
    at: i64,
    #[serde(rename = "da")]
    data: &'a str,
    ttl: i64,
}

/// Shows that an event with an id is in the feed, or that it does not come.
#[derive(Serialize)]
pub(super) struct MarkerItem {
    /// The number of the event. `None` if it was left out.
    #[serde(rename = "nu", skip_serializing_if = "Option::is_none")]
    pub(super) number: Option<u64>,
    pub(super) ttl: i64,
}

impl Store {
    /// Appends events in this order, each once.
    pub async fn append_events(
        &self,
        clinic: ClinicId,
        events: &[NewEvent],
        now: Timestamp,
    ) -> Result<AppendOutcome, StoreError> {
        let mut outcome = AppendOutcome::default();
        for some in events.chunks(AT_ONCE) {
            let appended = self.append_some(clinic, some, now).await?;
            outcome.appended += appended;
            outcome.dropped += some.len() - appended;
        }
        Ok(outcome)
    }

    /// Appends the events of one transaction. Returns how many were new.
    async fn append_some(
        &self,
        clinic: ClinicId,
        events: &[NewEvent],
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        let mut left: Vec<&NewEvent> = events.iter().collect();
        let mut attempts = 0;
        while !left.is_empty() {
            tokio::time::sleep(pause_before(attempts)).await;
            let counter = self.read_counter(clinic).await?;
            let items = self.transaction_items(clinic, counter, &left, now)?;
            let request = self.client.transact_write_items().set_transact_items(Some(items));
            let Err(error) = request.send().await else {
                return Ok(left.len());
            };
            let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) =
                error.as_service_error()
            else {
                return Err(StoreError::from_sdk(&error));
            };
            let ended = ended_items(&left, canceled.cancellation_reasons())?;
            let before = left.len();
            left = self.keep_new(clinic, left, &ended).await?;
            attempts += u32::from(left.len() == before);
            if attempts == ATTEMPTS {
                return Err(StoreError::Unavailable("the feed kept growing".to_owned()));
            }
        }
        Ok(0)
    }

    /// The items of a transaction: the counter, and then for each event its item, its id and the condition
    /// that it is due.
    fn transaction_items(
        &self,
        clinic: ClinicId,
        counter: Counter,
        events: &[&NewEvent],
        now: Timestamp,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let ttl = counter.ttl.max(now.plus(KEPT_FOR).seconds());
        let mut newest = counter.newest;
        let mut items = Vec::with_capacity(1 + 3 * events.len());
        for event in events {
            newest = newest.next();
            let item = EventItem {
                id: event.id.to_string(),
                kind: event.kind.as_str(),
                at: event.at.millis(),
                data: &event.data,
                ttl,
            };
            items.push(self.create(key::event(clinic, newest), &item, attr::PK)?);
            let marker = MarkerItem { number: Some(newest.get()), ttl };
            // An event that was left out, but can be made now, is appended.
            let key = key::event_marker(clinic, event.id);
            items.push(self.create(key, &marker, attr::EVENT_NUMBER)?);
            if let Some(due) = &event.due {
                let check = ConditionCheck::builder()
                    .table_name(&self.table)
                    .set_key(Some(due.key.clone().into_attributes()))
                    .condition_expression(format!("{} = :due", attr::GSI4SK))
                    .expression_attribute_values(":due", text(&due.at))
                    .build()
                    .map_err(|e| StoreError::Refused(e.to_string()))?;
                items.push(TransactWriteItem::builder().condition_check(check).build());
            }
        }
        items.insert(0, self.move_counter(clinic, counter, (newest, ttl))?);
        Ok(items)
    }

    /// Writes an item if there is none that has an attribute.
    fn create(
        &self,
        key: Key,
        body: &impl Serialize,
        unless: &str,
    ) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(self.encode(key, body)?))
            .condition_expression(format!("attribute_not_exists({unless})"))
            .build()
            .map_err(|e| StoreError::Refused(e.to_string()))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// Leaves out the events that are in the feed, and those about an item that is no longer due.
    async fn keep_new<'a>(
        &self,
        clinic: ClinicId,
        events: Vec<&'a NewEvent>,
        ended: &[bool],
    ) -> Result<Vec<&'a NewEvent>, StoreError> {
        let ids: Vec<_> = events.iter().map(|event| event.id).collect();
        let known =
            self.find_markers(clinic, &ids, |marker| marker.contains_key(attr::EVENT_NUMBER));
        let known = known.await?;
        let both = events.into_iter().zip(ended);
        let new = both.filter(|(event, ended)| !**ended && !known.contains(&event.id));
        Ok(new.map(|(event, _)| event).collect())
    }

    /// Which of some events are in the clinic's feed, or were left out. The ids must differ, and be 100 at most.
    pub async fn find_events(
        &self,
        clinic: ClinicId,
        ids: &[EventId],
    ) -> Result<BTreeSet<EventId>, StoreError> {
        self.find_markers(clinic, ids, |_| true).await
    }

    async fn find_markers(
        &self,
        clinic: ClinicId,
        ids: &[EventId],
        counts: impl Fn(&RawItem) -> bool,
    ) -> Result<BTreeSet<EventId>, StoreError> {
        let markers: Vec<Key> = ids.iter().map(|id| key::event_marker(clinic, *id)).collect();
        let found = self.get_all(&markers).await?;
        let both = ids.iter().zip(found);
        let found = both.filter(|(_, marker)| marker.as_ref().is_some_and(&counts));
        Ok(found.map(|(id, _)| *id).collect())
    }
}

/// A random pause before another attempt, so that runs that met each other do not meet again. Some milliseconds
/// at first.
fn pause_before(attempt: u32) -> Duration {
    let longest = LONGEST_PAUSE.min(FIRST_PAUSE.saturating_mul(1 << attempt.min(10)));
    if attempt == 0 { Duration::ZERO } else { longest.mul_f64(fastrand::f64()) }
}

/// Which events are about an item that is no longer due. DynamoDB returns one reason for each item, in order.
fn ended_items(
    events: &[&NewEvent],
    reasons: &[CancellationReason],
) -> Result<Vec<bool>, StoreError> {
    for reason in reasons {
        match reason.code().unwrap_or("None") {
            "None" | "ConditionalCheckFailed" | "TransactionConflict" => {}
            code @ ("ThrottlingError" | "ProvisionedThroughputExceeded") => {
                return Err(StoreError::Unavailable(code.to_owned()));
            }
            code => return Err(StoreError::Refused(format!("{code} on an event"))),
        }
    }
    let unmet = |at: usize| {
        reasons.get(at).is_some_and(|reason| reason.code() == Some("ConditionalCheckFailed"))
    };
    let mut at = 1;
    Ok(events
        .iter()
        .map(|event| {
            let ended = event.due.is_some() && unmet(at + 2);
            at += 2 + usize::from(event.due.is_some());
            ended
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_random_and_grow() {
        assert_eq!(pause_before(0), Duration::ZERO);
        for attempt in 1..=ATTEMPTS {
            let pauses: Vec<_> = (0..100).map(|_| pause_before(attempt)).collect();
            let longest = FIRST_PAUSE * (1 << attempt);
            assert!(pauses.iter().all(|pause| *pause <= longest.min(LONGEST_PAUSE)));
            assert!(pauses.iter().any(|pause| *pause != pauses[0]));
        }
    }
}
