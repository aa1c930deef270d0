//! Why an email was not sent, and whether a retry can help.

use std::error::Error;

use aws_sdk_sesv2::config::http::HttpResponse;
use aws_sdk_sesv2::error::SdkError;
use aws_sdk_sesv2::operation::send_email::SendEmailError;

/// The most characters of a reason that are kept.
const MAX_REASON: usize = 300;

/// Why an email was not sent. A reason never holds an address, because it is stored, shown and
/// logged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// SES rejects this email. A retry would be rejected too.
    #[error("SES rejected the email: {reason}")]
    Rejected {
        /// What SES says is wrong, in words that an admin may see.
        reason: String,
    },
    /// SES did not take the email: it is unreachable or busy, or an operator has to fix the account first. A
    /// retry may succeed.
    #[error("SES is unavailable: {reason}")]
    Unavailable {
        /// What went wrong, for the operator.
        reason: String,
    },
    /// SES may have taken the email: its answer is late, lost or an internal error. A retry may send a copy.
    #[error("SES may have taken the email: {reason}")]
    Unknown {
        /// What went wrong, for the operator.
        reason: String,
    },
}

impl SendError {
    pub(crate) fn from_sdk(error: &SdkError<SendEmailError, HttpResponse>) -> Self {
        let reason = || error_chain(error);
        match error {
            // After an error of the server, even 503, SES may have taken the email.
            SdkError::ServiceError(answer) => match answer.err() {
                SendEmailError::BadRequestException(e) => Self::rejection(e.message()),
                SendEmailError::MessageRejected(e) if !is_unverified_identity(e.message()) => {
                    Self::rejection(e.message())
                }
                _ if answer.raw().status().is_client_error() => {
                    Self::Unavailable { reason: reason() }
                }
                _ => Self::Unknown { reason: reason() },
            },
            SdkError::ConstructionFailure(_) => Self::Unavailable { reason: reason() },
            SdkError::DispatchFailure(_) if never_connected(error) => {
                Self::Unavailable { reason: reason() }
            }
            _ => Self::Unknown { reason: reason() },
        }
    }

    fn rejection(message: Option<&str>) -> Self {
        Self::Rejected { reason: redact_addresses(message.unwrap_or("no reason given")) }
    }
}

/// Whether a call failed before a connection was open, so that nothing was sent.
fn never_connected(error: &SdkError<SendEmailError, HttpResponse>) -> bool {
    let error: &(dyn Error + 'static) = error;
    let mut causes = std::iter::successors(Some(error), |&e| e.source());
    causes.any(|cause| {
        let http = cause.downcast_ref::<hyper_util::client::legacy::Error>();
        http.is_some_and(hyper_util::client::legacy::Error::is_connect)
    })
}

/// Whether SES sent `MessageRejected` because the sending identity is not verified or the account is
/// in the sandbox. The email itself is fine then, and a retry succeeds once the account is fixed.
fn is_unverified_identity(message: Option<&str>) -> bool {
    message.is_some_and(|text| text.contains("is not verified"))
}

/// The messages of an error and its sources. The SDK's outermost error names only its kind.
fn error_chain(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |&e| e.source());
    let mut messages: Vec<String> = causes.map(ToString::to_string).collect();
    messages.dedup();
    redact_addresses(&messages.join(": "))
}

/// Returns `text` on one line, shortened, with every email address replaced.
fn redact_addresses(text: &str) -> String {
    let separates = |c: char| c.is_whitespace() || c.is_control() || "<>()[]\",;:".contains(c);
    let mut kept = String::new();
    for piece in text.split_inclusive(separates) {
        let word = piece.trim_end_matches(separates);
        // A quote may be part of an address (`o'neil@`), or enclose something that isn't one (`'@domain'`).
        let is_address =
            word.split_once('@').is_some_and(|(local, _)| !local.trim_matches('\'').is_empty());
        kept.push_str(if is_address { "(address)" } else { word });
        kept.extend(piece[word.len()..].chars().map(|c| if c.is_control() { ' ' } else { c }));
    }
    kept.chars().take(MAX_REASON).collect()
}

#[cfg(test)]
mod tests {
    use aws_sdk_sesv2::error::{ConnectorError, ErrorMetadata};
    use aws_sdk_sesv2::types::error::{
        AccountSuspendedException, BadRequestException, LimitExceededException,
        MailFromDomainNotVerifiedException, MessageRejected, NotFoundException,
        SendingPausedException, TooManyRequestsException,
    };
    use aws_smithy_runtime_api::http::StatusCode;

