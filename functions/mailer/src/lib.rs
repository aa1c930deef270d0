//! Sends the emails that the table's stream shows as committed. So an email is sent only if its
//! change was committed, and no request waits for SES.

mod compose;

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_lambda_events::event::dynamodb::Event;
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use domain::credentials::keyring::{InvitationLinks, Keyring, PasswordLinks};
use domain::delivery::SendAttempt;
use domain::time::{Clock, Timestamp};
use mail::{SEND_LIMIT, SendError, Ses};
use serde::Deserialize;
use store::{MailId, MailLease, RawItem, Store, StoreError};
use telemetry::{Metric, metric};

use compose::ComposeOutcome;

/// What this function needs.
#[derive(Clone)]
pub struct Deps {
    /// The table.
    pub store: Store,
    /// Makes the links of invitations.
    pub invitation_links: Arc<Keyring<InvitationLinks>>,
    /// Makes the links of password emails.
    pub password_links: Arc<Keyring<PasswordLinks>>,
    /// The current time.
    pub clock: Arc<dyn Clock>,
    /// Amazon SES.
    pub ses: Ses,
    /// The URL of the pages and the API, without a slash at its end.
    pub public_url: String,
}

/// The reason that an admin sees if an email failed because of a bug or a corrupt item.
const INTERNAL_ERROR: &str = "not sent: an internal error, which has been reported";
/// The reason that an admin sees if SES may have taken each attempt.
const NOT_CONFIRMED: &str = "we could not confirm that the email left; resend";
/// The same, if the invitation has ended meanwhile.
const ENDED_NOT_CONFIRMED: &str =
    "we could not confirm that the email left; the invitation has ended";
/// How often the outcome of an email is written, on top of the SDK's own retries.
const WRITE_ATTEMPTS: u32 = 4;
/// The pause before the first retry of that write. It grows with every attempt.
const WRITE_PAUSE: Duration = Duration::from_millis(200);
/// How much time is needed to send an email and to write the outcome, which may take one slow call.
const TIME_TO_SEND: Duration = SEND_LIMIT.saturating_add(Duration::from_secs(3));
/// How much time one email needs: to read what it says, to send it and to write the outcome.
const TIME_FOR_ONE: Duration = TIME_TO_SEND.saturating_add(Duration::from_secs(5));
/// When the next attempt is due after one that SES may have taken. The second pause outlasts a short outage.
const PAUSES: [Duration; 2] = [Duration::from_mins(1), Duration::from_mins(10)];
/// How many due emails a scheduled call reads.
const DUE_AT_ONCE: i32 = 25;

/// What calls this function.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum MailerEvent {
    /// A batch of stream records.
    Stream(Event),
    /// The schedule, which takes up emails that are due.
    Scheduled(ScheduledEvent),
}

/// The schedule's event. Nothing else in it matters.
#[derive(Debug, Deserialize)]
pub struct ScheduledEvent {
    /// `Scheduled Event`.
    #[serde(rename = "detail-type")]
    pub detail_type: String,
}

/// Why an email was not sent by this invocation.
#[derive(Debug, thiserror::Error)]
enum MailerError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("SES is unavailable: {0}")]
    SesUnavailable(String),
    #[error("SES may have taken the email: {0}")]
    Unknown(String),
    #[error("no time is left for another email")]
    NoTime,
    /// Permanent: a bug or missing data, which a retry doesn't fix.
    #[error("the email could not be composed: {0}")]
    Compose(&'static str),
}

/// Sends the emails of an event. Begins none that may not be done at `deadline`.
pub async fn handle(deps: &Deps, event: MailerEvent, deadline: Instant) -> DynamoDbEventResponse {
    match event {
        MailerEvent::Stream(event) => send_queued(deps, event, deadline).await,
        MailerEvent::Scheduled(_) => {
            if let Err(error) = send_due(deps, deadline).await {
                tracing::warn!(%error, "due emails not sent, the next call takes them up");
            }
            DynamoDbEventResponse::default()
        }
    }
}

