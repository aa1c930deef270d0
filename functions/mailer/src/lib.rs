//! Mails what the table's stream says was committed. So a mail exists if and only if its
//! invitation does, and nobody who invites waits for the mail system.

mod compose;

use std::sync::Arc;

use aws_lambda_events::event::dynamodb::{Event, EventRecord};
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use domain::time::Clock;
use domain::token::Keyring;
use mail::{SendError, Ses};
use store::{MailId, RawItem, Store, StoreError, Taken};

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
    /// Where owners and admins work.
    pub dashboard_url: String,
}

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
    let Some(id) = deps.store.mail_in(&image)? else {
        return Ok(());
    };
    match deps.store.take_mail(id, deps.clock.now()).await? {
        Taken::Done => Ok(()),
        Taken::Busy => Err(NotNow::Busy),
        Taken::Ours(mail) => {
            let sent = send(deps, id, mail).await;
            if sent.is_err() {
                // If this fails too, the mail is free again once the deadline has passed.
                deps.store.release_mail(id, deps.clock.now()).await?;
            }
            sent
        }
    }
}

async fn send(deps: &Deps, id: MailId, mail: store::Mail) -> Result<(), NotNow> {
    let message = match compose::message(deps, mail).await? {
        Ok(message) => message,
        Err(pointless) => return Ok(deps.store.mark_failed(id, pointless.0).await?),
    };
    match deps.ses.send(&message, &tags(&names(id))).await {
        Ok(message_id) => Ok(deps.store.mark_sent(id, message_id.as_str()).await?),
        Err(SendError::Refused { reason }) => Ok(deps.store.mark_failed(id, &reason).await?),
        Err(SendError::Unavailable { reason }) => Err(NotNow::Mail(reason)),
    }
}

/// Ids only: the mail system's events come back with them.
fn names(id: MailId) -> Vec<(&'static str, String)> {
    match id {
        MailId::Invitation {
            clinic,
            id,
            generation,
        } => vec![
            ("clinic", clinic.to_string()),
            ("invitation", id.to_string()),
            ("generation", generation.to_string()),
        ],
        MailId::Notice(id) => vec![("notice", id.to_string())],
    }
}

fn tags<'a>(names: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    names
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect()
}
