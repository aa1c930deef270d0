//! Appends to the event feed what the table's stream shows as committed. So an event is in the feed if and only
//! if its change was committed.
//!
//! Most events follow from audit records. Whether an email arrived follows from the invitation. What ends by
//! itself, such as an invitation that expires, has no write, so a schedule looks for it.
//!
//! The stream also shows each event of the feed. Its webhook deliveries are queued then. What an access review
//! reads is kept from the same audit records.
//!
//! A second schedule copies the audit to a bucket, where no one can change it.

mod due;
mod group;
mod missing;
mod order;
mod review;
mod review_again;
mod seal;
mod stream;
mod tampering;
mod webhook;

use std::sync::Arc;
use std::time::Instant;

use aws_lambda_events::event::dynamodb::Event as StreamEvent;
use aws_lambda_events::event::streams::DynamoDbEventResponse;
use domain::event::Event;
use domain::ids::ClinicId;
use domain::time::Clock;
use queue::WebhookQueue;
use serde::{Deserialize, Serialize};
use store::{AppendOutcome, DueItem, NewEvent, Store, StoreError};

pub use missing::{MissingAnswer, MissingError, MissingRequest};
pub use review_again::{KeepRequest, KeptAnswer};
pub use seal::{
    Archive, ArchiveError, SealError, SealRequest, Sealing, SegmentSigner, SignerError,
};

/// What this function needs.
#[derive(Clone)]
pub struct Deps {
    /// The table.
    pub store: Store,
    /// The current time.
    pub clock: Arc<dyn Clock>,
    /// The queue of the function `webhooks`.
    pub queue: WebhookQueue,
    /// Where the audit is sealed.
    pub sealing: Arc<Sealing>,
}

/// What calls this function.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum EventsEvent {
    /// A batch of stream records.
    Stream(StreamEvent),
    /// The schedule, which looks for what has ended.
    Scheduled(ScheduledEvent),
    /// The schedule that seals the audit.
    Seal(SealRequest),
    /// An operator, after changes were lost on their way to the feed.
    Missing(MissingRequest),
    /// An operator, after records were lost on their way to access reviews.
    Keep(KeepRequest),
}

/// The answer to a call.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum EventsAnswer {
    /// The records of a batch that failed. Empty for the schedules.
    Stream(DynamoDbEventResponse),
    /// What an operator's call appended.
    Missing(MissingAnswer),
    /// What an operator's call kept.
    Kept(KeptAnswer),
}

/// The schedule's event. Nothing else in it matters.
#[derive(Debug, Deserialize)]
pub struct ScheduledEvent {
    /// `Scheduled Event`.
    #[serde(rename = "detail-type")]
    pub detail_type: String,
}

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// Events were not appended.
    #[error(transparent)]
    Append(#[from] MissingError),
    /// The audit was not sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl From<StoreError> for CallError {
    fn from(error: StoreError) -> Self {
        Self::Append(error.into())
    }
}

/// Appends the events of a call. Begins none that may not be done at `deadline`. A failed scheduled call is an
/// error, and the next one continues.
pub async fn handle(
    deps: &Deps,
    event: EventsEvent,
    deadline: Instant,
) -> Result<EventsAnswer, CallError> {
    match event {
        EventsEvent::Stream(event) => {
            Ok(EventsAnswer::Stream(stream::append_batch(deps, event, deadline).await))
        }
        EventsEvent::Scheduled(_) => {
            due::append_due(deps, deadline).await?;
            tracing::info!("search for due events finished");
            Ok(EventsAnswer::Stream(DynamoDbEventResponse::default()))
        }
        EventsEvent::Missing(request) => {
            Ok(EventsAnswer::Missing(missing::append_missing(deps, &request, deadline).await?))
        }
        EventsEvent::Keep(request) => {
            Ok(EventsAnswer::Kept(review_again::keep_again(deps, &request, deadline).await?))
        }
        EventsEvent::Seal(_) => {
            seal::seal_audit(deps, deadline).await?;
            Ok(EventsAnswer::Stream(DynamoDbEventResponse::default()))
        }
    }
}

fn new_event(event: &Event, due: Option<DueItem>) -> NewEvent {
    NewEvent { id: event.id, kind: event.kind, at: event.at, data: event.data_json(), due }
}

/// Appends events of one clinic in this order, or events of the operator in every clinic. Returns how many are
/// new. A clinic that fails is an error once the others are done.
async fn append_everywhere(
    deps: &Deps,
    clinic: ClinicId,
    events: &[NewEvent],
) -> Result<usize, StoreError> {
    if clinic != ClinicId::OPERATOR {
        return Ok(append(deps, clinic, events).await?.appended);
    }
    if events.is_empty() {
        return Ok(0);
    }
    let (mut appended, mut failed) = (0, None);
    for clinic in deps.store.list_clinics().await? {
        match append(deps, clinic, events).await {
            Ok(outcome) => appended += outcome.appended,
            Err(error) => failed = Some(note_failure(clinic, error)),
        }
    }
    failed.map_or(Ok(appended), Err)
}

/// Logs why a clinic's events were not appended, so that the other clinics do not wait.
fn note_failure(clinic: ClinicId, error: StoreError) -> StoreError {
    tracing::warn!(%clinic, %error, "events of a clinic not appended, they will be retried");
    error
}

/// Appends events of one clinic in this order.
async fn append(
    deps: &Deps,
    clinic: ClinicId,
    events: &[NewEvent],
) -> Result<AppendOutcome, StoreError> {
    if events.is_empty() {
        return Ok(AppendOutcome::default());
    }
    let outcome = deps.store.append_events(clinic, events, deps.clock.now()).await?;
    tracing::info!(%clinic, appended = outcome.appended, dropped = outcome.dropped, "events appended");
    Ok(outcome)
}
