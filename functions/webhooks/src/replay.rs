//! Queues the deliveries of a time again, some at once.

use std::time::Instant;

use domain::ids::{ClinicId, WebhookId};
use domain::time::Timestamp;
use domain::webhook::{
    DeliveryState, Replay, WebhookDelivery, WebhookEndpoint, WebhookStatus, WebhookWork,
};
use queue::QueuedWork;
use store::CommitOutcome;

use crate::{Deps, WorkError, require_time};

/// How many deliveries are read at once.
const AT_ONCE: i32 = 100;

/// Goes on with the replay of an endpoint. Two runs at the same time do no harm: the version of each delivery
/// lets one of them queue it.
pub(crate) async fn replay(
    deps: &Deps,
    (clinic, id): (ClinicId, WebhookId),
    deadline: Instant,
) -> Result<(), WorkError> {
    let store = &deps.context.store;
    loop {
        let Some(endpoint) = store.load_webhook(clinic, id).await? else {
            return Ok(());
        };
        let Some(replay) = endpoint.replay else {
            return Ok(());
        };
        // While its receiver fails or is being verified again, the replay waits, and the schedule takes it up.
        if endpoint.status != WebhookStatus::Active || endpoint.failing_since.is_some() {
            return Ok(());
        }
        if require_time(deadline).is_err() {
            let work = [QueuedWork::now(WebhookWork::Replay(clinic, id))];
            deps.queue.send_or_log(&work).await;
            return Ok(());
        }
        queue_some(deps, endpoint, replay).await?;
    }
}

/// Queues some deliveries again, and notes how far the replay is.
async fn queue_some(
    deps: &Deps,
    endpoint: WebhookEndpoint,
    replay: Replay,
) -> Result<(), WorkError> {
    let (store, now) = (&deps.context.store, deps.context.now());
    let place = (replay.since, replay.after);
    let of = (endpoint.clinic, endpoint.id);
    let (found, after) = store.load_webhook_deliveries_since(of, place, AT_ONCE).await?;
    let mut work = Vec::new();
    for delivery in found.into_iter().filter(|one| belongs_to(&replay, one, now)) {
        let again = delivery.queue_again(now);
        if store.write_webhook_delivery(&again, now).await? == CommitOutcome::Committed {
            work.extend(QueuedWork::next_attempt(&again, now));
        }
    }
    deps.queue.send_or_log(&work).await;
    let rest = after.map(|after| Replay { after: Some(after), ..replay });
    if let Ok(next) = endpoint.with_replay(rest) {
        // After a conflict, the next round reads the endpoint again.
        let _ = store.write_webhook(&next, now).await?;
    }
    Ok(())
}

/// Whether a delivery is queued again. One that was queued since the replay began was handled before.
fn belongs_to(replay: &Replay, delivery: &WebhookDelivery, now: Timestamp) -> bool {
    let pending = matches!(delivery.state, DeliveryState::Pending { .. });
    let older = delivery.queued_at < replay.started_at;
    delivery.event.is_of_feed() && older && !pending && !delivery.is_expired(now)
}
