//! The end of the function, which a request must not wait for.

use std::future::Future;
use std::time::{Duration, Instant};

use crate::problem::Problem;

/// How long before the end of the function a request is given up.
const TIME_TO_ANSWER: Duration = Duration::from_millis(500);
/// How long before its end the work is given up that something has to be taken back after. This is enough for a
/// slow call of the database.
const TIME_TO_TAKE_BACK: Duration = Duration::from_millis(3500);

tokio::task_local! {
    static END: Instant;
}

/// When Lambda ends the function, whether or not this request was answered.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(pub Instant);

impl Deadline {
    /// Runs a request. One that the function would not outlive is 503. The SDKs repeat that, and its log line shows
    /// what was slow.
    pub(crate) async fn run<T>(self, request: impl Future<Output = T>) -> Result<T, Problem> {
        let request = END.scope(self.0, request);
        limit(self.0, TIME_TO_ANSWER, request).await
    }
}

/// Runs a part of a request that reserved something. If it takes too long, it is given up early enough to take the
/// reservation back.
pub async fn leave_time<T>(work: impl Future<Output = T>) -> Result<T, Problem> {
    match END.try_with(|end| *end) {
        Ok(end) => limit(end, TIME_TO_TAKE_BACK, work).await,
        Err(_) => Ok(work.await),
    }
}

async fn limit<T>(
    end: Instant,
    before: Duration,
    work: impl Future<Output = T>,
) -> Result<T, Problem> {
    let latest = end.checked_sub(before).unwrap_or(end);
    tokio::time::timeout_at(latest.into(), work).await.map_err(|_| Problem::unavailable())
}
