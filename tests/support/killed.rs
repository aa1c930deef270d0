//! Functions whose process ends in the middle of a call.

use std::future::{Future, poll_fn};
use std::task::Poll;
use std::time::Duration;

/// Long enough for the other side to do what it was asked.
const PAUSE: Duration = Duration::from_millis(20);

/// Where a process ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kill {
    /// The number of waits before it. A call waits for each request that it sends.
    pub(crate) step: usize,
    /// Whether its last request reaches the other side, which answers nobody.
    pub(crate) is_sent: bool,
}

impl Kill {
    /// Before and after the request of each step.
    pub(crate) fn each() -> impl Iterator<Item = Self> {
        (0..).flat_map(|step| [false, true].map(|is_sent| Self { step, is_sent }))
    }

    /// Runs a call and drops it there, as when its process ends. `None` if the call was not done by then.
    pub(crate) fn run<T>(self, call: impl Future<Output = T>) -> impl Future<Output = Option<T>> {
        let (mut call, mut left) = (Box::pin(call), self.step);
        async move {
            let answer = poll_fn(|context| match call.as_mut().poll(context) {
                Poll::Ready(answer) => Poll::Ready(Some(answer)),
                Poll::Pending if left == 0 => Poll::Ready(None),
                Poll::Pending => {
                    left -= 1;
                    Poll::Pending
                }
            })
            .await;
            if answer.is_none() && self.is_sent {
                tokio::time::sleep(PAUSE).await;
            }
            answer
        }
    }
}
