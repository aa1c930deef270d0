//! The consumers of a stream: a function's library in this process, or its binary under
//! `cargo lambda watch`.

use std::time::{Duration, Instant};

use aws_lambda_events::event::streams::DynamoDbEventResponse;
use axum::body::Bytes;
use axum::http::{Method, Request, header};
use events::{CallError, EventsAnswer};
use serde_json::Value;

use crate::upstream::{Upstream, UpstreamError};

/// How long a function in this process may work on one event, as the template says of `mailer` and `events`.
pub(crate) const FUNCTION_LIMIT: Duration = Duration::from_mins(1);

/// Consumes batches of records.
pub(crate) trait StreamConsumer: Send + Sync + 'static {
    /// Consumes `{"Records": [...]}`. Returns the sequence numbers of the records that failed. An
    /// error means that all failed.
    fn consume(
        &self,
        event: Value,
    ) -> impl Future<Output = Result<Vec<Option<String>>, ConsumerError>> + Send;
}

/// Why a whole batch failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConsumerError {
    #[error("the records are not a stream event")]
    Event(#[from] serde_json::Error),
    #[error(transparent)]
    Unreachable(#[from] UpstreamError),
    #[error("the function answered {0}")]
    Answer(String),
}

impl StreamConsumer for mailer::Deps {
    async fn consume(&self, event: Value) -> Result<Vec<Option<String>>, ConsumerError> {
        let event = serde_json::from_value(event)?;
        let deadline = Instant::now() + FUNCTION_LIMIT;
        Ok(failed_records(mailer::handle(self, event, deadline).await))
    }
}

impl StreamConsumer for events::Deps {
    async fn consume(&self, event: Value) -> Result<Vec<Option<String>>, ConsumerError> {
        let event = serde_json::from_value(event)?;
        let deadline = Instant::now() + FUNCTION_LIMIT;
        let failed = |error: CallError| ConsumerError::Answer(error.to_string());
        Ok(match events::handle(self, event, deadline).await.map_err(failed)? {
            EventsAnswer::Stream(response) => failed_records(response),
            EventsAnswer::Missing(_) | EventsAnswer::Kept(_) => Vec::new(),
        })
    }
}

/// A function under `cargo lambda watch`, which builds it at the first call.
pub(crate) struct WatchedFunction {
    watch: Upstream,
    path: String,
}

impl WatchedFunction {
    pub(crate) fn new(watch: Upstream, function: &str) -> Self {
        Self { watch, path: format!("/2015-03-31/functions/{function}/invocations") }
    }

    /// Calls the function with an event and returns its answer.
    pub(crate) async fn call(&self, event: &Value) -> Result<Value, ConsumerError> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(&self.path)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Bytes::from(event.to_string()))
            .map_err(UpstreamError::from)?;
        let answer = self.watch.send(request).await?;
        let failure = || {
            let text = String::from_utf8_lossy(answer.body());
            ConsumerError::Answer(format!("{}: {text}", answer.status()))
        };
        // As on Lambda, the answer of a crashed function is 200 with an error object.
        if !answer.status().is_success() || answer.headers().contains_key("x-amz-function-error") {
            return Err(failure());
        }
        serde_json::from_slice(answer.body()).map_err(|_| failure())
    }
}

impl StreamConsumer for WatchedFunction {
    async fn consume(&self, event: Value) -> Result<Vec<Option<String>>, ConsumerError> {
        let answer = self.call(&event).await?;
        let failure = ConsumerError::Answer(answer.to_string());
        Ok(failed_records(serde_json::from_value(answer).map_err(|_| failure)?))
    }
}

fn failed_records(response: DynamoDbEventResponse) -> Vec<Option<String>> {
    let failures = response.batch_item_failures.into_iter();
    failures.map(|failure| failure.item_identifier).collect()
}
