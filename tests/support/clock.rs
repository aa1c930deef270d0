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
        self.advance_to_next(HOUR);
    }

    /// Moves the clock to the next midnight in UTC.
    pub(crate) fn advance_to_full_day(&self) {
        self.advance_to_next(24 * HOUR);
    }

    /// Moves the clock to a later time, such as `2040-03-11T06:00:00Z`.
    pub(crate) fn advance_to(&self, time: &str) {
        let time = Timestamp::parse(time).unwrap();
        let by = time.millis() - self.now().millis();
        assert!(by > 0, "the clock is past {time}");
        self.0.fetch_add(by, Ordering::SeqCst);
    }

    fn advance_to_next(&self, length: i64) {
        let into = self.now().millis().rem_euclid(length);
        self.0.fetch_add(length - into, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(SystemClock.now().millis() + self.0.load(Ordering::SeqCst)).unwrap()
    }
}
