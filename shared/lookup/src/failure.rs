//! Why a lookup gave no answer.

/// The kind of a failure. A log may show it, because it holds neither question nor answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LookupFailure {
    /// The budget was used up.
    #[error("no answer within the budget")]
    TimedOut,
    /// No connection.
    #[error("no connection")]
    Unreachable,
    /// Without root certificates, HTTPS cannot be verified.
    #[error("no trusted root certificates on this machine")]
    NoRoots,
    /// Any status but 200.
    #[error("HTTP status {0}")]
    Status(u16),
    /// The connection ended early, or the answer is not HTTP.
    #[error("the answer is incomplete or not HTTP")]
    BrokenOff,
    /// The answer has more bytes than the limit.
    #[error("the answer is too long")]
    TooLong,
}
