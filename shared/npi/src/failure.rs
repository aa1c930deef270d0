//! Why a lookup gave no answer.

use lookup::LookupFailure;

/// The class of a failure: all that a log may know. The answer itself holds a name and a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Lookup(#[from] LookupFailure),
    #[error("the answer is not JSON")]
    NotJson,
    #[error("the answer's shape is unknown")]
    UnknownShape,
    #[error("the answer is about another number")]
    AnotherNumber,
    #[error("the registry refused the question with its error {0:02}")]
    Refused(u16),
}
