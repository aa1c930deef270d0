//! Delivers a stream in order and at least once. The position moves only past consumed records.

use std::time::Duration;

use dynoxide::DynoxideError;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::consumer::StreamConsumer;
use super::position::StreamPosition;
use super::records::{StreamRecords, sequence_number};
use super::writes::WriteSignal;
use crate::error::chain;
use crate::template::StreamMapping;

/// How often to look for writes without a notification, such as those of another process.
const POLL: Duration = Duration::from_millis(500);
/// How many records are read at once. Most are filtered out.
const WINDOW: usize = 100;
const FIRST_RETRY: Duration = Duration::from_millis(100);
const LAST_RETRY: Duration = Duration::from_secs(5);

/// The delivery of one stream to one consumer.
pub(crate) struct StreamDelivery {
    records: StreamRecords,
    stream: StreamMapping,
    position: StreamPosition,
    writes: WriteSignal,
    progress: watch::Sender<Option<String>>,
}

/// How far a delivery is.
#[derive(Clone)]
pub(crate) struct DeliveryProgress {
    records: StreamRecords,
    position: watch::Receiver<Option<String>>,
    writes: WriteSignal,
}

#[derive(Debug, PartialEq, Eq)]
enum DeliveryStep {
    /// There was no record.
    Idle,
    /// The position moved.
    Moved,
    /// The record at the position failed and has to be delivered again.
    Blocked,
}

#[derive(Debug, thiserror::Error)]
enum DeliveryError {
    #[error(transparent)]
    Database(#[from] DynoxideError),
    #[error("the position in the stream cannot be saved")]
    Position(#[from] std::io::Error),
}

impl StreamDelivery {
    /// `writes` wakes the delivery before its next poll.
    pub(crate) fn new(
        records: StreamRecords,
        stream: StreamMapping,
        position: StreamPosition,
        writes: WriteSignal,
    ) -> Self {
        let progress = watch::Sender::new(position.get().map(str::to_owned));
        Self { records, stream, position, writes, progress }
    }

    /// The consumer.
    pub(crate) fn function(&self) -> &str {
        &self.stream.function
    }

    pub(crate) fn progress(&self) -> DeliveryProgress {
        DeliveryProgress {
            records: self.records.clone(),
            position: self.progress.subscribe(),
            writes: self.writes.clone(),
        }
    }

    /// Delivers until `stop` changes or its sender is dropped. The current batch is finished first.
    pub(crate) async fn run(
        mut self,
        consumer: impl StreamConsumer,
        mut stop: watch::Receiver<bool>,
    ) {
        let mut retry = FIRST_RETRY;
        let mut writes = self.writes.watch();
        loop {
            let delivered = self.step(&consumer).await.unwrap_or_else(|error| {
                tracing::error!(error = chain(&error), "stream: delivery failed");
                DeliveryStep::Blocked
            });
            let pause = match delivered {
                DeliveryStep::Moved => Duration::ZERO,
                DeliveryStep::Idle => POLL,
                DeliveryStep::Blocked => retry,
            };
            retry = match delivered {
                DeliveryStep::Blocked => (retry * 2).min(LAST_RETRY),
                DeliveryStep::Idle | DeliveryStep::Moved => FIRST_RETRY,
            };
            tokio::select! {
                biased;
                _ = stop.changed() => return,
                () = tokio::time::sleep(pause) => {}
                // New writes do not unblock a delivery, so a blocked one waits for its retry.
                () = writes.written(), if delivered == DeliveryStep::Idle => {}
            }
        }
    }

    async fn step(
        &mut self,
        consumer: &impl StreamConsumer,
    ) -> Result<DeliveryStep, DeliveryError> {
        let window = self.records.read_after(self.position.get(), WINDOW)?;
        let Some(last) = window.last() else {
            return Ok(DeliveryStep::Idle);
        };
        let matches = |record: &&Value| self.stream.filters.matches(record);
        let mut matching = window.iter().filter(matches);
        let batch: Vec<&Value> = matching.by_ref().take(self.stream.batch_size).collect();
        // The last record before the next batch, including those that were filtered out.
        let end = match matching.next() {
            Some(next) => number_before(&window, sequence_number(next)),
            None => Some(sequence_number(last)),
        };
        let failed =
            if batch.is_empty() { None } else { self.deliver_batch(consumer, &batch).await };
        let reached = match &failed {
            Some(failed) => number_before(&window, failed),
            None => end,
        };
        if let Some(reached) = reached {
            self.position.save(reached)?;
            self.progress.send_replace(Some(reached.to_owned()));
        }
        Ok(match failed {
            Some(_) => DeliveryStep::Blocked,
            None => DeliveryStep::Moved,
        })
    }

    /// Delivers a batch. Returns the sequence number to deliver from again, if a record failed.
    async fn deliver_batch(
        &self,
        consumer: &impl StreamConsumer,
        batch: &[&Value],
    ) -> Option<String> {
        let all = || batch.first().map(|record| sequence_number(record).to_owned());
        let failed = match consumer.consume(json!({ "Records": batch })).await {
            Ok(_) if !self.stream.reports_failures => return None,
            Ok(failed) => failed,
            Err(error) => {
                tracing::warn!(
                    error = chain(&error),
                    function = self.stream.function,
                    "stream: a function did not consume its batch"
                );
                return all();
            }
        };
        // As on Lambda, a number outside the batch means that the whole batch failed.
        let known = |number: &str| batch.iter().any(|record| sequence_number(record) == number);
        if failed.iter().all(|number| number.as_deref().is_some_and(known)) {
            failed.into_iter().flatten().min()
        } else {
            all()
        }
    }
}

/// The sequence number of the record before the record with this number.
fn number_before<'a>(window: &'a [Value], number: &str) -> Option<&'a str> {
    let earlier = window.iter().map(sequence_number).take_while(|&earlier| earlier < number);
    earlier.last()
}

impl DeliveryProgress {
    /// The sequence number of the last record that was delivered or filtered out.
    pub(crate) fn position(&self) -> Option<String> {
        self.position.borrow().clone()
    }

    /// Waits until all records that are in the stream now are delivered.
    pub(crate) async fn wait_until_delivered(&mut self) -> Result<(), DynoxideError> {
        let Some(newest) = self.records.newest_number()? else {
            return Ok(());
        };
        self.writes.notify();
        let delivered = |position: &Option<String>| {
            position.as_ref().is_some_and(|position| *position >= newest)
        };
        // An error means that the service stopped, so no more records come.
        let _ = self.position.wait_for(delivered).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
