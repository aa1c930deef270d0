//! A clock that tests move forward.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use domain::time::{Clock, Timestamp};
use runtime::SystemClock;

/// An hour in milliseconds.
const HOUR: i64 = 60 * 60 * 1000;

/// The wall clock, with an offset that tests can increase.
#[derive(Debug, Default)]
pub(crate) struct TestClock(AtomicI64);

impl TestClock {
    /// Moves the clock ahead.
    pub(crate) fn advance(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }

    /// Moves the clock to the next full hour. Limits count in windows of the clock, so a test of a limit
    /// starts with a new window.
    pub(crate) fn advance_to_full_hour(&self) {
        let into_hour = self.now().millis().rem_euclid(HOUR);
        self.0.fetch_add(HOUR - into_hour, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(SystemClock.now().millis() + self.0.load(Ordering::SeqCst)).unwrap()
    }
}
