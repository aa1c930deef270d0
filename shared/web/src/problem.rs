//! Errors as `application/problem+json` (RFC 9457).

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::failure::{Conflict, Failure};
use domain::field::{FieldFault, FieldFaults};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// An error response that the edge renders.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    faults: Vec<FieldFault>,
    retry_after: Option<Duration>,
    credential_refused: bool,
    is_final: bool,
    about: Map<String, Value>,
}

impl Problem {
    /// A problem with this status, this stable code, and a detail that tells a person what to do.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            faults: Vec::new(),
            retry_after: None,
            credential_refused: false,
            is_final: false,
            about: Map::new(),
        }
    }

    /// The same problem, which the SDKs repeat after a second.
    #[must_use]
    pub fn retry_in_a_second(self) -> Self {
        Self { retry_after: Some(Duration::from_secs(1)), ..self }
    }

    /// 400: the request cannot be read.
    pub fn bad_request(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 400: the query is not percent-encoded UTF-8.
    pub fn query_invalid() -> Self {
        Self::bad_request("query_invalid", "Percent-encode the query string as UTF-8.")
    }

    /// 401: the credential is missing or unknown.
    pub fn unauthenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            "Send a valid API key as `Authorization: Bearer <key>`, or sign in at the dashboard.",
        )
    }

    /// 401: a credential was sent and refused (RFC 6750 section 3.1).
    pub fn credential_refused() -> Self {
        Self { credential_refused: true, ..Self::unauthenticated() }
    }

    /// 403: the credential is valid but does not allow this.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// 404: the caller's clinic has no such object.
    pub fn not_found(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, detail)
    }

    /// 404: no confirmed user has this id.
    pub fn user_not_found() -> Self {
        Self::not_found(
            "user_not_found",
            "Check the user ID. Your clinic has no confirmed user with this ID.",
        )
    }

    /// 404: no invitation has this id.
    pub fn invitation_not_found() -> Self {
        Self::not_found(
            "invitation_not_found",
            "Check the invitation ID. Your clinic has no invitation with this ID.",
        )
    }

    /// 404: no API key has this id.
    pub fn api_key_not_found() -> Self {
        Self::not_found(
            "api_key_not_found",
            "Check the API key ID. Your clinic has no API key with this ID.",
        )
    }

    /// 404: no webhook endpoint has this id.
    pub fn webhook_not_found() -> Self {
        Self::not_found(
            "webhook_not_found",
            "Check the webhook endpoint ID. Your clinic has no webhook endpoint with this ID.",
        )
    }

    /// 404: the caller has no session with this id.
    pub fn session_not_found() -> Self {
        Self::not_found("session_not_found", "You have no such session. It may have ended.")
    }

    /// 404: nothing is served at this path.
    pub fn no_route() -> Self {
        Self::not_found("route_not_found", "Check the path. This service has no such route.")
    }

    /// 404: the same answer for every token that does not work.
    pub fn token_invalid() -> Self {
        Self::not_found("token_invalid", "This link is not valid. Ask for a new one.")
    }

    /// 409: the state of the object does not allow the operation.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 409: every attempt at a write met another write.
    pub fn contended() -> Self {
        Failure::contended().into()
    }

    /// 410: the invitation has expired.
    pub fn expired() -> Self {
        Self::new(
            StatusCode::GONE,
            "invitation_expired",
            "This invitation has expired. Ask the clinic for a new one.",
        )
    }

    /// 422: the request is well-formed but breaks a rule.
    pub fn unprocessable(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
    }

    /// 429: the caller must wait before a retry.
    pub fn too_many(code: &'static str, detail: impl Into<String>, retry_after: Duration) -> Self {
        Self {
            retry_after: Some(retry_after),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, code, detail)
        }
    }

    /// 500: a bug or a corrupt item. `why` goes only to the log, never to the caller.
    pub fn internal(why: impl std::fmt::Display) -> Self {
        tracing::error!(%why, "request failed: internal fault");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Try again later. If this happens again, report the request ID.",
        )
    }

    /// 503: a service that the request needs did not answer.
    pub fn unavailable() -> Self {
        let problem =
            Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Try again in a moment.");
        problem.retry_in_a_second()
    }

    /// Tells the SDKs not to retry by themselves.
    #[must_use]
    pub fn as_final(self) -> Self {
        Self { is_final: true, ..self }
    }

    /// Adds the id of an object that the problem is about.
    #[must_use]
    pub fn about(mut self, member: &str, id: impl std::fmt::Display) -> Self {
        self.about.insert(member.to_owned(), Value::String(id.to_string()));
        self
    }

    /// Adds another member that the caller needs.
    #[must_use]
    pub fn with(mut self, member: &str, value: &impl Serialize) -> Self {
        let value = serde_json::to_value(value).unwrap_or_default();
        self.about.insert(member.to_owned(), value);
        self
    }

    /// Changes the status to 400, with this code.
    #[must_use]
    pub fn as_bad_request(self, code: &'static str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, ..self }
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The JSON of the response.
    pub fn body(&self, request_id: &str) -> ProblemBody {
        ProblemBody {
            r#type: "about:blank".to_owned(),
            title: self.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: self.status.as_u16(),
            detail: self.detail.clone(),
            message: self.detail.clone(),
            code: self.code.to_owned(),
            request_id: request_id.to_owned(),
            errors: self.faults.iter().map(FieldError::from).collect(),
            about: self.about.clone(),
        }
    }

    /// Renders the response.
    pub fn render(&self, request_id: &str) -> Response {
        let json = serde_json::to_string(&self.body(request_id)).unwrap_or_default();
        let mut response = (self.status, json).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(wait) = self.retry_after {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        // The SDKs retry a 429 unless this header forbids it.
        if self.is_final {
            headers.insert("x-should-retry", HeaderValue::from_static("false"));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = match self.code {
                "dpop_proof_invalid" => r#"DPoP error="invalid_dpop_proof", algs="ES256 EdDSA""#,
                _ if self.credential_refused => r#"Bearer error="invalid_token""#,
                _ => "Bearer",
            };
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }
}

impl Problem {
    /// 422: names every invalid field. If there is only one, the problem takes its code.
    fn invalid(FieldFaults(faults): FieldFaults) -> Self {
        let code = match faults.as_slice() {
            [only] => only.code,
            _ => "fields_invalid",
        };
        let names: Vec<&str> = faults.iter().map(|f| f.field.as_str()).collect();
        let detail = match faults.as_slice() {
            [only] => format!("{}: {}", only.field, only.detail),
            _ => format!("Fix these fields and try again: {}.", names.join(", ")),
        };
        Self { faults, ..Self::unprocessable(code, detail) }
    }
}

impl<E: Into<Failure>> From<E> for Problem {
    fn from(error: E) -> Self {
        match error.into() {
            Failure::Invalid(faults) => Self::invalid(faults),
            Failure::Conflict(Conflict { code, detail, about }) => {
                let mut problem = Self::conflict(code, detail);
                if code == Failure::CONTENDED {
                    problem = problem.retry_in_a_second();
                }
                match about {
                    Some((member, id)) => problem.about(member, id),
                    None => problem,
                }
            }
            Failure::NotEntitled => Self::forbidden(
                "Ask an owner or admin of your clinic. Your permissions have just changed.",
            ),
            Failure::Unavailable(why) => {
                tracing::warn!(%why, "request failed: a service that it needs is unavailable");
                Self::unavailable()
            }
            Failure::Internal(why) => Self::internal(why),
        }
    }
}

impl IntoResponse for Problem {
    /// Leaves the problem for the edge to render, because only the edge knows the request id.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Renders the problem that a handler left in its response, if there is one.
pub fn render_problem(mut response: Response, request_id: &str) -> Response {
    match response.extensions_mut().remove::<Problem>() {
        Some(problem) => {
            let mut rendered = problem.render(request_id);
            let outcome = ProblemOutcome {
                code: problem.code,
                credential_refused: problem.credential_refused,
            };
            rendered.extensions_mut().insert(outcome);
            // Cookies, and what CORS adds.
            for (name, value) in response.headers() {
                rendered.headers_mut().append(name, value.clone());
            }
            rendered
        }
        None => response,
    }
}

/// What the access log says about a rendered problem.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProblemOutcome {
    pub(crate) code: &'static str,
    /// Whether a credential was sent and refused.
    pub(crate) credential_refused: bool,
}

/// An error (RFC 9457).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProblemBody {
    /// Always `about:blank`. See `code`.
    pub r#type: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Tells a person what to do.
    pub detail: String,
    /// The same sentence as `detail`, under the name that AutoScribe's SDKs show.
    pub message: String,
    /// Stable and machine-readable.
    pub code: String,
    /// Identifies the request in the logs.
    pub request_id: String,
    /// Every invalid field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldError>,
    /// The objects that the problem is about, such as `invitationId`.
    #[serde(flatten)]
    #[schema(ignore)]
    pub about: Map<String, Value>,
}

/// An invalid field.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FieldError {
    /// The field's JSON name.
    pub field: String,
    /// Stable and machine-readable.
    pub code: String,
    /// Tells a person what to do.
    pub detail: String,
}

impl From<&FieldFault> for FieldError {
    fn from(fault: &FieldFault) -> Self {
        Self {
            field: fault.field.clone(),
            code: fault.code.to_owned(),
            detail: fault.detail.clone(),
        }
    }
}
