//! Why an operation failed, in terms that any transport can answer.

use crate::field::FieldFaults;

/// Why an operation failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Fields of the request break a rule.
    #[error(transparent)]
    Invalid(#[from] FieldFaults),
    /// The state of an object does not allow it.
    #[error("{0}")]
    Conflict(Conflict),
    /// A system that we depend on did not answer. A later try may succeed.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// A fault of ours. The text is for the log and never for the caller.
    #[error("internal fault: {0}")]
    Internal(String),
}

/// A refusal that rests on the state of an object.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Conflict {
    /// Stable and machine-readable, such as `npi_in_use`.
    pub code: &'static str,
    /// One sentence for a person, saying what to do.
    pub detail: String,
    /// The JSON name and the id of the object that stands in the way.
    pub about: Option<(&'static str, String)>,
}

impl Failure {
    /// A conflict with this code and sentence.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::Conflict(Conflict { code, detail: detail.into(), about: None })
    }

    /// A conflict that names the object in the way.
    pub fn conflict_with(
        code: &'static str,
        detail: impl Into<String>,
        (member, id): (&'static str, impl std::fmt::Display),
    ) -> Self {
        let about = Some((member, id.to_string()));
        Self::Conflict(Conflict { code, detail: detail.into(), about })
    }

    /// Every attempt at a write met another write.
    pub fn contended() -> Self {
        Self::conflict(
            "conflict",
            "Others changed this at the same moment. Read it again, then repeat your change.",
        )
    }
}
