//! Why a mail was not sent, and whether another try can help.

use std::error::Error;

use aws_sdk_sesv2::error::SdkError;
use aws_sdk_sesv2::operation::send_email::SendEmailError;

/// Characters of the longest reason that is kept.
const MAX_REASON: usize = 300;

/// Why a mail was not sent. A reason never holds an address: it is stored, shown and logged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// SES refuses this very mail for good: trying again would be refused again.
    #[error("the mail system refused the message: {reason}")]
    Refused {
        /// What SES says is wrong, fit to show to an admin.
        reason: String,
    },
    /// SES cannot be reached, is busy, or an operator has to mend the account first.
    #[error("the mail system is not available: {reason}")]
    Unavailable {
        /// What went wrong, for the operator.
        reason: String,
    },
}

impl SendError {
    pub(crate) fn from_sdk<R>(error: &SdkError<SendEmailError, R>) -> Self
    where
        R: std::fmt::Debug + 'static,
    {
        match error.as_service_error() {
            Some(SendEmailError::BadRequestException(e)) => Self::refused(e.message()),
            Some(SendEmailError::MessageRejected(e)) if !is_unverified_identity(e.message()) => {
                Self::refused(e.message())
            }
            _ => Self::Unavailable { reason: chain(error) },
        }
    }

    fn refused(message: Option<&str>) -> Self {
        Self::Refused { reason: without_addresses(message.unwrap_or("no reason given")) }
    }
}

/// SES says `MessageRejected` also while the sending identity has lost its verification, or the
/// account is still in the sandbox. The mail is sound then, and goes out once that is mended.
fn is_unverified_identity(message: Option<&str>) -> bool {
    message.is_some_and(|text| text.contains("is not verified"))
}

/// What each error of the chain says, since the outermost of the SDK's says only its kind.
fn chain(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |&e| e.source());
    let mut said: Vec<String> = causes.map(ToString::to_string).collect();
    said.dedup();
    without_addresses(&said.join(": "))
}

/// `text` on one line, shortened, with every mail address in it replaced.
fn without_addresses(text: &str) -> String {
    let around = |c: char| c.is_whitespace() || c.is_control() || "<>()[]\",;:".contains(c);
    let mut kept = String::new();
    for piece in text.split_inclusive(around) {
        let word = piece.trim_end_matches(around);
        // A quote may belong to the address (`o'neil@`) or stand around a mere `'@domain'`.
        let is_address =
            word.split_once('@').is_some_and(|(local, _)| !local.trim_matches('\'').is_empty());
        kept.push_str(if is_address { "(address)" } else { word });
        kept.extend(piece[word.len()..].chars().map(|c| if c.is_control() { ' ' } else { c }));
    }
    kept.chars().take(MAX_REASON).collect()
}

#[cfg(test)]
mod tests {
    use aws_sdk_sesv2::config::http::HttpResponse;
    use aws_sdk_sesv2::error::{ConnectorError, ErrorMetadata};
    use aws_sdk_sesv2::types::error::{
        AccountSuspendedException, BadRequestException, LimitExceededException,
        MailFromDomainNotVerifiedException, MessageRejected, NotFoundException,
        SendingPausedException, TooManyRequestsException,
    };

    use super::*;

    fn answered(error: SendEmailError) -> SendError {
        SendError::from_sdk(&SdkError::service_error(error, ()))
    }

    fn rejected(message: &str) -> SendError {
        answered(SendEmailError::MessageRejected(
            MessageRejected::builder().message(message).build(),
        ))
    }

    fn refused(reason: &str) -> SendError {
        SendError::Refused { reason: reason.into() }
    }

    #[test]
    fn a_mail_that_ses_finds_wrong_is_refused_for_good() {
        assert_eq!(rejected("Message contains a virus."), refused("Message contains a virus."));
        let bad =
            BadRequestException::builder().message("Local address contains illegal character");
        assert_eq!(
            answered(SendEmailError::BadRequestException(bad.build())),
            refused("Local address contains illegal character"),
        );
        let silent = BadRequestException::builder().build();
        assert_eq!(
            answered(SendEmailError::BadRequestException(silent)),
            refused("no reason given")
        );
    }

    #[test]
    fn what_an_operator_mends_is_tried_again() {
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
            assert!(matches!(answered(error), SendError::Unavailable { .. }), "{name}");
        }
        let unverified = "Email address is not verified. The following identities failed the check in region \
                          EU-WEST-1: no-reply@a.example, ada@clinic.example";
        let SendError::Unavailable { reason } = rejected(unverified) else {
            panic!("an unverified identity is the operator's to mend")
        };
        assert!(reason.ends_with("EU-WEST-1: (address), (address)"), "{reason}");
    }

    #[test]
    fn no_answer_is_tried_again() {
        let timed_out = ConnectorError::timeout("slow".into());
        for error in [
            SdkError::<SendEmailError, HttpResponse>::timeout_error("after 3 s"),
            SdkError::dispatch_failure(timed_out),
            SdkError::dispatch_failure(ConnectorError::io("connection refused".into())),
            SdkError::construction_failure("no credentials"),
        ] {
            assert!(
                matches!(SendError::from_sdk(&error), SendError::Unavailable { .. }),
                "{error:?}"
            );
        }
    }

    #[test]
    fn the_reason_names_the_cause() {
        let error = SdkError::<SendEmailError, HttpResponse>::dispatch_failure(ConnectorError::io(
            "connection refused".into(),
        ));
        let SendError::Unavailable { reason } = SendError::from_sdk(&error) else { panic!() };
        assert!(reason.contains("connection refused"), "{reason}");
    }

    #[test]
    fn a_reason_holds_no_address_and_no_line_break() {
        assert_eq!(
            without_addresses(
                "\"Ada\" <o'neil@clinic.example>,b@c.example;x\r\nMissing final '@domain'"
            ),
            "\"Ada\" <(address)>,(address);x  Missing final '@domain'"
        );
        assert_eq!(without_addresses(&"ä".repeat(1000)).chars().count(), MAX_REASON);
    }
}
