//! Mails what the table's stream says was committed. So a mail exists if and only if its
//! invitation does, and nobody who invites waits for the mail system.

mod compose;

use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::event::dynamodb::{Event, EventRecord};
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use domain::credentials::token::Keyring;
use domain::time::Clock;
use mail::{SendError, Ses};
use store::{MailId, MailLease, RawItem, Store, StoreError};

/// What this function needs.
#[derive(Clone)]
pub struct Deps {
    /// The table.
    pub store: Store,
    /// The root keys, to make links.
    pub keyring: Arc<Keyring>,
    /// The present moment.
    pub clock: Arc<dyn Clock>,
    /// The mail system.
    pub ses: Ses,
    /// Where a person accepts; the token is put into the fragment.
    pub accept_url: String,
    /// Where a person sets a new password; the token is put into the fragment.
    pub reset_url: String,
    /// Where owners and admins work.
    pub dashboard_url: String,
}

/// What an invitation says whose mail could not be composed.
const OUR_FAULT: &str = "not sent: a fault on our side, which was reported";
/// How often marking a mail is tried, on top of the SDK's own tries.
const MARK_TRIES: u32 = 4;
/// How long to wait before marking again, times the tries so far.
const MARK_PAUSE: Duration = Duration::from_millis(200);

/// Why a mail has to be tried again.
#[derive(Debug, thiserror::Error)]
enum NotNow {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the mail system: {0}")]
    Mail(String),
    #[error("another mailer has it")]
    Busy,
    #[error("cannot be composed: {0}")]
    Compose(&'static str),
}

/// Mails a batch of stream records in order. At the first that has to be tried again it stops, and
/// the stream delivers from there on.
pub async fn handle(deps: &Deps, event: Event) -> DynamoDbEventResponse {
    let mut response = DynamoDbEventResponse::default();
    for record in event.records {
        let sequence = record.change.sequence_number.clone();
        if let Err(error) = one(deps, record).await {
            tracing::warn!(%error, sequence, "mail not sent now");
            let mut failure = DynamoDbBatchItemFailure::default();
            failure.item_identifier = sequence;
            response.batch_item_failures.push(failure);
            break;
        }
    }
    response
}

async fn one(deps: &Deps, record: EventRecord) -> Result<(), NotNow> {
    let image = RawItem::from(record.change.new_image);
    let id = match deps.store.mail_id(&image) {
        Ok(Some(id)) => id,
        Ok(None) => return Ok(()),
        Err(error) => {
            // However often it is tried, it stays corrupt, and would hold up the mails behind it.
            tracing::error!(%error, "mail left queued");
            return Ok(());
        }
    };
    let taken = match deps.store.lease_mail(id, deps.clock.now()).await {
        Err(error @ StoreError::Corrupt { .. }) => return given_up(deps, id, &error).await,
        taken => taken?,
    };
    match taken {
        MailLease::Done => Ok(()),
        MailLease::Busy => Err(NotNow::Busy),
        MailLease::Granted(mail) => match send(deps, id, mail).await {
            Err(error @ (NotNow::Store(StoreError::Corrupt { .. }) | NotNow::Compose(_))) => {
                given_up(deps, id, &error).await
            }
            Err(error) => {
                // If this fails too, the mail is free again once the deadline has passed.
                deps.store.release_mail(id, deps.clock.now()).await?;
                Err(error)
            }
            Ok(outcome) => marked(deps, id, &outcome).await,
        },
    }
}

/// A fault of ours, which no further try mends: it shows on the invitation and raises an alarm.
async fn given_up(deps: &Deps, id: MailId, error: &impl std::fmt::Display) -> Result<(), NotNow> {
    tracing::error!(%error, "mail given up");
    marked(deps, id, &Outcome::Failed(OUR_FAULT.to_owned())).await
}

/// What became of a mail that was taken.
enum Outcome {
    Sent(String),
    Failed(String),
}

async fn send(deps: &Deps, id: MailId, mail: store::Mail) -> Result<Outcome, NotNow> {
    let message = match compose::message(deps, mail).await? {
        Ok(message) => message,
        Err(pointless) => return Ok(Outcome::Failed(pointless.0.to_owned())),
    };
    match deps.ses.send(&message, &tags(&names(id))).await {
        Ok(message_id) => Ok(Outcome::Sent(message_id.as_str().to_owned())),
        Err(SendError::Refused { reason }) => Ok(Outcome::Failed(reason)),
        Err(SendError::Unavailable { reason }) => Err(NotNow::Mail(reason)),
    }
}

/// Marks the mail. Never lets it go instead: it is sent, and would be sent again.
async fn marked(deps: &Deps, id: MailId, outcome: &Outcome) -> Result<(), NotNow> {
    let mut tries = 0;
    loop {
        let marked = match outcome {
            Outcome::Sent(message_id) => deps.store.mark_sent(id, message_id).await,
            Outcome::Failed(reason) => deps.store.mark_failed(id, reason).await,
        };
        tries += 1;
        match marked {
            Err(StoreError::Unavailable(_)) if tries < MARK_TRIES => {
                tokio::time::sleep(MARK_PAUSE * tries).await;
            }
            marked => return Ok(marked?),
        }
    }
}

/// Ids only: the mail system's events come back with them.
fn names(id: MailId) -> Vec<(&'static str, String)> {
    match id {
        MailId::Invitation { clinic, id, generation } => vec![
            ("clinic", clinic.to_string()),
            ("invitation", id.to_string()),
            ("generation", generation.to_string()),
        ],
        MailId::Notice(id) => vec![("notice", id.to_string())],
    }
}

fn tags<'a>(names: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    names.iter().map(|(name, value)| (*name, value.as_str())).collect()
}
