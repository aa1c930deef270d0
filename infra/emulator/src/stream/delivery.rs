//! Delivers a stream in order, at least once: the place moves on only behind what was consumed.

use std::sync::Arc;
use std::time::Duration;

use dynoxide::DynoxideError;
use serde_json::{Value, json};
use tokio::sync::{Notify, watch};

use super::consumer::Consumer;
use super::position::Position;
use super::records::{Records, sequence};
use crate::error::chain;
use crate::template::Stream;

/// How soon a write that nobody announced is seen.
const POLL: Duration = Duration::from_millis(50);
/// Records read at once; most are filtered out.
const WINDOW: usize = 100;
const FIRST_RETRY: Duration = Duration::from_millis(100);
const LAST_RETRY: Duration = Duration::from_secs(5);

/// One stream on its way to one consumer.
pub(crate) struct Delivery {
    records: Records,
    stream: Stream,
    position: Position,
    nudge: Arc<Notify>,
    place: watch::Sender<Option<String>>,
}

/// Tells how far a delivery has come.
#[derive(Clone)]
pub(crate) struct Settled {
    records: Records,
    place: watch::Receiver<Option<String>>,
}

#[derive(Debug, PartialEq, Eq)]
enum Step {
    Idle,
    Moved,
    /// The consumer wants the record at the new place again.
    Blocked,
}

#[derive(Debug, thiserror::Error)]
enum DeliveryError {
    #[error(transparent)]
    Database(#[from] DynoxideError),
    #[error("the place in the stream cannot be kept")]
    Position(#[from] std::io::Error),
}

impl Delivery {
    /// Woken by `nudge` before the next look of its own.
    pub(crate) fn new(
        records: Records,
        stream: Stream,
        position: Position,
        nudge: Arc<Notify>,
    ) -> Self {
        let place = watch::Sender::new(position.get().map(str::to_owned));
        Self { records, stream, position, nudge, place }
    }

    /// The function that it goes to.
    pub(crate) fn function(&self) -> &str {
        &self.stream.function
    }

    pub(crate) fn settled(&self) -> Settled {
        Settled { records: self.records.clone(), place: self.place.subscribe() }
    }

    /// Delivers until `stop` changes or its sender is gone; a batch under way is brought to its end.
    pub(crate) async fn run(mut self, consumer: impl Consumer, mut stop: watch::Receiver<bool>) {
        let mut retry = FIRST_RETRY;
        loop {
            let came = self.step(&consumer).await.unwrap_or_else(|error| {
                tracing::error!(error = chain(&error), "stream");
                Step::Blocked
            });
            let pause = match came {
                Step::Moved => Duration::ZERO,
                Step::Idle => POLL,
                Step::Blocked => retry,
            };
            retry = match came {
                Step::Blocked => (retry * 2).min(LAST_RETRY),
                Step::Idle | Step::Moved => FIRST_RETRY,
            };
            tokio::select! {
                biased;
                _ = stop.changed() => return,
                () = tokio::time::sleep(pause) => {}
                // What is blocked waits out its pause: news do not mend it.
                () = self.nudge.notified(), if came == Step::Idle => {}
            }
        }
    }

    async fn step(&mut self, consumer: &impl Consumer) -> Result<Step, DeliveryError> {
        let window = self.records.after(self.position.get(), WINDOW)?;
        let Some(last) = window.last() else {
            return Ok(Step::Idle);
        };
        let wanted = |record: &&Value| self.stream.filters.let_through(record);
        let mut wanted = window.iter().filter(wanted);
        let batch: Vec<&Value> = wanted.by_ref().take(self.stream.batch_size).collect();
        // Up to where the batch, and what was filtered out around it, reaches.
        let end = match wanted.next() {
            Some(next) => before(&window, sequence(next)),
            None => Some(sequence(last)),
        };
        let failed =
            if batch.is_empty() { None } else { self.first_failure(consumer, &batch).await };
        let reached = match &failed {
            Some(failed) => before(&window, failed),
            None => end,
        };
        if let Some(reached) = reached {
            self.position.set(reached)?;
            self.place.send_replace(Some(reached.to_owned()));
        }
        Ok(match failed {
            Some(_) => Step::Blocked,
            None => Step::Moved,
        })
    }

    /// The sequence number from which the stream is to be delivered again.
    async fn first_failure(&self, consumer: &impl Consumer, batch: &[&Value]) -> Option<String> {
        let all = || batch.first().map(|record| sequence(record).to_owned());
        let failed = match consumer.consume(json!({ "Records": batch })).await {
            Ok(_) if !self.stream.reports_failures => return None,
            Ok(failed) => failed,
            Err(error) => {
                tracing::warn!(
                    error = chain(&error),
                    function = self.stream.function,
                    "batch not consumed"
                );
                return all();
            }
        };
        // Lambda's rule: a number that is not of the batch fails the whole of it.
        let known = |number: &str| batch.iter().any(|record| sequence(record) == number);
        if failed.iter().all(|number| number.as_deref().is_some_and(known)) {
            failed.into_iter().flatten().min()
        } else {
            all()
        }
    }
}

/// The place of the record just before the one at `place`.
fn before<'a>(window: &'a [Value], place: &str) -> Option<&'a str> {
    let earlier = window.iter().map(sequence).take_while(|&at| at < place);
    earlier.last()
}

impl Settled {
    /// Waits until everything that is in the stream now was delivered.
    pub(crate) async fn wait(&mut self) -> Result<(), DynoxideError> {
        let Some(newest) = self.records.newest()? else {
            return Ok(());
        };
        let reached = |place: &Option<String>| place.as_ref().is_some_and(|place| *place >= newest);
        // The delivery is gone only when the service is: nothing more will come.
        let _ = self.place.wait_for(reached).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
