//! The outermost layer of every router. It limits bodies, renders problems and writes the access log.

use axum::Router;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{DefaultBodyLimit, RawPathParams, Request};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use tracing::Instrument as _;

use crate::access_log::AccessLogEntry;
use crate::deadline::Deadline;
use crate::problem::{Problem, ProblemOutcome, render_problem};
use crate::request::{RefusedRequest, RequestId};
use crate::trace::find_trace_id;

/// The largest body, in bytes.
pub(crate) const MAX_BODY: usize = 64 * 1024;

/// Browsers use only https (RFC 6797), for two years, and guess no other type of content (Fetch standard,
/// "X-Content-Type-Options").
const SECURITY_HEADERS: [(HeaderName, HeaderValue); 2] = [
    (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
];

/// Wraps the router of a function in this layer.
pub fn serve(router: Router) -> Router {
    router
        .method_not_allowed_fallback(async || {
            Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "Use another method. This path does not support this one.",
            )
        })
        .fallback(async || Problem::no_route())
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn(edge))
}

async fn answer(request: Request, next: Next) -> Response {
    if let Some(RefusedRequest(problem)) = request.extensions().get() {
        return problem.clone().into_response();
    }
    match request.extensions().get::<Deadline>().copied() {
        Some(deadline) => deadline.run(next.run(request)).await.into_response(),
        None => next.run(request).await,
    }
}

async fn edge(
    path: Result<RawPathParams, RawPathParamsRejection>,
    request: Request,
    next: Next,
) -> Response {
    let id = RequestId::of(request.extensions());
    let method = request.method().clone();
    let trace = find_trace_id(request.headers()).map(Into::into);
    let entry = AccessLogEntry::start(&request, path.ok().as_ref(), &id);
    let work = answer(request, next).instrument(entry.span.clone());
    let (response, measured) = telemetry::measure_traced(trace, work).await;
    let mut response = render_problem(response, &id.0);
    let problem = response.extensions().get::<ProblemOutcome>().copied();
    // The SDKs retry a 409 unless this header forbids it. A retry cannot change the outcome, unless the
    // answer says when to retry.
    let may_retry = response.headers().contains_key(header::RETRY_AFTER);
    if matches!(response.status(), StatusCode::CONFLICT | StatusCode::GONE) && !may_retry {
        response.headers_mut().insert("x-should-retry", HeaderValue::from_static("false"));
    }
    for (name, value) in SECURITY_HEADERS {
        response.headers_mut().insert(name, value);
    }
    if method != Method::HEAD {
        // Most answers hold a person's data or a token, so nothing is cached unless a handler allows it.
        response
            .headers_mut()
            .entry(header::CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
    }
    entry.finish(response.status(), problem, measured);
    response
}
