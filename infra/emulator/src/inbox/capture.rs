//! `SendEmail` of SES v2, taking the mail or failing as told.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use domain::entropy::{Entropy, random};
use domain::time::Clock;
use serde_json::{Value, json};

use super::{Captured, Inbox};
use crate::error::chain;

/// What SES answers instead of taking a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SesFault {
    /// Too many at once: worth another try.
    Throttled,
    /// This mail will never be taken.
    Rejected,
    /// The sending identity is not verified: an operator has to mend that.
    NotVerified,
    /// SES has trouble of its own.
    Internal,
    /// The mail is taken, and then SES answers HTTP 500.
    AnswerLost,
}

/// What the capture endpoint needs.
#[derive(Clone)]
pub(crate) struct Capture {
    pub(crate) inbox: Inbox,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

/// The one operation of SES that the service calls.
pub(crate) fn router(capture: Capture) -> Router {
    Router::new().route("/v2/email/outbound-emails", post(send_email)).with_state(capture)
}

async fn send_email(State(capture): State<Capture>, Json(request): Json<Value>) -> Response {
    let fault = capture.inbox.fault();
    if let Some(fault) = fault.filter(|fault| *fault != SesFault::AnswerLost) {
        return refused(fault);
    }
    let id = message_id(&capture);
    let kept = capture.inbox.keep(Captured {
        id: id.clone(),
        received_at: capture.clock.now().to_string(),
        request,
    });
    match (kept, fault) {
        (Ok(()), None) => Json(json!({ "MessageId": id })).into_response(),
        (Ok(()), Some(fault)) => refused(fault),
        (Err(error), _) => {
            tracing::error!(error = chain(&error), "the inbox cannot be written");
            refused(SesFault::Internal)
        }
    }
}

/// Shaped like those of SES.
fn message_id(capture: &Capture) -> String {
    let millis = capture.clock.now().millis();
    let random: u128 = u128::from_be_bytes(random(capture.entropy.as_ref()));
    let hex = format!("{millis:016x}{random:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default().to_owned();
    [part(0, 16), part(16, 24), part(24, 28), part(28, 32), part(32, 48)].join("-")
}

fn refused(fault: SesFault) -> Response {
    let (status, kind, message) = match fault {
        SesFault::Throttled => (
            StatusCode::TOO_MANY_REQUESTS,
            "TooManyRequestsException",
            "Maximum sending rate exceeded.",
        ),
        SesFault::Rejected => (
            StatusCode::BAD_REQUEST,
            "MessageRejected",
            "The message contains content that is not allowed.",
        ),
        SesFault::NotVerified => {
            (StatusCode::BAD_REQUEST, "MessageRejected", "Email address is not verified.")
        }
        SesFault::Internal | SesFault::AnswerLost => {
            (StatusCode::INTERNAL_SERVER_ERROR, "InternalServiceErrorException", "Internal error.")
        }
    };
    let problem = Json(json!({ "message": message }));
    (status, [("x-amzn-errortype", kind)], problem).into_response()
}
