//! Calls functions at the intervals of the template, as `EventBridge` does.

use std::time::Instant;

use serde_json::{Value, json};
use tokio::sync::watch;

use crate::error::chain;
use crate::stream::{FUNCTION_LIMIT, StreamConsumer as _, WatchedFunction};
use crate::template::Schedule;

/// The type of the event.
const SCHEDULED: &str = "Scheduled Event";

/// A function that a schedule calls.
pub(crate) enum ScheduledFunction {
    /// The library of `npi-verifier`, in this process.
    NpiVerifier(npi_verifier::Deps),
    /// The library of `mailer`, in this process.
    Mailer(Box<mailer::Deps>),
    /// The library of `events`, in this process.
    Events(events::Deps),
    /// The library of `webhooks`, in this process.
    Webhooks(Box<webhooks::Deps>),
    /// A binary under `cargo lambda watch`.
    Watched(Box<WatchedFunction>),
}

impl ScheduledFunction {
    async fn call(&self, event: Value) {
        let failure = match self {
            Self::NpiVerifier(deps) => npi_verifier::handle(deps, npi_verifier::ScheduledEvent {})
                .await
                .err()
                .map(|error| chain(&error)),
            Self::Mailer(deps) => {
                let failed = deps.consume(event).await.err();
                failed.map(|error| chain(&error))
            }
            Self::Events(deps) => {
                let failed = deps.consume(event).await.err();
                failed.map(|error| chain(&error))
            }
            Self::Webhooks(deps) => {
                let event = webhooks::ScheduledEvent { detail_type: SCHEDULED.to_owned() };
                let event = webhooks::WebhooksEvent::Scheduled(event);
                let deadline = Instant::now() + FUNCTION_LIMIT;
                webhooks::handle(deps, event, deadline).await.err().map(|error| chain(&error))
            }
            Self::Watched(function) => function.call(&event).await.err().map(|error| chain(&error)),
        };
        if let Some(error) = failure {
            tracing::warn!(error, "schedule: the call of a function failed");
        }
    }
}

/// What `EventBridge` sends: the input that the rule names, or an event.
fn event_of(schedule: &Schedule) -> Value {
    schedule.input.clone().unwrap_or_else(|| json!({ "detail-type": SCHEDULED }))
}

/// Calls the function now and at intervals, until the service stops. A restart must not delay what is due.
pub(crate) async fn run(
    schedule: Schedule,
    function: ScheduledFunction,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        function.call(event_of(&schedule)).await;
        tokio::select! {
            () = tokio::time::sleep(schedule.interval) => {}
            _ = stop.changed() => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{Options, start};

    #[tokio::test]
    async fn the_verifier_is_called_at_its_interval_until_the_service_stops() {
        let running = start(Options { faults: true, ..Options::default() }).await.unwrap();
        let calls = || running.faults.as_ref().unwrap().usage_of("Query").calls;
        let schedule = Schedule {
            function: "npi-verifier".to_owned(),
            interval: Duration::from_millis(20),
            input: None,
        };
        let function = ScheduledFunction::NpiVerifier(running.npi_verifier.clone());
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(run(schedule, function, stopped));
        let twice = async {
            while calls() < 2 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), twice).await.unwrap();
        stop.send_replace(true);
        task.await.unwrap();
    }
}
