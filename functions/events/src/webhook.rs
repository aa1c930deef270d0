//! Queues the webhook deliveries of events that are new in the feed.
//!
//! The stream shows an event only after it was appended, so every event in a feed is queued, and nothing else.
//! The ids of deliveries follow from their events, so a record that comes again queues nothing new.

use aws_lambda_events::event::dynamodb::EventRecord;
use domain::ids::ClinicId;
use domain::webhook::{WebhookEvent, WebhookWork};
use queue::QueuedWork;
use store::{RawItem, StoreError};

use crate::Deps;

/// One clinic's new events of a batch, in the order of the feed.
struct FeedEvents {
    clinic: ClinicId,
    events: Vec<WebhookEvent>,
    /// The place of the first record in the batch.
    first: usize,
}

/// Queues the deliveries of a batch. Returns the place of the first record that has to be delivered again.
pub(crate) async fn queue_deliveries(deps: &Deps, records: &[EventRecord]) -> Option<usize> {
    let mut failed = None;
    for some in group_by_clinic(deps, records) {
        if let Err(error) = queue_of_clinic(deps, &some).await {
            tracing::warn!(%error, clinic = %some.clinic, "webhook deliveries not queued, they will be retried");
            failed = Some(failed.map_or(some.first, |failed: usize| failed.min(some.first)));
        }
    }
    failed
}

fn group_by_clinic(deps: &Deps, records: &[EventRecord]) -> Vec<FeedEvents> {
    let mut groups: Vec<FeedEvents> = Vec::new();
    for (first, record) in records.iter().enumerate() {
        let new = RawItem::from(record.change.new_image.clone());
        match deps.store.read_event_image(&new) {
            Ok(None) => {}
            Ok(Some((clinic, event))) => {
                match groups.iter_mut().find(|group| group.clinic == clinic) {
                    Some(group) => group.events.push(event),
                    None => groups.push(FeedEvents { clinic, events: vec![event], first }),
                }
            }
            // A retry would meet the same record and delay the ones behind it.
            Err(error) => tracing::error!(%error, "webhook deliveries skipped: corrupt item"),
        }
    }
    groups
}

async fn queue_of_clinic(deps: &Deps, some: &FeedEvents) -> Result<(), StoreError> {
    let now = deps.clock.now();
    let due = deps.store.queue_webhook_deliveries(some.clinic, &some.events, now).await?;
    let work: Vec<_> =
        due.into_iter().map(|delivery| QueuedWork::now(WebhookWork::Deliver(delivery))).collect();
    if !work.is_empty() {
        deps.queue.send_or_log(&work).await;
        tracing::info!(clinic = %some.clinic, count = work.len(), "webhook deliveries queued");
    }
    Ok(())
}
