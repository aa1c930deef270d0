//! Calls the function of a queue with its messages.

use std::sync::Arc;
use std::time::Instant;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::Queue;
use super::state::Message;
use crate::error::chain;
use crate::stream::{ConsumerError, FUNCTION_LIMIT, WatchedFunction};
use crate::template::QueueMapping;

/// The function that gets the messages of a queue.
#[derive(Clone)]
pub(crate) enum QueueConsumer {
    /// The library of `webhooks`, in this process.
    Webhooks(Box<webhooks::Deps>),
    /// A binary under `cargo lambda watch`.
    Watched(Arc<WatchedFunction>),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    batch_item_failures: Vec<Failure>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    item_identifier: String,
}

impl QueueConsumer {
    /// Returns the ids of the messages that failed. An error means that all failed.
    async fn consume(&self, event: Value) -> Result<Vec<String>, ConsumerError> {
        let answer = match self {
            Self::Webhooks(deps) => {
                let event = serde_json::from_value(event)?;
                let deadline = Instant::now() + FUNCTION_LIMIT;
                let answer = webhooks::handle(deps, event, deadline).await;
                let answer = answer.map_err(|error| ConsumerError::Answer(chain(&error)))?;
                serde_json::to_value(answer)?
            }
            Self::Watched(function) => function.call(&event).await?,
        };
        let answer: Answer = serde_json::from_value(answer)?;
        Ok(answer.batch_item_failures.into_iter().map(|one| one.item_identifier).collect())
    }
}

/// Delivers messages until the service stops. Calls run at the same time, as many as the mapping allows.
pub(crate) async fn run(
    queue: Queue,
    mapping: QueueMapping,
    consumer: QueueConsumer,
    mut stop: watch::Receiver<bool>,
) {
    let free = Arc::new(Semaphore::new(mapping.concurrency));
    let mut calls = JoinSet::new();
    loop {
        let Ok(permit) = free.clone().acquire_owned().await else {
            return;
        };
        let taken = queue.take(mapping.batch_size);
        if taken.is_empty() {
            drop(permit);
            tokio::select! {
                () = queue.wait() => {}
                _ = stop.changed() => break,
            }
            continue;
        }
        let (queue, consumer, visibility) = (queue.clone(), consumer.clone(), mapping.visibility);
        calls.spawn(async move {
            let failed = deliver(&consumer, &taken).await;
            queue.finish(taken, &failed, visibility);
            drop(permit);
        });
        while calls.try_join_next().is_some() {}
        if *stop.borrow() {
            break;
        }
    }
    while calls.join_next().await.is_some() {}
}

/// Returns the messages that come again.
async fn deliver(consumer: &QueueConsumer, taken: &[Message]) -> Vec<String> {
    let record = |message: &Message| {
        json!({
            "messageId": message.id, "body": message.body, "receiptHandle": message.id,
            "attributes": { "MessageGroupId": message.group }, "eventSource": "aws:sqs",
        })
    };
    let records: Vec<_> = taken.iter().map(record).collect();
    match consumer.consume(json!({ "Records": records })).await {
        Ok(failed) => failed,
        Err(error) => {
            tracing::warn!(error = chain(&error), "queue: the call of a function failed");
            taken.iter().map(|message| message.id.clone()).collect()
        }
    }
}
