//! Runs a function whose events come from a stream or a schedule.

use std::future::Future;
use std::time::Instant;

use lambda_runtime::{LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use telemetry::{CalledService, Measured, MetricLine};
use tracing::Instrument as _;

#[cfg(feature = "token-keys")]
use crate::secret::Secrets;
use crate::system::time_left;

/// Passes every event to `handler` until Lambda ends the process, with the time at which Lambda ends the work on
/// it. Logs one line `event handled` per event, and its metrics.
pub async fn consume<E, A, F>(handler: impl Fn(E, Instant) -> F) -> Result<(), crate::Error>
where
    E: DeserializeOwned,
    A: Serialize,
    F: Future<Output = Result<A, crate::Error>>,
{
    consume_after(async || {}, handler).await
}

/// The same as [`consume`], and reads the secrets again when they are due.
#[cfg(feature = "token-keys")]
pub async fn consume_with_secrets<E, A, F>(
    secrets: &Secrets,
    handler: impl Fn(E, Instant) -> F,
) -> Result<(), crate::Error>
where
    E: DeserializeOwned,
    A: Serialize,
    F: Future<Output = Result<A, crate::Error>>,
{
    consume_after(async || secrets.refresh().await, handler).await
}

async fn consume_after<E, A, F>(
    prepare: impl AsyncFn(),
    handler: impl Fn(E, Instant) -> F,
) -> Result<(), crate::Error>
where
    E: DeserializeOwned,
    A: Serialize,
    F: Future<Output = Result<A, crate::Error>>,
{
    crate::log::start();
    let (prepare, handler) = (&prepare, &handler);
    let service = service_fn(async |event: LambdaEvent<E>| {
        prepare().await;
        let span = tracing::info_span!("event", invocation_id = event.context.request_id);
        let work = handler(event.payload, Instant::now() + time_left(&event.context));
        Box::pin(log_handled(work).instrument(span)).await
    });
    lambda_runtime::run(service).await
}

async fn log_handled<A>(
    work: impl Future<Output = Result<A, crate::Error>>,
) -> Result<A, crate::Error> {
    let (started, cold) = (Instant::now(), telemetry::is_cold_start());
    let (answer, Measured { calls, metrics }) = telemetry::measure(work).await;
    let duration_ms = telemetry::millis(started.elapsed());
    tracing::info!(
        failed = answer.is_err(),
        duration_ms,
        cold,
        dynamodb_calls = calls.calls(CalledService::DynamoDb),
        dynamodb_ms = calls.millis(CalledService::DynamoDb),
        nppes_ms = calls.millis(CalledService::Nppes),
        ses_calls = calls.calls(CalledService::Ses),
        ses_ms = calls.millis(CalledService::Ses),
        "event handled"
    );
    MetricLine { route: None, duration_ms, cold, values: &metrics }.write();
    answer
}
