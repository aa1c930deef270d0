//! The wall clock and the operating system's randomness.

use std::time::Duration;

use domain::entropy::Entropy;
use domain::time::{Clock, Timestamp};
use lambda_runtime::Context;

/// The wall clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    fn now(&self) -> Timestamp {
        let since_1970 =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let millis = i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX);
        // A clock past the year 9999 is broken. The epoch is at least a valid time.
        Timestamp::from_millis(millis).unwrap_or(Timestamp::EPOCH)
    }
}

/// How long Lambda lets the work go on.
pub(crate) fn time_left(context: &Context) -> Duration {
    let now = u64::try_from(SystemClock.now().millis()).unwrap_or_default();
    Duration::from_millis(context.deadline.saturating_sub(now))
}

/// The operating system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads randomness")]
    #[expect(
        clippy::panic,
        reason = "without randomness no key or id is safe, so the process must not continue"
    )]
    fn fill(&self, buffer: &mut [u8]) {
        if let Err(error) = getrandom::fill(buffer) {
            panic!("the operating system returned no randomness: {error}");
        }
    }
}
