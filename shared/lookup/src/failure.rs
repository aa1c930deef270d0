//! Why a lookup gave no answer.

/// The kind of a failure. A log may show it, because it holds neither question nor answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LookupFailure {
    /// The budget ended.
    #[error("no answer within the budget")]
    TimedOut,
    /// No connection.
    #[error("no connection")]
    Unreachable,
    /// HTTPS cannot be verified.
    #[error("no trusted root certificates on this machine")]
    NoRoots,
    /// Any status but 200.
    #[error("HTTP status {0}")]
    Status(u16),
    /// The connection ended, or what came is not HTTP.
    #[error("the answer broke off")]
    BrokenOff,
    /// More bytes than any answer has.
    #[error("the answer is too long")]
    TooLong,
}
