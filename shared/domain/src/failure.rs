//! Why an operation failed. An HTTP function and a queue consumer can both report it.

use crate::field::FieldFaults;

/// Why an operation failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Some fields of the request break a rule.
    #[error(transparent)]
    Invalid(#[from] FieldFaults),
    /// The state of an object does not allow the operation.
    #[error("{0}")]
    Conflict(Conflict),
    /// The caller lost the right to do this while the request ran.
    #[error("the caller is no longer entitled")]
    NotEntitled,
    /// A service that we depend on did not answer. A retry may succeed.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// A bug or a corrupt item. The text is for the log only, never for the caller.
    #[error("internal fault: {0}")]
    Internal(String),
}

/// A refusal because of the state of an object.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Conflict {
    /// Stable and machine-readable, such as `npi_in_use`.
    pub code: &'static str,
    /// Tells a person what to do.
    pub detail: String,
    /// The JSON name and the id of the object that blocks the operation.
    pub about: Option<(&'static str, String)>,
}

impl Failure {
    /// The code of [`Failure::contended`].
    pub const CONTENDED: &'static str = "conflict";

    /// A conflict with this code and sentence.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::Conflict(Conflict { code, detail: detail.into(), about: None })
    }

    /// A conflict that names the object that blocks the operation.
    pub fn conflict_with(
        code: &'static str,
        detail: impl Into<String>,
        (member, id): (&'static str, impl std::fmt::Display),
    ) -> Self {
        let about = Some((member, id.to_string()));
        Self::Conflict(Conflict { code, detail: detail.into(), about })
    }

    /// The conflict after every attempt at a write met another write.
    pub fn contended() -> Self {
        Self::conflict(
            Self::CONTENDED,
            "Another request changed this at the same time. Reload it, then make your change again.",
        )
    }
}
