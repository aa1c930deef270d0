//! The load generator. It has its own thread, so that it does not slow down the service.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bench::Durations;

use crate::MeasureError;
use crate::client::{ApiCall, ApiClient};

/// The result of a load.
#[derive(Debug, Default)]
pub(crate) struct Load {
    pub(crate) times: Durations,
    pub(crate) took: Duration,
    pub(crate) answers: Vec<String>,
}

impl Load {
    pub(crate) fn per_second(&self) -> f64 {
        let count = u32::try_from(self.times.count()).unwrap_or(u32::MAX);
        f64::from(count) / self.took.as_secs_f64()
    }
}

/// Sends every call once, `at_once` of them at a time, and stops taking new ones after `limit`.
pub(crate) async fn run(
    base: &str,
    calls: Vec<ApiCall>,
    at_once: usize,
    limit: Duration,
) -> Result<Load, MeasureError> {
    let base = base.to_owned();
    let generator = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(generate(&ApiClient::new(&base), calls, at_once, limit))
    };
    tokio::task::spawn_blocking(generator).await?
}

async fn generate(
    client: &ApiClient,
    calls: Vec<ApiCall>,
    at_once: usize,
    limit: Duration,
) -> Result<Load, MeasureError> {
    let calls = Arc::new(Mutex::new(calls.into_iter()));
    let start = Instant::now();
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..at_once {
        let (client, calls) = (client.clone(), calls.clone());
        workers.spawn(async move { work(&client, &calls, start + limit).await });
    }
    let mut load = Load::default();
    while let Some(done) = workers.join_next().await {
        for (time, answer) in done?? {
            load.times.add(time);
            load.answers.push(answer);
        }
    }
    load.took = start.elapsed();
    Ok(load)
}

async fn work(
    client: &ApiClient,
    calls: &Mutex<std::vec::IntoIter<ApiCall>>,
    until: Instant,
) -> Result<Vec<(Duration, String)>, MeasureError> {
    let next = || calls.lock().unwrap_or_else(PoisonError::into_inner).next();
    let mut done = Vec::new();
    while let Some(call) = next() {
        let start = Instant::now();
        if start > until {
            break;
        }
        let answer = client.send(call).await?;
        done.push((start.elapsed(), answer));
    }
    Ok(done)
}
