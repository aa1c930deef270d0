//! Consuming events that come without a caller.

use std::future::Future;

use lambda_runtime::{LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Hands every event to `handler` until Lambda ends the process.
pub async fn consume<E, A, F>(handler: impl Fn(E) -> F) -> Result<(), crate::Error>
where
    E: DeserializeOwned,
    A: Serialize,
    F: Future<Output = Result<A, crate::Error>>,
{
    crate::log::start();
    lambda_runtime::run(service_fn(|event: LambdaEvent<E>| handler(event.payload))).await
}
