//! Puts due work into the queue whose message was lost, or whose due date was too far ahead for one.

use std::time::{Duration, Instant};

use queue::QueuedWork;
use store::{DELIVERY_DUE_PARTS, DueStart, StoreError};

use crate::Deps;

/// How many items are read at once.
const AT_ONCE: i32 = 100;
/// How much time they need.
const TIME_NEEDED: Duration = Duration::from_secs(10);
/// When the schedule looks at the same work again.
const LOOK_AGAIN: Duration = Duration::from_mins(2);

/// Puts all due work into the queue while there is time.
pub(crate) async fn queue_due(deps: &Deps, deadline: Instant) -> Result<(), StoreError> {
    let mut count = 0;
    // Another part is first each minute, so that a busy one does not always delay the same others.
    let minute = u8::try_from(deps.context.now().seconds() / 60 % i64::from(DELIVERY_DUE_PARTS));
    let first = minute.unwrap_or_default();
    for part in (0..DELIVERY_DUE_PARTS).map(|part| (first + part) % DELIVERY_DUE_PARTS) {
        let mut start = None;
        loop {
            if deadline.saturating_duration_since(Instant::now()) < TIME_NEEDED {
                tracing::info!(count, "not all due webhook work queued, the next run continues");
                return Ok(());
            }
            let (found, next) = queue_some(deps, part, start).await?;
            count += found;
            start = next;
            if start.is_none() {
                break;
            }
        }
    }
    if count > 0 {
        tracing::info!(count, "due webhook work queued");
    }
    Ok(())
}

/// Returns how many items were listed, and where the list goes on.
async fn queue_some(
    deps: &Deps,
    part: u8,
    start: Option<DueStart>,
) -> Result<(usize, Option<DueStart>), StoreError> {
    let (store, now) = (&deps.context.store, deps.context.now());
    let listed = store.list_due_webhook_work(part, now, (AT_ONCE, start)).await?;
    let mut work = Vec::with_capacity(listed.items.len());
    for due in &listed.items {
        // Otherwise it has changed, and its writer has sent a message.
        if store.move_due_webhook_work(due, now.plus(LOOK_AGAIN)).await? {
            work.push(QueuedWork::now(due.work));
        }
    }
    deps.queue.send_or_log(&work).await;
    Ok((listed.items.len(), listed.next))
}
