//! A DynamoDB that misbehaves on demand, in front of the embedded one, which never does; and that
//! counts what each operation costs.

mod capacity;
mod server;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

pub(crate) use server::serve;

/// What happens to one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// HTTP 400 `ThrottlingException`; nothing is done.
    Throttled,
    /// HTTP 500 `InternalServerError`; nothing is done.
    Internal,
    /// Another transaction is under way on the same item; nothing is done.
    TransactionConflict,
    /// The connection closes; nothing is done.
    Closed,
    /// It is done, and the connection closes before the answer.
    AnswerLost,
}

/// What one operation was called, and what that cost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// Calls that reached the database.
    pub calls: u64,
    /// Read and write capacity units, as the database reports them.
    pub units: f64,
}

/// The handle on the faults; clones share them.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    planned: BTreeMap<String, VecDeque<Option<Fault>>>,
    any: VecDeque<Fault>,
    down: Option<Fault>,
    delay: Duration,
    usage: BTreeMap<String, Usage>,
}

impl Faults {
    /// The next `times` calls of `operation`, such as `TransactWriteItems`, meet this fault.
    pub fn next(&self, operation: &str, times: usize, fault: Fault) {
        let mut state = self.state();
        let planned = state.planned.entry(operation.to_owned()).or_default();
        planned.extend(std::iter::repeat_n(Some(fault), times));
    }

    /// The next `times` calls of `operation` meet no fault, ahead of those planned after.
    pub fn pass(&self, operation: &str, times: usize) {
        let mut state = self.state();
        let planned = state.planned.entry(operation.to_owned()).or_default();
        planned.extend(std::iter::repeat_n(None, times));
    }

    /// The next `times` calls of whatever operation meet this fault.
    pub fn next_of_any(&self, times: usize, fault: Fault) {
        self.state().any.extend(std::iter::repeat_n(fault, times));
    }

    /// Every call meets this fault until [`Faults::up`].
    pub fn down(&self, fault: Fault) {
        self.state().down = Some(fault);
    }

    /// Ends every fault and delay.
    pub fn up(&self) {
        let mut state = self.state();
        let usage = std::mem::take(&mut state.usage);
        *state = State { usage, ..State::default() };
    }

    /// Every call waits this long first.
    pub fn delay(&self, delay: Duration) {
        self.state().delay = delay;
    }

    /// Calls and capacity units by operation since the start or [`Faults::reset_usage`].
    pub fn usage(&self) -> BTreeMap<String, Usage> {
        self.state().usage.clone()
    }

    /// The usage of one operation.
    pub fn usage_of(&self, operation: &str) -> Usage {
        self.state().usage.get(operation).copied().unwrap_or_default()
    }

    /// Starts counting afresh.
    pub fn reset_usage(&self) {
        self.state().usage.clear();
    }

    fn meets(&self, operation: &str) -> (Duration, Option<Fault>) {
        let mut state = self.state();
        let planned = state.planned.get_mut(operation).and_then(VecDeque::pop_front).flatten();
        let fault = state.down.or(planned).or_else(|| state.any.pop_front());
        (state.delay, fault)
    }

    fn count(&self, operation: &str, units: f64) {
        let mut state = self.state();
        let usage = state.usage.entry(operation.to_owned()).or_default();
        usage.calls += 1;
        usage.units += units;
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
