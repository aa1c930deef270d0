//! Why a lookup gave no answer.

use lookup::LookupFailure;

/// The kind of a failure. A log may show it, because it holds neither the name nor the number of the
/// answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NpiLookupFailure {
    #[error(transparent)]
    Lookup(#[from] LookupFailure),
    #[error("the answer is not JSON")]
    NotJson,
    #[error("the answer has an unknown format")]
    UnknownShape,
    #[error("the answer is about another number")]
    AnotherNumber,
    #[error("the registry refused the request with its error {0:02}")]
    Refused(u16),
}
