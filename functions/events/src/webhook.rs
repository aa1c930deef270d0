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
use crate::group::group_by_clinic;

/// Queues the deliveries of a batch. Returns the place of the first record that has to be delivered again.
pub(crate) async fn queue_deliveries(deps: &Deps, records: &[EventRecord]) -> Option<usize> {
    let mut failed = None;
    for some in group_by_clinic(read_events(deps, records)) {
        if let Err(error) = queue_of_clinic(deps, some.clinic, &some.items).await {
            tracing::warn!(%error, clinic = %some.clinic, "webhook deliveries not queued, they will be retried");
            failed = Some(failed.map_or(some.first, |failed: usize| failed.min(some.first)));
        }
    }
    failed
}

/// The new events of the feed in a batch, with their places in it.
fn read_events(
    deps: &Deps,
    records: &[EventRecord],
) -> impl Iterator<Item = (usize, ClinicId, WebhookEvent)> {
    records.iter().enumerate().filter_map(|(at, record)| {
        let new = RawItem::from(record.change.new_image.clone());
        match deps.store.read_event_image(&new) {
            Ok(found) => found.map(|(clinic, event)| (at, clinic, event)),
            // A retry would meet the same record and delay the ones behind it.
            Err(error) => {
                tracing::error!(%error, "webhook deliveries skipped: corrupt item");
                None
            }
        }
    })
}

/// Queues the deliveries of events of one clinic. Those that were queued before are not queued again.
pub(crate) async fn queue_of_clinic(
    deps: &Deps,
    clinic: ClinicId,
    events: &[WebhookEvent],
) -> Result<(), StoreError> {
    let now = deps.clock.now();
    let due = deps.store.queue_webhook_deliveries(clinic, events, now).await?;
    let work: Vec<_> =
        due.into_iter().map(|delivery| QueuedWork::now(WebhookWork::Deliver(delivery))).collect();
    if !work.is_empty() {
        deps.queue.send_or_log(&work).await;
        tracing::info!(%clinic, count = work.len(), "webhook deliveries queued");
    }
    Ok(())
}
