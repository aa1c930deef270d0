//! `Idempotency-Key`: a POST that carries one is carried out once and answered alike each time.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::invitation::Fingerprint;
use serde_json::Value;
use store::{Answer, Begun};

use crate::context::{Context, RequestId};
use crate::problem::{Problem, rendered};
use crate::{body, caller};

/// Characters of the longest key.
const MAX_KEY: usize = 255;
/// DynamoDB's largest item is 400 KB; an answer beyond this is not kept.
const MAX_ANSWER: usize = 300 * 1024;

/// Middleware for the POST routes of a function.
pub async fn layer(
    State(context): State<Context>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let Some(key) = request.headers().get("idempotency-key").cloned() else {
        return Ok(next.run(request).await);
    };
    if request.method() != Method::POST {
        return Ok(next.run(request).await);
    }
    let key = readable(&key)?;
    let (mut parts, body) = request.into_parts();
    let bytes = body::read(Request::from_parts(parts.clone(), body), &()).await?;
    let caller = match caller::principal(&mut parts, &context).await {
        Ok(principal) => Some(principal.name()),
        Err(problem) if problem.status() == StatusCode::UNAUTHORIZED => invitee(&bytes),
        Err(problem) => return Err(problem),
    };
    let path = parts.uri.path().to_owned();
    let id = parts
        .extensions
        .get::<RequestId>()
        .map_or_else(|| "none".to_owned(), |id| id.0.clone());
    let request = Request::from_parts(parts, Body::from(bytes.clone()));
    let Some(caller) = caller else {
        return Ok(next.run(request).await);
    };

    let fingerprint = Fingerprint::of(&[path.as_bytes(), &bytes]);
    match context
        .store
        .begin(&caller, &key, &fingerprint, context.now())
        .await?
    {
        Begun::First => {}
        Begun::Again(answer) => return Ok(again(answer)),
        Begun::OtherBody => {
            return Err(Problem::unprocessable(
                "idempotency_key_reused",
                "This Idempotency-Key belongs to another request. Use a new key for a new request.",
            ));
        }
        Begun::Running => {
            return Err(Problem::conflict(
                "request_in_progress",
                "The first request with this Idempotency-Key is still running. Ask again in a moment.",
            ));
        }
    }
    let response = rendered(next.run(request).await, &id);
    keep(&context, &caller, &key, &fingerprint, response).await
}

/// Keeps a final answer; one that a later try could better is forgotten.
async fn keep(
    context: &Context,
    caller: &str,
    key: &str,
    fingerprint: &Fingerprint,
    response: Response,
) -> Result<Response, Problem> {
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX)
        .await
        .map_err(|_| Problem::internal())?;
    let final_answer =
        !parts.status.is_server_error() && parts.status != StatusCode::TOO_MANY_REQUESTS;
    let text = String::from_utf8(bytes.to_vec())
        .ok()
        .filter(|text| text.len() <= MAX_ANSWER);
    let kept = match text {
        Some(body) if final_answer => {
            let answer = Answer {
                status: parts.status.as_u16(),
                body,
            };
            context
                .store
                .finish(caller, key, fingerprint, &answer, context.now())
                .await
        }
        _ => context.store.forget(caller, key).await,
    };
    if let Err(error) = kept {
        // The request itself is done; a repeat is still recognised by its body.
        tracing::warn!(%error, "answer not kept for its idempotency key");
    }
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

fn again(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let kind = if status.is_success() {
        "application/json"
    } else {
        "application/problem+json"
    };
    let mut response = (status, answer.body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert("idempotent-replayed", HeaderValue::from_static("true"));
    response
}

fn readable(key: &HeaderValue) -> Result<String, Problem> {
    let text = key.to_str().unwrap_or_default();
    let right = (1..=MAX_KEY).contains(&text.len());
    let problem = || {
        Problem::bad_request(
            "idempotency_key_invalid",
            "Idempotency-Key must be 1 to 255 visible ASCII characters.",
        )
    };
    right.then(|| text.to_owned()).ok_or_else(problem)
}

/// An invitee has no credential but the token in the body; its digest stands for them.
fn invitee(bytes: &Bytes) -> Option<String> {
    let body: Value = serde_json::from_slice(bytes).ok()?;
    let token = body.get("token")?.as_str()?;
    Some(format!(
        "link:{}",
        Fingerprint::of(&[token.as_bytes()]).as_str()
    ))
}
