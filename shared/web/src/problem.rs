//! Errors as `application/problem+json` (RFC 9457).

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::failure::{Conflict, Failure};
use domain::field::{FieldFault, FieldFaults};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// An error answer in the making.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    faults: Vec<FieldFault>,
    retry_after: Option<Duration>,
    about: Map<String, Value>,
}

impl Problem {
    /// A problem with this status, stable code and sentence for a person.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            faults: Vec::new(),
            retry_after: None,
            about: Map::new(),
        }
    }

    /// 400: the request cannot be read.
    pub fn bad_request(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 401: no credential, or none that is known.
    pub fn unauthenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            "Send a valid API key or session access token as `Authorization: Bearer <credential>`.",
        )
    }

    /// 403: a valid credential that may not do this.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// 404: no such object in the caller's clinic.
    pub fn not_found(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, detail)
    }

    /// 404: no confirmed user has this id.
    pub fn user_not_found() -> Self {
        Self::not_found(
            "user_not_found",
            "There is no such confirmed user in your clinic. Check the ID.",
        )
    }

    /// 404: no invitation has this id.
    pub fn invitation_not_found() -> Self {
        Self::not_found(
            "invitation_not_found",
            "There is no such invitation in your clinic. Check its ID.",
        )
    }

    /// 404: no API key has this id.
    pub fn api_key_not_found() -> Self {
        Self::not_found(
            "api_key_not_found",
            "There is no such API key in your clinic. Check its ID.",
        )
    }

    /// 404: nothing is served at this path.
    pub fn no_route() -> Self {
        Self::not_found("route_not_found", "There is nothing at this path.")
    }

    /// 404: the one answer to every token that is not good.
    pub fn token_invalid() -> Self {
        Self::not_found("token_invalid", "This link is not valid. Ask for a new one.")
    }

    /// 409: the object's state does not allow it.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 409: every attempt at a write met another write.
    pub fn contended() -> Self {
        Failure::contended().into()
    }

    /// 410: the invitation has run out.
    pub fn expired() -> Self {
        Self::new(
            StatusCode::GONE,
            "invitation_expired",
            "This invitation has expired. Ask the clinic for a new one.",
        )
    }

    /// 422: the request is well formed and asks for something that no rule allows.
    pub fn unprocessable(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
    }

    /// 429: wait, then repeat.
    pub fn too_many(code: &'static str, detail: impl Into<String>, retry_after: Duration) -> Self {
        Self {
            retry_after: Some(retry_after),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, code, detail)
        }
    }

    /// 500: our fault. Says nothing about the inside; `why` goes to the log.
    pub fn internal(why: impl std::fmt::Display) -> Self {
        tracing::error!(%why, "internal fault");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Something went wrong on our side.",
        )
    }

    /// 503: the database does not answer.
    pub fn unavailable() -> Self {
        let problem =
            Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Try again in a moment.");
        Self { retry_after: Some(Duration::from_secs(1)), ..problem }
    }

    /// The same problem, naming an object that it is about.
    #[must_use]
    pub fn about(mut self, member: &str, id: impl std::fmt::Display) -> Self {
        self.about.insert(member.to_owned(), Value::String(id.to_string()));
        self
    }

    /// The same problem with what else its caller needs.
    #[must_use]
    pub fn with(mut self, member: &str, value: &impl Serialize) -> Self {
        let value = serde_json::to_value(value).unwrap_or_default();
        self.about.insert(member.to_owned(), value);
        self
    }

    /// The same problem as a 400 with this code.
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

    /// The answer's JSON.
    pub fn body(&self, request_id: &str) -> ProblemBody {
        ProblemBody {
            r#type: "about:blank".to_owned(),
            title: self.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: self.status.as_u16(),
            detail: self.detail.clone(),
            code: self.code.to_owned(),
            request_id: request_id.to_owned(),
            errors: self.faults.iter().map(FieldError::from).collect(),
            about: self.about.clone(),
        }
    }

    /// The whole answer.
    pub fn render(&self, request_id: &str) -> Response {
        let json = serde_json::to_string(&self.body(request_id)).unwrap_or_default();
        let mut response = (self.status, json).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(wait) = self.retry_after {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = match self.code {
                "dpop_proof_invalid" => r#"DPoP error="invalid_dpop_proof", algs="ES256 EdDSA""#,
                _ => "Bearer",
            };
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }
}

impl Problem {
    /// 422 naming every field at fault; a single fault lends its code to the whole.
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
                let problem = Self::conflict(code, detail);
                match about {
                    Some((member, id)) => problem.about(member, id),
                    None => problem,
                }
            }
            Failure::Unavailable(why) => {
                tracing::warn!(%why, "request failed: a system that it needs is unavailable");
                Self::unavailable()
            }
            Failure::Internal(why) => Self::internal(why),
        }
    }
}

impl IntoResponse for Problem {
    /// Leaves the problem for the edge to render: only the edge knows the request's id.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Renders the problem that a handler left in its response, if there is one.
pub fn rendered(mut response: Response, request_id: &str) -> Response {
    match response.extensions_mut().remove::<Problem>() {
        Some(problem) => {
            let mut rendered = problem.render(request_id);
            rendered.extensions_mut().insert(ErrorCode(problem.code));
            for cookie in response.headers().get_all(header::SET_COOKIE) {
                let headers = rendered.headers_mut();
                headers.append(header::SET_COOKIE, cookie.clone());
            }
            rendered
        }
        None => response,
    }
}

/// The code of a rendered problem, for the log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ErrorCode(pub(crate) &'static str);

/// An error (RFC 9457).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProblemBody {
    /// Always `about:blank`: `code` says more.
    pub r#type: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// One sentence for a person, saying what to do.
    pub detail: String,
    /// Stable and machine-readable.
    pub code: String,
    /// To find the request in the logs.
    pub request_id: String,
    /// Every field at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldError>,
    /// The objects that the problem is about, such as `invitationId`.
    #[serde(flatten)]
    #[schema(ignore)]
    pub about: Map<String, Value>,
}

/// One field at fault.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FieldError {
    /// The field's JSON name.
    pub field: String,
    /// Stable and machine-readable.
    pub code: String,
    /// One sentence for a person.
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
