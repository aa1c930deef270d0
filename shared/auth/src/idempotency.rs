//! `Idempotency-Key`. A POST that carries one runs once, and every retry gets the same response.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use std::sync::Arc;

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use domain::credentials::keyring::{InvitationLinks, Keyring};
use domain::invitation::Fingerprint;
use store::{IdempotencyOutcome, KeyReservation, SavedResponse};

use crate::caller::{Caller, Capability};
use crate::same_origin::DashboardOrigin;
use crate::secret_answer::SecretAnswer;
use changes::Context;
use web::Problem;
use web::RequestId;
use web::body;
use web::deadline::leave_time;
use web::problem::render_problem;

/// The longest key, in characters.
const MAX_KEY: usize = 255;
/// The longest response that is stored, in bytes. A DynamoDB item holds at most 400 KB.
const MAX_ANSWER: usize = 300 * 1024;

/// Gives POST routes an `Idempotency-Key`. The key belongs to its caller, who is authorized first, every
/// time.
#[derive(Clone)]
pub struct OncePerKey {
    context: Context,
    dashboard: DashboardOrigin,
}

impl OncePerKey {
    /// Stores answers in this table, for callers that this dashboard may have sent.
    pub fn new(context: &Context, dashboard: &DashboardOrigin) -> Self {
        Self { context: context.clone(), dashboard: dashboard.clone() }
    }

    /// Adds the key to a route whose caller needs the capability `C`.
    pub fn run<C, S>(&self, route: MethodRouter<S>) -> MethodRouter<S>
    where
        C: Capability,
        S: Clone + Send + Sync + 'static,
    {
        route.layer(from_fn_with_state(self.clone(), answer_callers_once::<C>))
    }
}

async fn answer_callers_once<C: Capability>(
    State(once): State<OncePerKey>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let Some(key) = read_key(&request)? else {
        return Ok(next.run(request).await);
    };
    let (mut parts, body) = request.into_parts();
    let caller = Caller::<C>::identify(&mut parts, &once.context, &once.dashboard).await?;
    let bytes = body::read(Request::from_parts(parts.clone(), body), &()).await?;
    answer_once(&once.context, &caller.principal.name(), &key, (parts, bytes), next).await
}

/// Middleware for POST routes of invited people. Their only credential is the token in the body, so the
/// idempotency key belongs to the link. A request with a forged token writes nothing to the table.
pub async fn answer_invitees_once(
    State((context, links)): State<(Context, Arc<Keyring<InvitationLinks>>)>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let Some(key) = read_key(&request)? else {
        return Ok(next.run(request).await);
    };
    let (parts, body) = request.into_parts();
    let bytes = body::read(Request::from_parts(parts.clone(), body), &()).await?;
    match invitee_name(&links, &bytes) {
        Some(caller) => answer_once(&context, &caller, &key, (parts, bytes), next).await,
        None => Ok(next.run(Request::from_parts(parts, Body::from(bytes))).await),
    }
}

/// Reads the idempotency key of a POST.
fn read_key(request: &Request) -> Result<Option<String>, Problem> {
    if request.method() == Method::POST { find_key(request.headers()) } else { Ok(None) }
}

/// Finds the idempotency key of a request.
pub fn find_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    headers.get("idempotency-key").map(parse_key).transpose()
}

async fn answer_once(
    context: &Context,
    caller: &str,
    key: &str,
    (parts, bytes): (Parts, Bytes),
    next: Next,
) -> Result<Response, Problem> {
    let path = parts.uri.path().to_owned();
    let id = parts.extensions.get::<RequestId>();
    let id = id.map_or_else(|| "none".to_owned(), |id| id.0.clone());
    let fingerprint = Fingerprint::of(&[path.as_bytes(), &bytes]);
    let now = context.now();
    let reserved = context.store.reserve_idempotency_key(caller, key, &fingerprint, now).await;
    let reservation = match reserved? {
        IdempotencyOutcome::Proceed(reservation) => reservation,
        IdempotencyOutcome::Replay(answer) => return Ok(replay(answer)),
        IdempotencyOutcome::KeyReused => {
            return Err(Problem::unprocessable(
                "idempotency_key_reused",
                "Use a new Idempotency-Key for a new request. This one belongs to another request.",
            ));
        }
        IdempotencyOutcome::InProgress => {
            return Err(Problem::conflict(
                "request_in_progress",
                "Try again in a moment. The first request with this Idempotency-Key is still running.",
            )
            .retry_in_a_second());
        }
    };
    let request = Request::from_parts(parts, Body::from(bytes));
    let response = leave_time(next.run(request)).await.into_response();
    let final_answer = is_final(&response);
    let response = render_problem(response, &id);
    store_answer(context, (caller, key, &reservation), (&fingerprint, final_answer), response).await
}

/// Whether the response can be replayed: a retry could not do better, and it holds no secret.
fn is_final(response: &Response) -> bool {
    let status = response.status();
    let contended = |problem: &Problem| problem.code() == Problem::contended().code();
    let refused = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::TOO_MANY_REQUESTS];
    let secret = response.extensions().get::<SecretAnswer>().is_some();
    !status.is_server_error()
        && !secret
        && !refused.contains(&status)
        && !response.extensions().get::<Problem>().is_some_and(contended)
}

/// Stores a final response. Otherwise frees the key, so that a retry runs again.
async fn store_answer(
    context: &Context,
    (caller, key, reservation): (&str, &str, &KeyReservation),
    (fingerprint, final_answer): (&Fingerprint, bool),
    response: Response,
) -> Result<Response, Problem> {
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.map_err(Problem::internal)?;
    let text = String::from_utf8(bytes.to_vec()).ok().filter(|text| text.len() <= MAX_ANSWER);
    let kept = match text {
        Some(body) if final_answer => {
            let answer = SavedResponse { status: parts.status.as_u16(), body };
            context.store.write_response(caller, key, fingerprint, &answer, context.now()).await
        }
        _ => context.store.release_idempotency_key(caller, key, reservation).await,
    };
    if let Err(error) = kept {
        // The request itself is done, so its response is returned anyway.
        tracing::warn!(%error, "answer not stored for its idempotency key");
    }
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

fn replay(answer: SavedResponse) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let kind = if status.is_success() { "application/json" } else { "application/problem+json" };
    let mut response = (status, answer.body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert("idempotent-replayed", HeaderValue::from_static("true"));
    response
}

fn parse_key(key: &HeaderValue) -> Result<String, Problem> {
    let text = key.to_str().unwrap_or_default();
    let right = (1..=MAX_KEY).contains(&text.len());
    let problem = || {
        Problem::bad_request(
            "idempotency_key_invalid",
            "Send an Idempotency-Key of 1 to 255 visible ASCII characters.",
        )
    };
    right.then(|| text.to_owned()).ok_or_else(problem)
}

/// The name of a link, if its token is genuine.
fn invitee_name(links: &Keyring<InvitationLinks>, bytes: &[u8]) -> Option<String> {
    let body = web::json::parse(bytes).ok()?;
    let link = links.read_invitation_token(body.get("token")?.as_str()?).ok()?;
    Some(format!("link:{}:{}", link.invitation, link.generation))
}
