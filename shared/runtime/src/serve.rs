//! Serves a router behind API Gateway.

use std::pin::Pin;
use std::time::Instant;

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use lambda_http::request::{LambdaRequest, RequestContext};
use lambda_http::tower::ServiceExt;
use lambda_http::{Adapter, Body, IntoResponse, RequestExt as _};
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;
use web::deadline::Deadline;
use web::gateway::make_readable;
use web::origin::OriginCheck;
use web::{ClientIp, InvocationId, RefusedRequest, RequestId, XrayTrace};

#[cfg(feature = "token-keys")]
use crate::secret::Secrets;
use crate::system::time_left;

/// Serves `router` until Lambda ends the process. It answers only what `origin` lets through.
pub async fn serve(origin: OriginCheck, router: Router) -> Result<(), crate::Error> {
    serve_after(origin, router, async || {}).await
}

/// The same as [`serve`], and reads the secrets again when they are due.
#[cfg(feature = "token-keys")]
pub async fn serve_with_secrets(
    origin: OriginCheck,
    router: Router,
    secrets: &Secrets,
) -> Result<(), crate::Error> {
    serve_after(origin, router, async || secrets.refresh().await).await
}

async fn serve_after(
    origin: OriginCheck,
    router: Router,
    prepare: impl AsyncFn(),
) -> Result<(), crate::Error> {
    crate::log::start();
    let prepare = &prepare;
    let router = router.layer(from_fn_with_state(origin, add_gateway_context));
    let router = ServiceExt::<lambda_http::Request>::map_response(router, Utf8Response);
    let router = &router;
    let service = service_fn(async |event: LambdaEvent<Value>| {
        prepare().await;
        let LambdaEvent { mut payload, context } = event;
        let unreadable = make_readable(&mut payload).map(RefusedRequest);
        let event: LambdaRequest = serde_json::from_value(payload)?;
        let router = router.clone().map_request(move |mut request: lambda_http::Request| {
            unreadable.clone().map(|unreadable| request.extensions_mut().insert(unreadable));
            request
        });
        let answer = Adapter::from(router).oneshot(LambdaEvent::new(event, context)).await;
        Ok::<_, crate::Error>(answer?)
    });
    lambda_runtime::run(service).await
}

/// A response whose body is UTF-8. With axum's own response, `lambda_http` would support every
/// character set, which adds 0.2 MB of tables to the binary.
struct Utf8Response(Response);

impl IntoResponse for Utf8Response {
    fn into_response(self) -> Pin<Box<dyn Future<Output = lambda_http::Response<Body>> + Send>> {
        Box::pin(async move {
            let (parts, body) = self.0.into_parts();
            // Our bodies are in memory, so reading them cannot fail.
            let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
            lambda_http::Response::from_parts(parts, text(&bytes))
        })
    }
}

fn text(bytes: &Bytes) -> Body {
    match std::str::from_utf8(bytes) {
        Ok(text) => Body::from(text),
        Err(_) => Body::from(bytes.as_ref()),
    }
}

/// Adds the ids and the caller's address, which API Gateway and CloudFront know, to the request.
async fn add_gateway_context(
    State(origin): State<OriginCheck>,
    mut request: Request,
    next: Next,
) -> Response {
    if let Some(context) = request.lambda_context_ref() {
        let id = InvocationId(context.request_id.clone());
        let deadline = Deadline(Instant::now() + time_left(context));
        let trace = context.xray_trace_id.as_deref().and_then(XrayTrace::parse);
        request.extensions_mut().insert(id);
        request.extensions_mut().insert(deadline);
        trace.map(|trace| request.extensions_mut().insert(trace));
    }
    if let Some(RequestContext::ApiGatewayV2(context)) =
        request.extensions().get::<RequestContext>().cloned()
    {
        if let Some(id) = context.request_id {
            request.extensions_mut().insert(RequestId(id));
        }
        if let Some(ip) = context.http.source_ip {
            request.extensions_mut().insert(ClientIp(ip));
        }
    }
    match origin.check(request.headers_mut()) {
        // The gateway only knows the address of the edge.
        Ok(Some(viewer)) => {
            request.extensions_mut().insert(viewer);
        }
        Ok(None) => {}
        Err(problem) => {
            request.extensions_mut().insert(RefusedRequest(problem));
        }
    }
    next.run(request).await
}
