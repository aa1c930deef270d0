//! The outermost layer of every router: limits, rendering of problems, one log line a request.

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;

use crate::problem::{ErrorCode, Problem, rendered};
use crate::request::RequestId;

/// Bytes of the largest body.
pub(crate) const MAX_BODY: usize = 64 * 1024;

/// The router as a function serves it.
pub fn serve(router: Router) -> Router {
    router
        .method_not_allowed_fallback(async || {
            Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "This path does not take this method.",
            )
        })
        .fallback(async || Problem::no_route())
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn(edge))
}

async fn edge(request: Request, next: Next) -> Response {
    let id = request
        .extensions()
        .get::<RequestId>()
        .map_or_else(|| "none".to_owned(), |id| id.0.clone());
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "none".to_owned(), |p| p.as_str().to_owned());
    let mut response = next.run(request).await;
    response = rendered(response, &id);
    let code = response.extensions().get::<ErrorCode>().map(|code| code.0);
    // The SDKs repeat a 409 unless told not to, and a repeat cannot change its outcome.
    if matches!(response.status(), StatusCode::CONFLICT | StatusCode::GONE) {
        response.headers_mut().insert("x-should-retry", HeaderValue::from_static("false"));
    }
    if method != Method::HEAD {
        // Unless the handler says otherwise: most answers hold a person's data or a token.
        response
            .headers_mut()
            .entry(header::CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
    }
    let status = response.status().as_u16();
    tracing::info!(request_id = id, %method, route, status, code, "answered");
    response
}
