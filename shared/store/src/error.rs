//! What can go wrong between the table and us.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::RequestId as _;

/// A failed read or write. Lost races are no errors: see [`crate::CommitOutcome`].
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// An item does not hold what it should. Named, never skipped.
    #[error("corrupt item in table {table}, key {key}, field {field}")]
    Corrupt {
        /// The table.
        table: String,
        /// The key, without addresses.
        key: String,
        /// The field at fault.
        field: String,
    },
    /// The database does not answer or asks to slow down: worth another try later.
    #[error("database unavailable: {0}")]
    Unavailable(String),
    /// The database refused the request, which is a fault of ours or of the set-up.
    #[error("database refused the request: {0}")]
    Refused(String),
}

/// Error codes that say "later" (DynamoDB developer guide, "Error handling").
const LATER: [&str; 9] = [
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
    /// What an SDK call's failure means. Keeps the error's code and request id, never its message:
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
        if LATER.contains(&code) || code == "unknown" {
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
