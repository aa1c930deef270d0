//! The retry after a version conflict.

use store::{CommitOutcome, Part};

/// How many times a write is attempted. The mailer writes a new invitation twice, so even a single caller
/// can meet two conflicts in a row.
pub const ATTEMPTS: usize = 6;

/// How one attempt at a write ended.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt<T> {
    /// The write committed, or there was nothing to write.
    Done(T),
    /// Another write came first. Read and decide again.
    Conflict,
    /// The caller lost the right to do this. Another attempt would fail too.
    NotEntitled,
}

impl<T> Attempt<T> {
    /// Returns [`Attempt::Done`] with `value` if the transaction committed.
    pub fn of(committed: CommitOutcome, value: T) -> Self {
        match committed {
            CommitOutcome::Committed => Self::Done(value),
            CommitOutcome::Conflict(parts) if parts.contains(&Part::Caller) => Self::NotEntitled,
            CommitOutcome::Conflict(_) => Self::Conflict,
        }
    }
}

/// Repeats an `async` block until its result is [`Attempt::Done`] or an error. The block must read and
/// decide again each time. After [`ATTEMPTS`] conflicts the error is
/// [`domain::failure::Failure::contended`].
///
/// This is a macro because the compiler cannot see that the future of an `async` closure is `Send`.
#[macro_export]
macro_rules! retry {
    ($attempt:expr) => {{
        let mut left = $crate::ATTEMPTS;
        loop {
            match $attempt.await {
                Ok($crate::Attempt::Done(value)) => break Ok(value),
                Ok($crate::Attempt::Conflict) => left -= 1,
                Ok($crate::Attempt::NotEntitled) => {
                    break Err(::core::convert::From::from($crate::Failure::NotEntitled));
                }
                Err(error) => break Err(error),
            }
            if left == 0 {
                break Err(::core::convert::From::from($crate::Failure::contended()));
            }
        }
    }};
}
