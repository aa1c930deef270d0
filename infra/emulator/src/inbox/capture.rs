//! `SendEmail` of SES v2. Captures the email, or fails on demand.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use domain::entropy::{Entropy, random};
use domain::time::Clock;
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

use super::reports::reports_on;
use super::{CapturedEmail, Inbox};
use crate::error::chain;

/// How SES fails to send an email.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SesFault {
    /// Too many emails at once. A retry can succeed.
    Throttled,
    /// SES rejects this email permanently.
    Rejected,
    /// The sender is not verified. An operator has to fix that.
    NotVerified,
    /// SES answers HTTP 500.
    Internal,
    /// SES accepts the email, then answers HTTP 500.
    AnswerLost,
    /// SES accepts the email, and answers after this time.
    Late(Duration),
}

impl SesFault {
    /// Whether SES accepts the email all the same.
    fn accepts(self) -> bool {
        matches!(self, Self::AnswerLost | Self::Late(_))
    }
}

/// What the capture endpoint needs.
#[derive(Clone)]
pub(crate) struct Capture {
    pub(crate) inbox: Inbox,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    /// Takes the events about accepted emails, if they are delivered.
    pub(crate) events: Option<UnboundedSender<Value>>,
}

/// The one operation of SES that the service calls.
pub(crate) fn router(capture: Capture) -> Router {
    Router::new().route("/v2/email/outbound-emails", post(send_email)).with_state(capture)
}

async fn send_email(State(capture): State<Capture>, Json(request): Json<Value>) -> Response {
    let fault = capture.inbox.take_fault();
    if let Some(fault) = fault.filter(|fault| !fault.accepts()) {
        return error_response(fault);
    }
    let id = message_id(&capture);
    let email =
        CapturedEmail { id: id.clone(), received_at: capture.clock.now().to_string(), request };
    let reports = reports_on(&email, capture.entropy.as_ref());
    let stored = capture.inbox.store(email);
    if let (Ok(()), Some(events)) = (&stored, &capture.events) {
        for report in reports {
            // Nobody listens while the service stops.
            let _ = events.send(report);
        }
    }
    match (stored, fault) {
        (Ok(()), Some(SesFault::Late(delay))) => {
            tokio::time::sleep(delay).await;
            Json(json!({ "MessageId": id })).into_response()
        }
        (Ok(()), None) => Json(json!({ "MessageId": id })).into_response(),
        (Ok(()), Some(fault)) => error_response(fault),
        (Err(error), _) => {
            tracing::error!(error = chain(&error), "inbox: an email cannot be stored");
            error_response(SesFault::Internal)
        }
    }
}

/// A message id in the format of SES.
fn message_id(capture: &Capture) -> String {
    let millis = capture.clock.now().millis();
    let random: u128 = u128::from_be_bytes(random(capture.entropy.as_ref()));
    let hex = format!("{millis:016x}{random:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default().to_owned();
    [part(0, 16), part(16, 24), part(24, 28), part(28, 32), part(32, 48)].join("-")
}

fn error_response(fault: SesFault) -> Response {
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
        SesFault::Internal | SesFault::AnswerLost | SesFault::Late(_) => {
            (StatusCode::INTERNAL_SERVER_ERROR, "InternalServiceErrorException", "Internal error.")
        }
    };
    let error = Json(json!({ "message": message }));
    (status, [("x-amzn-errortype", kind)], error).into_response()
}
