//! Who gets the records: the function's library in this process, or its binary under
//! `cargo lambda watch`.

use aws_lambda_events::event::streams::DynamoDbEventResponse;
use axum::body::Bytes;
use axum::http::{Method, Request, header};
use serde_json::Value;

use crate::forward::{Forward, ForwardError};

/// Takes batches of records.
pub(crate) trait Consumer: Send + Sync + 'static {
    /// Consumes `{"Records": [...]}` and says which records failed, by sequence number; an error
    /// fails all of them.
    fn consume(
        &self,
        event: Value,
    ) -> impl Future<Output = Result<Vec<Option<String>>, ConsumerError>> + Send;
}

/// Why a whole batch failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConsumerError {
    #[error("the records are no event")]
    Event(#[from] serde_json::Error),
    #[error(transparent)]
    Unreachable(#[from] ForwardError),
    #[error("the function answers {0}")]
    Answered(String),
}

/// The library of `mailer`.
impl Consumer for mailer::Deps {
    async fn consume(&self, event: Value) -> Result<Vec<Option<String>>, ConsumerError> {
        let event = serde_json::from_value(event)?;
        Ok(failed(mailer::handle(self, event).await))
    }
}

/// A function under `cargo lambda watch`, which builds it at the first call.
pub(crate) struct Invoked {
    forward: Forward,
    path: String,
}

impl Invoked {
    pub(crate) fn new(forward: Forward, function: &str) -> Self {
        Self { forward, path: format!("/2015-03-31/functions/{function}/invocations") }
    }
}

impl Invoked {
    /// Calls the function with an event; what it answers.
    pub(crate) async fn call(&self, event: &Value) -> Result<Value, ConsumerError> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(&self.path)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Bytes::from(event.to_string()))
            .map_err(ForwardError::from)?;
        let answer = self.forward.send(request).await?;
        let answered = || {
            let text = String::from_utf8_lossy(answer.body());
            ConsumerError::Answered(format!("{}: {text}", answer.status()))
        };
        // A function that crashed answers 200 with an error object, as on Lambda.
        if !answer.status().is_success() || answer.headers().contains_key("x-amz-function-error") {
            return Err(answered());
        }
        serde_json::from_slice(answer.body()).map_err(|_| answered())
    }
}

impl Consumer for Invoked {
    async fn consume(&self, event: Value) -> Result<Vec<Option<String>>, ConsumerError> {
        let answer = self.call(&event).await?;
        let said = ConsumerError::Answered(answer.to_string());
        Ok(failed(serde_json::from_value(answer).map_err(|_| said)?))
    }
}

fn failed(response: DynamoDbEventResponse) -> Vec<Option<String>> {
    let failures = response.batch_item_failures.into_iter();
    failures.map(|failure| failure.item_identifier).collect()
}