    use super::*;

    fn send_error(error: SendEmailError) -> SendError {
        answered(400, error)
    }

    fn answered(status: u16, error: SendEmailError) -> SendError {
        let status = StatusCode::try_from(status).unwrap();
        let answer = HttpResponse::new(status, "".into());
        SendError::from_sdk(&SdkError::service_error(error, answer))
    }

    fn message_rejected(message: &str) -> SendError {
        send_error(SendEmailError::MessageRejected(
            MessageRejected::builder().message(message).build(),
        ))
    }

    fn rejected_because(reason: &str) -> SendError {
        SendError::Rejected { reason: reason.into() }
    }

    #[test]
    fn an_email_that_ses_rejects_fails_permanently() {
        assert_eq!(
            message_rejected("Message contains a virus."),
            rejected_because("Message contains a virus.")
        );
        let bad =
            BadRequestException::builder().message("Local address contains illegal character");
        assert_eq!(
            send_error(SendEmailError::BadRequestException(bad.build())),
            rejected_because("Local address contains illegal character"),
        );
        let silent = BadRequestException::builder().build();
        assert_eq!(
            send_error(SendEmailError::BadRequestException(silent)),
            rejected_because("no reason given")
        );
    }

    #[test]
    fn an_error_that_an_operator_can_fix_is_retried() {
        for error in [
            SendEmailError::AccountSuspendedException(AccountSuspendedException::builder().build()),
            SendEmailError::LimitExceededException(LimitExceededException::builder().build()),
            SendEmailError::MailFromDomainNotVerifiedException(
                MailFromDomainNotVerifiedException::builder().build(),
            ),
            SendEmailError::NotFoundException(NotFoundException::builder().build()),
            SendEmailError::SendingPausedException(SendingPausedException::builder().build()),
            SendEmailError::TooManyRequestsException(TooManyRequestsException::builder().build()),
            SendEmailError::generic(ErrorMetadata::builder().code("AccessDeniedException").build()),
            SendEmailError::generic(ErrorMetadata::builder().code("InternalServiceError").build()),
            SendEmailError::unhandled("not JSON"),
        ] {
            let name = error.to_string();
            assert!(matches!(send_error(error), SendError::Unavailable { .. }), "{name}");
        }
        let unverified = "Email address is not verified. The following identities failed the check in region \
                          EU-WEST-1: no-reply@a.example, ada@clinic.example";
        let SendError::Unavailable { reason } = message_rejected(unverified) else {
            panic!("an operator can verify the identity, so the email must be retried")
        };
        assert!(reason.ends_with("EU-WEST-1: (address), (address)"), "{reason}");
    }

    #[test]
    fn an_error_of_the_server_may_have_sent_the_email() {
        let internal = || SendEmailError::generic(ErrorMetadata::builder().code("x").build());
        for (status, sent) in [(429, false), (500, true), (502, true), (503, true), (504, true)] {
            let error = answered(status, internal());
            assert_eq!(matches!(error, SendError::Unknown { .. }), sent, "{status}");
        }
    }

    #[test]
    fn a_missing_answer_may_have_sent_the_email() {
        let closed = ConnectorError::other("closed before the answer".into(), None);
        for error in [
            SdkError::<SendEmailError, HttpResponse>::timeout_error("after 15 s"),
            SdkError::dispatch_failure(ConnectorError::io("connection reset".into())),
            SdkError::dispatch_failure(closed),
        ] {
            assert!(matches!(SendError::from_sdk(&error), SendError::Unknown { .. }), "{error:?}");
        }
        let unbuilt = SdkError::construction_failure("no credentials");
        assert!(matches!(SendError::from_sdk(&unbuilt), SendError::Unavailable { .. }));
    }

    #[test]
    fn the_reason_includes_the_cause() {
        let error = SdkError::<SendEmailError, HttpResponse>::dispatch_failure(ConnectorError::io(
            "connection refused".into(),
        ));
        let SendError::Unknown { reason } = SendError::from_sdk(&error) else { panic!() };
        assert!(reason.contains("connection refused"), "{reason}");
    }

    #[test]
    fn a_reason_holds_no_address_and_no_line_break() {
        assert_eq!(
            redact_addresses(
                "\"Ada\" <o'neil@clinic.example>,b@c.example;x\r\nMissing final '@domain'"
            ),
            "\"Ada\" <(address)>,(address);x  Missing final '@domain'"
        );
        assert_eq!(redact_addresses(&"ä".repeat(1000)).chars().count(), MAX_REASON);
    }
}
