//! Stands in for API Gateway. Serves exactly the template's routes, each with its function.

use std::collections::{BTreeSet, HashMap};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use domain::entropy::{Entropy, random};
use tower::ServiceExt as _;
use web::{ClientIp, RequestId};

use crate::stream::WriteSignal;
use crate::template::Route;

/// The functions by the names of their binaries.
pub(crate) type Functions = HashMap<String, Router>;

/// Why the routes cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum RouteError {
    /// The function of a route does not exist.
    #[error("template: {method} {path} has the function {function}, which does not exist")]
    UnknownFunction {
        /// The method.
        method: Method,
        /// The path.
        path: String,
        /// The function.
        function: String,
    },
    /// Two routes match the same requests.
    #[error("template: {method} {path} is a duplicate of another route")]
    Duplicate {
        /// The method.
        method: Method,
        /// The path.
        path: String,
    },
}

/// All routes, with one router per method. API Gateway answers 404 when a path exists with another
/// method only.
#[derive(Clone)]
pub(crate) struct Gateway {
    methods: Arc<HashMap<Method, Router>>,
    entropy: Arc<dyn Entropy>,
    /// Notified after every request that may have written.
    writes: WriteSignal,
}

impl Gateway {
    pub(crate) fn new(
        routes: &[Route],
        functions: &Functions,
        entropy: Arc<dyn Entropy>,
        writes: WriteSignal,
    ) -> Result<Self, RouteError> {
        let mut methods = HashMap::<Method, Router>::new();
        let mut seen = BTreeSet::new();
        for route in routes {
            let (method, path) = (route.method.clone(), route.path.clone());
            let Some(function) = functions.get(&route.function).cloned() else {
                let function = route.function.clone();
                return Err(RouteError::UnknownFunction { method, path, function });
            };
            if !seen.insert((method.to_string(), path_shape(&path))) {
                return Err(RouteError::Duplicate { method, path });
            }
            let call = any(move |request| invoke(function.clone(), request));
            let others = methods.remove(&method).unwrap_or_default();
            methods.insert(method, others.route(&path, call));
        }
        for router in methods.values_mut() {
            *router = std::mem::take(router).fallback(async || not_found());
        }
        Ok(Self { methods: Arc::new(methods), entropy, writes })
    }

    /// Answers a request from the network.
    pub(crate) async fn handle(&self, mut request: Request) -> Response {
        let Some(router) = self.methods.get(request.method()).cloned() else {
            return not_found();
        };
        let ip = request
            .extensions()
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::from([127, 0, 0, 1]), |peer| peer.0.ip());
        let is_read = request.method().is_safe();
        request.extensions_mut().insert(ClientIp(ip.to_string()));
        request.extensions_mut().insert(RequestId(self.request_id()));
        let response = into_response(router.oneshot(request).await);
        if !is_read {
            self.writes.notify();
        }
        response
    }

    /// A request id in the format of API Gateway's logs.
    fn request_id(&self) -> String {
        let id = u128::from_be_bytes(random(self.entropy.as_ref()));
        let hex = format!("{id:032x}");
        let part = |from: usize, to: usize| &hex[from..to];
        [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
    }
}

/// Calls a function with only what reaches it on Lambda, without the matches of this router.
async fn invoke(function: Router, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let mut fresh = Request::new(body);
    *fresh.method_mut() = parts.method;
    *fresh.uri_mut() = parts.uri;
    *fresh.headers_mut() = parts.headers;
    if let Some(ip) = parts.extensions.get::<ClientIp>() {
        fresh.extensions_mut().insert(ip.clone());
    }
    if let Some(id) = parts.extensions.get::<RequestId>() {
        fresh.extensions_mut().insert(id.clone());
    }
    into_response(function.oneshot(fresh).await)
}

fn into_response(result: Result<Response, std::convert::Infallible>) -> Response {
    result.unwrap_or_else(|never| match never {})
}

/// The path without the names of its parameters.
fn path_shape(path: &str) -> String {
    let part = |part: &str| {
        if part.starts_with('{') { "{}".to_owned() } else { part.to_owned() }
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

fn not_found() -> Response {
    let json = [(header::CONTENT_TYPE, "application/json")];
    (StatusCode::NOT_FOUND, json, r#"{"message":"Not Found"}"#).into_response()
}

#[cfg(test)]
mod tests;
