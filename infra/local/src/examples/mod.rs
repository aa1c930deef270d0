//! Examples of what others build around the service: a PACS that shows a view inside its own page,
//! and the viewer with a service behind it. Neither is part of the product; both reach it over HTTP
//! alone, as a stranger's would.

mod pacs;
mod token;
mod viewer;

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Bytes;
use axum::http::{Method, Request, Response, StatusCode, header};

use crate::forward::Forward;

/// The demo clinic's API key, once there is one.
pub(crate) type DemoKey = Arc<OnceLock<String>>;

/// What the examples share.
#[derive(Clone)]
pub(crate) struct Examples {
    service: Forward,
    issuer: String,
    key: DemoKey,
}

impl Examples {
    /// Examples around the service at `url`, as the holder of the key.
    pub(crate) fn new(url: &str, key: DemoKey) -> Self {
        Self { service: Forward::new(url), issuer: url.to_owned(), key }
    }

    /// The service's answer to the holder of the key.
    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<Response<Bytes>, StatusCode> {
        let key = self.key.get().ok_or(StatusCode::SERVICE_UNAVAILABLE)?;
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {key}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(body);
        let request = request.map_err(|_| StatusCode::BAD_REQUEST)?;
        let answer = self.service.send(request).await;
        answer.map_err(|_| StatusCode::BAD_GATEWAY)
    }
}

/// The pages of the examples, and what they call.
pub(crate) fn router(examples: Examples) -> Router {
    pacs::router().merge(viewer::router()).with_state(examples)
}

#[cfg(test)]
mod tests;
