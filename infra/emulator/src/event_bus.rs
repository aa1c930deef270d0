//! Calls functions with the events that match their rules, as `EventBridge` does.

use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;

use crate::error::chain;
use crate::stream::{ConsumerError, WatchedFunction};
use crate::template::EventRule;

/// How often Lambda tries an event.
const ATTEMPTS: usize = 3;
/// The pause between two attempts, which is longer on Lambda.
const PAUSE: Duration = Duration::from_millis(500);

/// A function that a rule calls.
pub(crate) enum EventFunction {
    /// The library of `mail-events`, in this process.
    MailEvents(mail_events::Deps),
    /// A binary under `cargo lambda watch`.
    Watched(Box<WatchedFunction>),
}

impl EventFunction {
    async fn call(&self, event: &Value) -> Result<(), String> {
        match self {
            Self::MailEvents(deps) => {
                let event = serde_json::from_value(event.clone()).map_err(|e| chain(&e))?;
                mail_events::handle(deps, event).await.map_err(|e| chain(&e))
            }
            Self::Watched(function) => {
                let answer = function.call(event).await;
                answer.map(|_| ()).map_err(|error: ConsumerError| chain(&error))
            }
        }
    }
}

/// Delivers events until the service stops.
pub(crate) async fn run(
    mut events: UnboundedReceiver<Value>,
    rules: Vec<(EventRule, EventFunction)>,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        let event = tokio::select! {
            event = events.recv() => event,
            _ = stop.changed() => return,
        };
        let Some(event) = event else {
            return;
        };
        for (_, function) in rules.iter().filter(|(rule, _)| rule.filters.matches(&event)) {
            deliver(function, &event).await;
        }
    }
}

async fn deliver(function: &EventFunction, event: &Value) {
    for attempt in 1..=ATTEMPTS {
        let Err(error) = function.call(event).await else {
            return;
        };
        tracing::warn!(error, attempt, "event bus: the call of a function failed");
        tokio::time::sleep(PAUSE).await;
    }
}
