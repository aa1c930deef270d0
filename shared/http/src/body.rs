//! JSON bodies.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use serde_json::{Map, Value};

use crate::fields::Fields;
use crate::problem::Problem;

/// A JSON object, its bytes kept to recognise a repeat.
#[derive(Debug)]
pub struct Object {
    /// The members.
    pub members: Map<String, Value>,
    /// The bytes as they came.
    pub bytes: Bytes,
}

impl Object {
    /// The members, to be taken out one by one.
    pub fn fields(self) -> Fields {
        Fields::new(self.members)
    }
}

impl<S: Send + Sync> FromRequest<S> for Object {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(&request) {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "content_type_unsupported",
                "Send the body as application/json.",
            ));
        }
        let bytes = read(request, state).await?;
        match serde_json::from_slice(&bytes) {
            Ok(Value::Object(members)) => Ok(Self { members, bytes }),
            Ok(_) => Err(Problem::bad_request(
                "json_invalid",
                "The body must be a JSON object.",
            )),
            Err(error) => Err(Problem::bad_request(
                "json_invalid",
                format!(
                    "The body is not JSON: see line {}, column {}.",
                    error.line(),
                    error.column()
                ),
            )),
        }
    }
}

/// The whole body, or 413.
pub(crate) async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state)
        .await
        .map_err(|rejected| {
            if axum::response::IntoResponse::into_response(rejected).status()
                == StatusCode::PAYLOAD_TOO_LARGE
            {
                Problem::new(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "body_too_large",
                    "The body may have 64 KiB at most.",
                )
            } else {
                Problem::bad_request("body_unreadable", "The body ended before it was complete.")
            }
        })
}

fn is_json(request: &Request) -> bool {
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}
