//! The outcome of one number.

/// The outcome of checking one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NpiCheckOutcome {
    /// The verification changed.
    Changed,
    /// The registry gave the same answer as before.
    Unchanged,
    /// The registry gave no answer.
    Unanswered,
    /// The number was not due any more, or another run or request handled it first.
    Skipped,
}
