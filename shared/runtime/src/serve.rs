//! Serving a router behind API Gateway.

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use http::{ClientIp, RequestId};
use lambda_http::request::RequestContext;

/// Serves `router` until Lambda ends the process.
pub async fn serve(router: Router) -> Result<(), crate::Error> {
    crate::log::start();
    lambda_http::run(router.layer(from_fn(gateway))).await
}

/// What API Gateway knows of the request.
async fn gateway(mut request: Request, next: Next) -> Response {
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
    next.run(request).await
}