/// Sends the emails of a batch of stream records in order. Stops at the first one that certainly was not
/// sent, and the stream delivers again from there.
async fn send_queued(deps: &Deps, event: Event, deadline: Instant) -> DynamoDbEventResponse {
    let mut response = DynamoDbEventResponse::default();
    for record in event.records {
        let sequence = record.change.sequence_number.clone();
        let image = RawItem::from(record.change.new_image);
        if let Err(error) = Box::pin(send_email_of(deps, &image, deadline)).await {
            tracing::warn!(%error, sequence, "email not sent, it will be retried");
            let mut failure = DynamoDbBatchItemFailure::default();
            failure.item_identifier = sequence;
            response.batch_item_failures.push(failure);
            break;
        }
    }
    response
}

/// Sends the emails whose last attempt has no known outcome. One that cannot be sent yet delays no other.
async fn send_due(deps: &Deps, deadline: Instant) -> Result<(), MailerError> {
    for item in deps.store.list_due_mail(deps.clock.now(), DUE_AT_ONCE).await? {
        match Box::pin(send_email_of(deps, &item, deadline)).await {
            Ok(()) => {}
            Err(error @ MailerError::NoTime) => return Err(error),
            Err(error) => tracing::warn!(%error, "email not sent, it will be retried"),
        }
    }
    Ok(())
}

/// Sends the email of an item, if it has one.
async fn send_email_of(deps: &Deps, item: &RawItem, deadline: Instant) -> Result<(), MailerError> {
    let id = match deps.store.mail_id(item) {
        Ok(Some(id)) => id,
        Ok(None) => return Ok(()),
        Err(error) => {
            // A retry would meet the same corrupt item and delay the emails behind it.
            tracing::error!(%error, "email skipped: corrupt item, it stays queued");
            return Ok(deps.store.drop_due_mail(item).await?);
        }
    };
    require_time(deadline, TIME_FOR_ONE)?;
    let lease = match deps.store.lease_mail(id, deps.clock.now()).await {
        Err(error @ StoreError::Corrupt { .. }) => {
            return mark_permanently_failed(deps, id, &error).await;
        }
        lease => lease?,
    };
    match lease {
        MailLease::Done | MailLease::Busy => Ok(()),
        MailLease::Exhausted(mail) => {
            // SES answers nothing for minutes, so an operator has to look.
            tracing::error!("email failed: no attempt has a known outcome");
            let ended = compose::is_ended(&mail, deps.clock.now());
            let reason = if ended { ENDED_NOT_CONFIRMED } else { NOT_CONFIRMED };
            write_outcome(deps, id, &SendOutcome::Failed(reason.to_owned())).await
        }
        MailLease::Granted(mail, attempt, trace) => {
            let tags = tags(id, trace);
            Box::pin(send_leased(deps, id, mail, attempt, &tags, deadline)).await
        }
    }
}

fn require_time(deadline: Instant, needed: Duration) -> Result<(), MailerError> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left < needed { Err(MailerError::NoTime) } else { Ok(()) }
}

async fn send_leased(
    deps: &Deps,
    id: MailId,
    mail: store::Mail,
    attempt: SendAttempt,
    tags: &[EmailTag],
    deadline: Instant,
) -> Result<(), MailerError> {
    let queued_at = mail.queued_at();
    match send(deps, mail, attempt, tags, deadline).await {
        Ok(outcome) => {
            count_outcome(deps, queued_at, &outcome);
            if let Err(error) = write_outcome(deps, id, &outcome).await {
                // Never released: that would send the email again at once.
                tracing::warn!(%error, "outcome of an email not written, it is due when its lease ends");
            }
            count_invitation(deps, id, &outcome).await;
            Ok(())
        }
        Err(error @ (MailerError::Store(StoreError::Corrupt { .. }) | MailerError::Compose(_))) => {
            mark_permanently_failed(deps, id, &error).await
        }
        Err(MailerError::Unknown(reason)) => {
            tracing::warn!(reason, attempt = attempt.number, "email may be sent, it stays due");
            let pause = PAUSES.get(attempt.number.saturating_sub(1) as usize);
            let pause = pause.or(PAUSES.last()).copied().unwrap_or_default();
            let due = deps.clock.now().plus(pause);
            if let Err(error) = deps.store.defer_mail(id, attempt, due).await {
                tracing::warn!(%error, "email not deferred, it is due when its lease ends");
            }
            Ok(())
        }
        Err(error) => {
            // If this fails too, the email is due when its lease ends.
            deps.store.release_mail(id, attempt, deps.clock.now()).await?;
            Err(error)
        }
    }
}

