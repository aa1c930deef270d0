//! What calls this function, and its answer.

use serde::{Deserialize, Serialize};

/// What calls this function.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum WebhooksEvent {
    /// Messages of the queue.
    Queue(QueueEvent),
    /// The schedule, which looks for what is due.
    Scheduled(ScheduledEvent),
}

/// Messages of the queue (Lambda developer guide, "Using Lambda with Amazon SQS").
#[derive(Debug, Deserialize)]
pub struct QueueEvent {
    /// The messages.
    #[serde(rename = "Records")]
    pub records: Vec<QueueRecord>,
}

/// One message.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QueueRecord {
    /// Its id.
    pub message_id: String,
    /// Its text.
    pub body: String,
}

/// The schedule's event. Nothing else in it matters.
#[derive(Debug, Deserialize)]
pub struct ScheduledEvent {
    /// `Scheduled Event`.
    #[serde(rename = "detail-type")]
    pub detail_type: String,
}

/// Which messages come again. The others are done.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchResponse {
    /// The messages.
    pub batch_item_failures: Vec<BatchItemFailure>,
}

/// A message that comes again.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchItemFailure {
    /// Its id.
    pub item_identifier: String,
}
