//! A DynamoDB endpoint that fails on demand and counts what each operation costs. It stands in
//! front of the embedded database, which never fails.

mod answers;
mod capacity;
mod parts;
mod server;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use answers::{Fate, WatchedWrites};
use axum::body::Bytes;
use parts::HiddenItems;

pub use answers::{AnswerLoss, WatchedWrite};
pub(crate) use server::serve;

/// What happens to one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatabaseFault {
    /// HTTP 400 `ThrottlingException`. The call has no effect.
    Throttled,
    /// HTTP 500 `InternalServerError`. The call has no effect.
    Internal,
    /// Another transaction holds the item. The call has no effect.
    TransactionConflict,
    /// The connection closes. The call has no effect.
    Closed,
    /// No answer comes. The call has no effect.
    Stalled,
    /// The call takes effect, and the connection closes before the answer.
    AnswerLost,
}

/// How often an operation was called and what it cost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// Calls that reached the database.
    pub calls: u64,
    /// Read and write capacity units, as the database reports them.
    pub units: f64,
}

/// Controls the faults. Clones control the same endpoint.
#[derive(Clone, Debug, Default)]
pub struct DatabaseFaults(Arc<Mutex<FaultState>>);

#[derive(Debug, Default)]
struct FaultState {
    /// The next calls by operation. `None` is a call without a fault.
    planned: BTreeMap<String, VecDeque<Option<DatabaseFault>>>,
    any_operation: VecDeque<DatabaseFault>,
    always: Option<DatabaseFault>,
    delay: Duration,
    usage: BTreeMap<String, Usage>,
    writes: WatchedWrites,
    hidden: HiddenItems,
}

impl DatabaseFaults {
    /// The next `times` calls of `operation`, such as `TransactWriteItems`, meet this fault.
    pub fn fail_next(&self, operation: &str, times: usize, fault: DatabaseFault) {
        self.plan(operation, times, Some(fault));
    }

    /// The next `times` calls of `operation` meet no fault. Faults planned later come after them.
    pub fn pass_next(&self, operation: &str, times: usize) {
        self.plan(operation, times, None);
    }

    fn plan(&self, operation: &str, times: usize, fault: Option<DatabaseFault>) {
        let mut state = self.state();
        let planned = state.planned.entry(operation.to_owned()).or_default();
        planned.extend(std::iter::repeat_n(fault, times));
    }

    /// The next `times` calls of any operation meet this fault.
    pub fn fail_next_of_any(&self, times: usize, fault: DatabaseFault) {
        self.state().any_operation.extend(std::iter::repeat_n(fault, times));
    }

    /// Every call meets this fault until [`DatabaseFaults::heal`].
    pub fn fail_always(&self, fault: DatabaseFault) {
        self.state().always = Some(fault);
    }

    /// Ends all faults and the delay.
    pub fn heal(&self) {
        let mut state = self.state();
        let usage = std::mem::take(&mut state.usage);
        *state = FaultState { usage, ..FaultState::default() };
    }

    /// Queries leave out the items with these sort keys until [`DatabaseFaults::heal`], as while a transaction
    /// has written only the others.
    pub fn hide_from_queries(&self, sort_keys: &[&str]) {
        self.state().hidden.hide(sort_keys);
    }

    /// `BatchGetItem` leaves out the items with these sort keys until [`DatabaseFaults::heal`], as if an index still
    /// listed items that are gone.
    pub fn hide_from_batches(&self, sort_keys: &[&str]) {
        self.state().hidden.hide_from_batches(sort_keys);
    }

    /// Of the items in partitions with this prefix, queries leave out each second one the first time that they
    /// would show it.
    pub fn show_late(&self, partition: &str) {
        self.state().hidden.show_late(partition);
    }

    fn hide_items(&self, operation: &str, answer: &Bytes) -> Option<Bytes> {
        match operation {
            "Query" => self.state().hidden.remove_from(answer),
            "BatchGetItem" => self.state().hidden.remove_from_batch(answer),
            _ => None,
        }
    }

    /// Every call waits this long first.
    pub fn delay(&self, delay: Duration) {
        self.state().delay = delay;
    }

    /// Forgets the writes so far. From here on, the answer of the write with this number, from 0, is lost.
    pub fn lose_answers(&self, write: usize, loss: AnswerLoss) {
        self.watch_writes();
        self.state().writes.plan(write, loss);
    }

    /// Loses every answer from the first call of this operation on, also those of reads.
    pub fn lose_answers_from(&self, operation: &str) {
        self.watch_writes();
        self.state().writes.plan_from(operation);
    }

    /// Forgets the writes so far.
    pub fn watch_writes(&self) {
        self.state().writes = WatchedWrites::default();
    }

    /// All writes since then, without repeats.
    pub fn watched_writes(&self) -> Vec<WatchedWrite> {
        self.state().writes.seen().to_vec()
    }

    fn decide_answer(&self, operation: &str, body: &[u8]) -> Fate {
        self.state().writes.decide(operation, body)
    }

    /// Calls and capacity units by operation since the start or the last reset.
    pub fn usage(&self) -> BTreeMap<String, Usage> {
        self.state().usage.clone()
    }

    /// The usage of one operation.
    pub fn usage_of(&self, operation: &str) -> Usage {
        self.state().usage.get(operation).copied().unwrap_or_default()
    }

    /// Sets all counts to zero.
    pub fn reset_usage(&self) {
        self.state().usage.clear();
    }

    /// Takes the next planned fault of an operation, with the delay.
    fn take_next(&self, operation: &str) -> (Duration, Option<DatabaseFault>) {
        let mut state = self.state();
        let planned = state.planned.get_mut(operation).and_then(VecDeque::pop_front).flatten();
        let fault = state.always.or(planned).or_else(|| state.any_operation.pop_front());
        (state.delay, fault)
    }

    fn count(&self, operation: &str, units: f64) {
        let mut state = self.state();
        let usage = state.usage.entry(operation.to_owned()).or_default();
        usage.calls += 1;
        usage.units += units;
    }

    fn state(&self) -> MutexGuard<'_, FaultState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
