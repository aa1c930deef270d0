//! Sends messages.

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_sqs::operation::send_message_batch::SendMessageBatchError;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use domain::time::Timestamp;
use domain::webhook::{WebhookDelivery, WebhookWork};

use crate::message::write_message;

/// The most messages in one call.
const BATCH: usize = 10;

/// The queue and its client. Cheap to clone.
#[derive(Clone, Debug)]
pub struct WebhookQueue {
    client: Client,
    url: String,
}

/// Work to put into the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueuedWork {
    /// The work.
    pub work: WebhookWork,
    /// How long the message waits. At most 15 minutes.
    pub delay: Duration,
}

/// Some messages are not in the queue. The schedule of `webhooks` finds their work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} messages not queued: {1}")]
pub struct QueueError(usize, String);

impl QueuedWork {
    /// Work that is due now.
    pub fn now(work: WebhookWork) -> Self {
        Self { work, delay: Duration::ZERO }
    }

    /// The next attempt at a delivery. `None` if there is none, or if it is too far ahead for a message.
    pub fn next_attempt(delivery: &WebhookDelivery, now: Timestamp) -> Option<Self> {
        let delay = delivery.message_delay(now)?;
        Some(Self { work: WebhookWork::Deliver(delivery.reference()), delay })
    }
}

impl WebhookQueue {
    /// The queue at this URL.
    pub fn new(client: &Client, url: impl Into<String>) -> Self {
        Self { client: client.clone(), url: url.into() }
    }

    /// Sends messages, 10 in a call. Tries all, even if some fail.
    pub async fn send(&self, work: &[QueuedWork]) -> Result<(), QueueError> {
        let (mut failed, mut why) = (0, String::new());
        for some in work.chunks(BATCH) {
            if let Err((count, reason)) = self.send_some(some).await {
                failed += count;
                why = reason;
            }
        }
        if failed == 0 { Ok(()) } else { Err(QueueError(failed, why)) }
    }

    /// Sends messages after a commit. If that fails, the work is late and not lost.
    pub async fn send_or_log(&self, work: &[QueuedWork]) {
        if let Err(error) = self.send(work).await {
            tracing::warn!(%error, "webhook work not queued, the schedule finds it");
        }
    }

    async fn send_some(&self, work: &[QueuedWork]) -> Result<(), (usize, String)> {
        let entries = work.iter().enumerate().map(|(at, one)| {
            SendMessageBatchRequestEntry::builder()
                .id(at.to_string())
                .message_body(write_message(one.work))
                // A fair queue: the messages of one endpoint do not delay those of the others.
                .message_group_id(one.work.endpoint().to_string())
                .delay_seconds(seconds(one.delay))
                .build()
        });
        let entries = entries.collect::<Result<Vec<_>, _>>();
        let entries = entries.map_err(|error| (work.len(), error.to_string()))?;
        let send = self.client.send_message_batch().queue_url(&self.url);
        let answer = send.set_entries(Some(entries)).send().await;
        let answer = answer.map_err(|error| (work.len(), reason(&error)))?;
        match answer.failed() {
            [] => Ok(()),
            failed => Err((failed.len(), failed[0].code().to_owned())),
        }
    }
}

fn seconds(delay: Duration) -> i32 {
    // Rounded up, because an attempt before its due date does nothing.
    let seconds = delay.as_secs() + u64::from(delay.subsec_nanos() > 0);
    i32::try_from(seconds.min(900)).unwrap_or(900)
}

/// The code of an error, or that there is no answer.
fn reason(error: &SdkError<SendMessageBatchError>) -> String {
    let code = error.as_service_error().and_then(|error| error.code());
    code.unwrap_or("no answer").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_is_in_whole_seconds() {
        for (millis, expected) in [(0, 0), (1, 1), (5000, 5), (5001, 6), (10_000_000, 900)] {
            assert_eq!(seconds(Duration::from_millis(millis)), expected);
        }
    }
}
