//! Calls functions at the intervals that the template declares, as `EventBridge` does.

use serde_json::json;
use tokio::sync::watch;

use crate::error::chain;
use crate::stream::Invoked;
use crate::template::Schedule;

/// Whom a schedule calls: the function's library in this process, or its binary under
/// `cargo lambda watch`.
pub(crate) enum Called {
    Verifier(npi_verifier::Deps),
    Elsewhere(Box<Invoked>),
}

impl Called {
    async fn call(&self) {
        let failed = match self {
            Self::Verifier(deps) => npi_verifier::handle(deps, npi_verifier::Tick {})
                .await
                .err()
                .map(|error| chain(&error)),
            Self::Elsewhere(function) => function
                .call(&json!({ "detail-type": "Scheduled Event" }))
                .await
                .err()
                .map(|error| chain(&error)),
        };
        if let Some(error) = failed {
            tracing::warn!(error, "a scheduled call failed");
        }
    }
}

/// Calls at intervals until the service stops.
pub(crate) async fn run(schedule: Schedule, called: Called, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(schedule.every) => called.call().await,
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
        let asked = || running.faults.as_ref().unwrap().usage_of("Query").calls;
        let schedule =
            Schedule { function: "npi-verifier".to_owned(), every: Duration::from_millis(20) };
        let called = Called::Verifier(running.npi_verifier.clone());
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(run(schedule, called, stopped));
        let twice = async {
            while asked() < 2 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), twice).await.unwrap();
        stop.send_replace(true);
        task.await.unwrap();
    }
}
