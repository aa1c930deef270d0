//! Counts and times what a request does, and the calls that it makes to other services.
//!
//! A function runs each request or event in [`measure`] and logs the totals that
//! come back. A client of another service runs its calls in [`time_call`], or reports them to
//! [`record`]. Neither has to import the other.

pub mod metric;

use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

pub use metric::{Metric, MetricLine, MetricSource, MetricValues};

/// A call that takes this long gets its own log line.
const SLOW: Duration = Duration::from_millis(500);

/// A service that the product calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalledService {
    /// The table.
    DynamoDb,
    /// The NPPES registry.
    Nppes,
    /// Amazon SES.
    Ses,
    /// The list of breached passwords.
    BreachedPasswords,
}

/// How many services there are.
const SERVICES: usize = 4;

impl fmt::Display for CalledService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DynamoDb => "DynamoDB",
            Self::Nppes => "NPPES",
            Self::Ses => "SES",
            Self::BreachedPasswords => "breached passwords",
        })
    }
}

/// The calls that one request made. Calls at the same time each count in full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallTotals {
    services: [ServiceTotal; SERVICES],
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct ServiceTotal {
    calls: u32,
    duration: Duration,
}

impl CallTotals {
    /// How many calls went to a service. A retry is part of its call.
    pub fn calls(&self, service: CalledService) -> u32 {
        self.of(service).calls
    }

    /// How long the calls to a service took, in milliseconds. `None` if there was none.
    pub fn millis(&self, service: CalledService) -> Option<u64> {
        let total = self.of(service);
        (total.calls > 0).then(|| millis(total.duration))
    }

    fn of(&self, service: CalledService) -> &ServiceTotal {
        &self.services[service as usize]
    }

    fn add(&mut self, service: CalledService, duration: Duration) {
        let total = &mut self.services[service as usize];
        total.calls = total.calls.saturating_add(1);
        total.duration = total.duration.saturating_add(duration);
    }
}

/// What one request did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// The calls that it made.
    pub calls: CallTotals,
    /// The metrics that it counted.
    pub metrics: MetricValues,
}

#[derive(Clone, Default)]
struct Meter {
    measured: Arc<Mutex<Measured>>,
    trace: Option<Arc<str>>,
}

impl Meter {
    fn lock(&self) -> MutexGuard<'_, Measured> {
        self.measured.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

tokio::task_local! {
    static METER: Meter;
}

/// Runs a request and returns its output with what it did.
pub async fn measure<F: Future>(work: F) -> (F::Output, Measured) {
    measure_traced(None, work).await
}

/// Runs a request that belongs to the caller's trace, as [`measure`] does.
pub async fn measure_traced<F: Future>(trace: Option<Arc<str>>, work: F) -> (F::Output, Measured) {
    let meter = Meter { trace, ..Meter::default() };
    let output = METER.scope(meter.clone(), work).await;
    let measured = meter.lock().clone();
    (output, measured)
}

/// The id of the trace that the current request belongs to.
pub fn current_trace() -> Option<Arc<str>> {
    METER.try_with(|meter| meter.trace.clone()).ok().flatten()
}

/// Counts what a spawned task does for the request that spawns it: `spawn(inherit(work))`.
pub fn inherit<F: Future>(work: F) -> impl Future<Output = F::Output> {
    let meter = METER.try_with(Clone::clone).unwrap_or_default();
    METER.scope(meter, work)
}

/// Runs a call and reports it to [`record`].
pub async fn time_call<F: Future>(service: CalledService, operation: &str, call: F) -> F::Output {
    let started = Instant::now();
    let output = call.await;
    record(service, operation, started.elapsed());
    output
}

/// Adds a call to the totals of the current request, if there is one, and logs a slow call.
pub fn record(service: CalledService, operation: &str, duration: Duration) {
    let _ = METER.try_with(|meter| {
        meter.lock().calls.add(service, duration);
    });
    if duration >= SLOW {
        tracing::warn!(%service, operation, duration_ms = millis(duration), "slow call");
    }
}

/// Whether this is the first request or event of the process.
pub fn is_cold_start() -> bool {
    static WARM: AtomicBool = AtomicBool::new(false);
    !WARM.swap(true, Ordering::Relaxed)
}

/// Whole milliseconds, for a log line.
pub fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn calls_count_for_the_request_that_makes_them() {
        let second = Duration::from_secs(1);
        let request = async || {
            record(CalledService::DynamoDb, "GetItem", second);
            time_call(CalledService::Nppes, "lookup", async {}).await;
            record(CalledService::DynamoDb, "PutItem", second);
        };
        record(CalledService::DynamoDb, "Query", second);
        let ((), Measured { calls: totals, .. }) = measure(request()).await;
        assert_eq!(totals.calls(CalledService::DynamoDb), 2);
        assert_eq!(totals.millis(CalledService::DynamoDb), Some(2000));
        assert_eq!(totals.calls(CalledService::Nppes), 1);
        assert_eq!(totals.millis(CalledService::Ses), None);
        let ((), next) = measure(async {}).await;
        assert_eq!(next, Measured::default());
    }

    #[tokio::test]
    async fn a_spawned_task_belongs_to_the_trace_of_its_request() {
        let trace: Option<Arc<str>> = Some("4bf92f3577b34da6a3ce929d0e0e4736".into());
        let work = async || tokio::spawn(inherit(async { current_trace() })).await.unwrap();
        assert_eq!(measure_traced(trace.clone(), work()).await.0, trace);
        assert_eq!(measure(work()).await.0, None);
    }

    #[tokio::test]
    async fn a_spawned_task_counts_for_its_request_when_it_inherits() {
        let call = async || record(CalledService::Ses, "SendEmail", Duration::ZERO);
        let ((), Measured { calls: totals, .. }) = measure(async {
            let inherits = tokio::spawn(inherit(call()));
            let stands_alone = tokio::spawn(call());
            inherits.await.unwrap();
            stands_alone.await.unwrap();
        })
        .await;
        assert_eq!(totals.calls(CalledService::Ses), 1);
    }
}
