//! JSON and form bodies.

use axum::Form;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{Method, StatusCode, header};
use serde_json::{Map, Value};

use crate::field::{RequestFields, read_object};
use crate::json;
use crate::problem::Problem;

const FORM: &str = "application/x-www-form-urlencoded";

/// The values of a JSON body, read as its declaration `R` says. One 422 reports every fault.
#[derive(Debug)]
pub struct JsonBody<R: RequestFields>(pub R::Values);

impl<R: RequestFields, S: Send + Sync> FromRequest<S> for JsonBody<R> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let object = JsonObject::from_request(request, state).await?;
        Ok(Self(read_object::<R>(object.members)?))
    }
}

/// Like [`JsonBody`], but also accepts a form (`application/x-www-form-urlencoded`), for routes where an
/// RFC requires one.
#[derive(Debug)]
pub struct JsonOrForm<R: RequestFields>(pub R::Values);

impl<R: RequestFields, S: Send + Sync> FromRequest<S> for JsonOrForm<R> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let members = if media_type(&request).eq_ignore_ascii_case(FORM) {
            read_form(request, state).await?
        } else {
            JsonObject::from_request(request, state).await?.members
        };
        Ok(Self(read_object::<R>(members)?))
    }
}

/// Reads the fields of a form as strings.
async fn read_form<S: Send + Sync>(
    request: Request,
    state: &S,
) -> Result<Map<String, Value>, Problem> {
    let unreadable =
        || Problem::bad_request("form_invalid", "Send a form that has each name only once.");
    let bytes = read(request, state).await?;
    let form = Request::post("/").header(header::CONTENT_TYPE, FORM).body(Body::from(bytes));
    let form = form.map_err(Problem::internal)?;
    let pairs = Form::<Vec<(String, String)>>::from_request(form, state).await;
    let Form(pairs) = pairs.map_err(|_| unreadable())?;
    let count = pairs.len();
    let members: Map<String, Value> =
        (pairs.into_iter()).map(|(name, value)| (name, Value::String(value))).collect();
    if members.len() < count { Err(unreadable()) } else { Ok(members) }
}

/// A JSON object with its bytes, which identify a retry.
#[derive(Debug)]
pub struct JsonObject {
    /// The members.
    pub members: Map<String, Value>,
    /// The bytes as they came.
    pub bytes: Bytes,
}

impl<S: Send + Sync> FromRequest<S> for JsonObject {
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
        match json::parse(&bytes) {
            Ok(Value::Object(members)) => Ok(Self { members, bytes }),
            Ok(_) => Err(Problem::bad_request("json_invalid", "Send a JSON object.")),
            Err(error) => Err(Problem::bad_request(
                "json_invalid",
                format!(
                    "Send valid JSON with each key only once. The error is at line {}, column {}.",
                    error.line(),
                    error.column()
                ),
            )),
        }
    }
}

/// Reads the whole body. The answer to a larger one than allowed is 413.
pub async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state).await.map_err(|rejected| {
        if axum::response::IntoResponse::into_response(rejected).status()
            == StatusCode::PAYLOAD_TOO_LARGE
        {
            Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "body_too_large",
                "Send a body of at most 64 KiB.",
            )
        } else {
            Problem::bad_request(
                "body_unreadable",
                "Send the request again. Its body was incomplete.",
            )
        }
    })
}

/// Whether the body is JSON. A PATCH may call it a merge patch (RFC 7396), which is what it is.
fn is_json(request: &Request) -> bool {
    let is = |kind| media_type(request).eq_ignore_ascii_case(kind);
    is("application/json")
        || request.method() == Method::PATCH && is("application/merge-patch+json")
}

/// `Content-Type` without its parameters.
fn media_type(request: &Request) -> &str {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|v| v.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim()
}
