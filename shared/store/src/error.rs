//! Errors of reads and writes.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::RequestId as _;

/// A failed read or write. A version conflict is not an error. See [`crate::CommitOutcome`].
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// An item has a missing or invalid field. The error names it.
    #[error("{}corrupt item in table {table}, key {key}, field {field}", marked_prefix(*.marked))]
    Corrupt {
        /// The table.
        table: String,
        /// The key, without personal data.
        key: String,
        /// The corrupt field.
        field: String,
        /// Whether the operator knows of it.
        marked: bool,
    },
    /// DynamoDB did not answer or throttled the request. A retry may succeed.
    #[error("database unavailable: {0}")]
    Unavailable(String),
    /// DynamoDB refused the request. The cause is a bug or a wrong setup.
    #[error("database refused the request: {0}")]
    Refused(String),
}

/// Marked items raise no alarm. The alarm looks for text that begins with `corrupt item`.
const fn marked_prefix(marked: bool) -> &'static str {
    if marked { "marked " } else { "" }
}

/// Error codes that a retry may resolve (DynamoDB developer guide, "Error handling").
const RETRYABLE: [&str; 9] = [
    "InternalServerError",
    "ItemCollectionSizeLimitExceededException",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "ThrottlingException",
    "TransactionConflictException",
    "TransactionInProgressException",
];

impl StoreError {
    /// Converts the error of an SDK call. Keeps its code and request id, but never its message, because
    /// messages can quote items.
    pub(crate) fn from_sdk<E, R>(error: &SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata,
        SdkError<E, R>: aws_sdk_dynamodb::operation::RequestId,
    {
        let request = error.request_id().unwrap_or("none").to_owned();
        let Some(service) = error.as_service_error() else {
            let kind = match error {
                SdkError::TimeoutError(_) => "timed out",
                SdkError::DispatchFailure(_) => "could not connect",
                SdkError::ResponseError(_) => "unreadable response",
                _ => "request not built",
            };
            return Self::Unavailable(kind.to_owned());
        };
        let code = service.code().unwrap_or("unknown");
        let text = format!("{code}, request {request}");
        if RETRYABLE.contains(&code) || code == "unknown" {
            Self::Unavailable(text)
        } else {
            Self::Refused(text)
        }
    }
}

impl From<StoreError> for domain::failure::Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::Unavailable(error.to_string()),
            StoreError::Corrupt { .. } | StoreError::Refused(_) => {
                Self::Internal(error.to_string())
            }
        }
    }
}
