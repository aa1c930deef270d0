//! Why a look-up gave no answer.

/// The class of a failure: all that a log may know. The answer itself holds a name and a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    #[error("no answer within the budget")]
    TimedOut,
    #[error("no connection")]
    Unreachable,
    #[error("no trusted root certificates on this machine")]
    NoRoots,
    #[error("HTTP status {0}")]
    Status(u16),
    #[error("the answer broke off")]
    BrokenOff,
    #[error("the answer is longer than any answer for one number")]
    TooLong,
    #[error("the answer is not JSON")]
    NotJson,
    #[error("the answer's shape is unknown")]
    UnknownShape,
    #[error("the answer is about another number")]
    AnotherNumber,
    #[error("the registry refused the question with its error {0:02}")]
    Refused(u16),
}
