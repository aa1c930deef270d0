//! The messages of a queue.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) id: String,
    /// The group, whose messages delay no others.
    pub(crate) group: String,
    pub(crate) body: String,
}

/// A queue in memory. Cheap to clone. Messages are lost when the process ends, as they may be on AWS for other
/// reasons.
#[derive(Clone, Default)]
pub(crate) struct Queue {
    state: Arc<Mutex<QueueState>>,
    changed: Arc<Notify>,
}

#[derive(Default)]
struct QueueState {
    count: u64,
    /// The messages of each group that can be delivered.
    ready: BTreeMap<String, VecDeque<Message>>,
    /// Messages that wait, with the time at which they become ready.
    waiting: Vec<(Instant, Message)>,
    /// How many messages of each group are with a function.
    in_flight: BTreeMap<String, usize>,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a message, which becomes ready after this delay. Returns its id.
    pub(crate) fn send(&self, group: String, body: String, delay: Duration) -> String {
        let mut state = self.lock();
        state.count += 1;
        let id = format!("message-{}", state.count);
        let message = Message { id: id.clone(), group, body };
        state.add(message, delay);
        drop(state);
        self.changed.notify_one();
        id
    }

    /// Takes up to `limit` messages that are ready. Takes first from the group with the fewest messages in
    /// flight, as a fair queue does.
    pub(super) fn take(&self, limit: usize) -> Vec<Message> {
        let mut state = self.lock();
        state.wake();
        let mut taken = Vec::new();
        while taken.len() < limit {
            let Some(message) = state.take_fairly() else {
                break;
            };
            taken.push(message);
        }
        taken
    }

    /// Puts messages back that their function took: those that failed come again after this time.
    pub(super) fn finish(&self, taken: Vec<Message>, failed: &[String], visibility: Duration) {
        let mut state = self.lock();
        for message in taken {
            if let Some(count) = state.in_flight.get_mut(&message.group) {
                *count = count.saturating_sub(1);
            }
            if failed.contains(&message.id) {
                state.add(message, visibility);
            }
        }
        state.in_flight.retain(|_, count| *count > 0);
        drop(state);
        self.changed.notify_one();
    }

    /// Waits until a message may be ready.
    pub(super) async fn wait(&self) {
        let next = self.lock().waiting.iter().map(|(at, _)| *at).min();
        let changed = self.changed.notified();
        match next {
            Some(next) => {
                tokio::select! {
                    () = changed => {}
                    () = tokio::time::sleep_until(next) => {}
                }
            }
            None => changed.await,
        }
    }

    /// Whether no message is ready or with a function. Some may wait.
    pub(crate) fn is_idle(&self) -> bool {
        let mut state = self.lock();
        state.wake();
        state.in_flight.is_empty() && state.ready.is_empty()
    }
}

impl QueueState {
    fn add(&mut self, message: Message, delay: Duration) {
        if delay.is_zero() {
            self.ready.entry(message.group.clone()).or_default().push_back(message);
        } else {
            self.waiting.push((Instant::now() + delay, message));
        }
    }

    /// Moves messages whose delay is over.
    fn wake(&mut self) {
        let now = Instant::now();
        let (ready, waiting) =
            std::mem::take(&mut self.waiting).into_iter().partition(|(at, _)| *at <= now);
        self.waiting = waiting;
        for (_, message) in ready {
            self.ready.entry(message.group.clone()).or_default().push_back(message);
        }
    }

    fn take_fairly(&mut self) -> Option<Message> {
        let in_flight = |group: &&String| self.in_flight.get(*group).copied().unwrap_or(0);
        let group = self.ready.keys().min_by_key(in_flight)?.clone();
        let messages = self.ready.get_mut(&group)?;
        let message = messages.pop_front();
        if messages.is_empty() {
            self.ready.remove(&group);
        }
        *self.in_flight.entry(group).or_default() += 1;
        message
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn send(queue: &Queue, group: &str, body: &str) {
        queue.send(group.to_owned(), body.to_owned(), Duration::ZERO);
    }

    fn bodies(messages: &[Message]) -> Vec<&str> {
        messages.iter().map(|message| message.body.as_str()).collect()
    }

    async fn take_next(queue: &Queue) -> Vec<Message> {
        loop {
            let taken = queue.take(10);
            if !taken.is_empty() {
                return taken;
            }
            queue.wait().await;
        }
    }

    #[test]
    fn a_busy_group_does_not_delay_the_others() {
        let queue = Queue::default();
        for n in 0..100 {
            send(&queue, "busy", &n.to_string());
        }
        let first = queue.take(10);
        send(&queue, "quiet", "a");
        send(&queue, "quiet", "b");
        assert_eq!(bodies(&first).len(), 10);
        assert_eq!(bodies(&queue.take(3))[..2], ["a", "b"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_message_comes_again_and_a_delayed_one_later() {
        let queue = Queue::default();
        send(&queue, "g", "now");
        queue.send("g".to_owned(), "later".to_owned(), Duration::from_secs(5));
        let taken = queue.take(10);
        assert_eq!(bodies(&taken), ["now"]);
        assert!(!queue.is_idle());
        let failed = vec![taken[0].id.clone()];
        queue.finish(taken, &failed, Duration::from_mins(1));
        assert!(queue.is_idle());
        let start = Instant::now();
        let later = take_next(&queue).await;
        assert_eq!(bodies(&later), ["later"]);
        queue.finish(later, &[], Duration::ZERO);
        assert_eq!(start.elapsed().as_secs(), 5);
        let again = take_next(&queue).await;
        assert_eq!(start.elapsed().as_secs(), 60);
        assert_eq!(bodies(&again), ["now"]);
        queue.finish(again, &[], Duration::ZERO);
        assert!(queue.is_idle() && queue.take(10).is_empty());
    }
}
