//! Sends events to the webhook endpoints of clinics, as Standard Webhooks 1.0 says.
//!
//! The queue brings work: a delivery that may be due, or a replay that goes on. The table decides. A schedule
//! looks for work whose message was lost, or whose due date is too far ahead for a message.

mod deliver;
mod due;
mod event;
mod receiver;
mod replay;
mod resolver;
mod settle;

use std::sync::Arc;
use std::time::{Duration, Instant};

use changes::Context;
use domain::credentials::keyring::{Keyring, WebhookSecrets};
use domain::ids::WebhookId;
use domain::webhook::WebhookWork;
use futures_util::future::join_all;
use queue::WebhookQueue;
use store::StoreError;

pub use event::{
    BatchItemFailure, BatchResponse, QueueEvent, QueueRecord, ScheduledEvent, WebhooksEvent,
};
pub use receiver::ReceiverClient;
pub use resolver::{NameResolver, Resolution};

/// What this function needs.
#[derive(Clone)]
pub struct Deps {
    /// The table, the clock and randomness.
    pub context: Context,
    /// The keys of the secrets.
    pub keys: Arc<Keyring<WebhookSecrets>>,
    /// The queue that brings work.
    pub queue: WebhookQueue,
    /// Sends to receivers.
    pub receivers: ReceiverClient,
}

/// How much time an attempt needs: the receiver's, and what it takes to read and write the table.
const TIME_FOR_ONE: Duration = Duration::from_secs(16);

/// Why some work was not done. Its message comes again.
#[derive(Debug, thiserror::Error)]
enum WorkError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("every write met another one")]
    Contended,
    #[error("no time is left")]
    NoTime,
}

/// Does the work of an event. Begins none that may not be done at `deadline`. A failed scheduled call is an
/// error, and the next one continues.
pub async fn handle(
    deps: &Deps,
    event: WebhooksEvent,
    deadline: Instant,
) -> Result<BatchResponse, StoreError> {
    match event {
        WebhooksEvent::Queue(event) => Ok(work_on(deps, event, deadline).await),
        WebhooksEvent::Scheduled(_) => {
            due::queue_due(deps, deadline).await?;
            Ok(BatchResponse::default())
        }
    }
}

/// Works for all endpoints at the same time, so that a receiver that does not answer delays no other. Works on the
/// messages of one endpoint after each other: after the first one without an answer, the others need not wait for it.
async fn work_on(deps: &Deps, event: QueueEvent, deadline: Instant) -> BatchResponse {
    let mut groups: Vec<(Option<WebhookId>, Vec<&QueueRecord>)> = Vec::new();
    for record in &event.records {
        let endpoint = queue::parse_message(&record.body).map(WebhookWork::endpoint);
        match groups.iter_mut().find(|(group, _)| *group == endpoint) {
            Some((_, records)) => records.push(record),
            None => groups.push((endpoint, vec![record])),
        }
    }
    let all = groups.into_iter().map(async |(_, records)| {
        let mut failures = Vec::new();
        for record in records {
            failures.extend(work_on_message(deps, record, deadline).await);
        }
        failures
    });
    let failures = join_all(all).await.into_iter().flatten();
    BatchResponse { batch_item_failures: failures.collect() }
}

async fn work_on_message(
    deps: &Deps,
    record: &QueueRecord,
    deadline: Instant,
) -> Option<BatchItemFailure> {
    let Some(work) = queue::parse_message(&record.body) else {
        // It would come again and again.
        tracing::error!("message skipped: not one of this service");
        return None;
    };
    let done = match work {
        WebhookWork::Deliver(delivery) => {
            Box::pin(deliver::deliver(deps, delivery, deadline)).await
        }
        WebhookWork::Replay(clinic, endpoint) => {
            Box::pin(replay::replay(deps, (clinic, endpoint), deadline)).await
        }
    };
    match done {
        Ok(()) => None,
        Err(WorkError::Store(error @ StoreError::Corrupt { .. })) => {
            // A retry would meet the same item.
            tracing::error!(%error, "webhook work skipped: corrupt item");
            None
        }
        Err(error) => {
            tracing::warn!(%error, "webhook work not done, it will be retried");
            Some(BatchItemFailure { item_identifier: record.message_id.clone() })
        }
    }
}

/// Requires enough time for another step.
fn require_time(deadline: Instant) -> Result<(), WorkError> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left < TIME_FOR_ONE { Err(WorkError::NoTime) } else { Ok(()) }
}