/// Marks an email as failed because of a bug or a corrupt item. The logged error raises an alarm.
async fn mark_permanently_failed(
    deps: &Deps,
    id: MailId,
    error: &impl std::fmt::Display,
) -> Result<(), MailerError> {
    tracing::error!(%error, "email failed permanently");
    write_outcome(deps, id, &SendOutcome::Failed(INTERNAL_ERROR.to_owned())).await
}

fn count_outcome(deps: &Deps, queued_at: Timestamp, outcome: &SendOutcome) {
    match outcome {
        SendOutcome::Sent(_) => {
            metric::count(Metric::Emailed);
            metric::time(Metric::CommitToEmail, deps.clock.now().since(queued_at));
        }
        SendOutcome::Failed(_) => metric::count(Metric::EmailFailed),
    }
}

/// Counts a sent invitation for the quota of its clinic. The quota is not exact, so a failure changes nothing
/// else.
async fn count_invitation(deps: &Deps, id: MailId, outcome: &SendOutcome) {
    let (MailId::Invitation { clinic, .. }, SendOutcome::Sent(_)) = (id, outcome) else {
        return;
    };
    let day = deps.clock.now().day();
    if let Err(error) = deps.store.count_sent_invitation(clinic, day).await {
        tracing::warn!(%error, "sent invitation not counted");
    }
}

/// The outcome of an email that will not be retried.
enum SendOutcome {
    /// SES took it and gave it this id.
    Sent(String),
    /// It was not sent, for this reason.
    Failed(String),
}

async fn send(
    deps: &Deps,
    mail: store::Mail,
    attempt: SendAttempt,
    tags: &[EmailTag],
    deadline: Instant,
) -> Result<SendOutcome, MailerError> {
    let message = match compose::compose(deps, mail).await? {
        ComposeOutcome::Message(message) => *message,
        ComposeOutcome::Obsolete(reason) => {
            let reason = if attempt.number > 1 { ENDED_NOT_CONFIRMED } else { reason };
            return Ok(SendOutcome::Failed(reason.to_owned()));
        }
    };
    // Reading what the email says may have taken long. A send that the function does not outlive is a copy.
    require_time(deadline, TIME_TO_SEND)?;
    let tags: Vec<_> = tags.iter().map(|(name, value)| (*name, value.as_str())).collect();
    match deps.ses.send(&message, &tags).await {
        Ok(message_id) => Ok(SendOutcome::Sent(message_id.as_str().to_owned())),
        Err(SendError::Rejected { reason }) => Ok(SendOutcome::Failed(reason)),
        Err(SendError::Unavailable { reason }) => Err(MailerError::SesUnavailable(reason)),
        Err(SendError::Unknown { reason }) => Err(MailerError::Unknown(reason)),
    }
}

/// Writes the outcome of an email.
async fn write_outcome(deps: &Deps, id: MailId, outcome: &SendOutcome) -> Result<(), MailerError> {
    let mut attempts = 0;
    loop {
        let written = match outcome {
            SendOutcome::Sent(message_id) => deps.store.mark_sent(id, message_id).await,
            SendOutcome::Failed(reason) => deps.store.mark_failed(id, reason).await,
        };
        attempts += 1;
        match written {
            Err(StoreError::Unavailable(_)) if attempts < WRITE_ATTEMPTS => {
                tokio::time::sleep(WRITE_PAUSE * attempts).await;
            }
            written => return Ok(written?),
        }
    }
}

/// A name and value that SES repeats in its events.
type EmailTag = (&'static str, String);

/// The tags of an email. SES repeats them in its events, so they hold only ids.
fn tags(id: MailId, trace: Option<String>) -> Vec<EmailTag> {
    let mut tags = match id {
        MailId::Invitation { clinic, id, generation } => vec![
            ("clinic", clinic.to_string()),
            ("invitation", id.to_string()),
            ("generation", generation.to_string()),
        ],
        MailId::Notice(id) => vec![("notice", id.to_string())],
    };
    tags.extend(trace.map(|trace| ("trace", trace)));
    tags
}
