//! Examples of what others build around the service: a PACS that shows a view inside its own page,
//! and a viewer with a service behind it. Neither is part of the product. Both use only its HTTP
//! API.

mod pacs;
mod view_token;
mod viewer;

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Bytes;
use axum::http::{Method, Request, Response, StatusCode, header};
use emulator::Upstream;

use crate::demo::DemoClinic;

/// Calls the service for the examples. Answers 503 until [`Examples::connect`].
#[derive(Clone, Default)]
pub(crate) struct Examples(Arc<OnceLock<Connection>>);

struct Connection {
    service: Upstream,
    issuer: String,
    /// `aud` of the clinic's view tokens.
    audience: String,
    key: String,
}

impl Examples {
    /// Lets the examples call the service at `url` for this clinic.
    pub(crate) fn connect(&self, url: &str, clinic: &DemoClinic) {
        let connection = Connection {
            service: Upstream::new(url),
            issuer: url.to_owned(),
            audience: format!("autoscribe-viewer/{}", clinic.id),
            key: clinic.api_key.clone(),
        };
        // The service connects once, at the start.
        let _ = self.0.set(connection);
    }

    fn connection(&self) -> Result<&Connection, StatusCode> {
        self.0.get().ok_or(StatusCode::SERVICE_UNAVAILABLE)
    }

    /// Calls the service as the holder of the key.
    async fn call(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<Response<Bytes>, StatusCode> {
        let Connection { service, key, .. } = self.connection()?;
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {key}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(body);
        let request = request.map_err(|_| StatusCode::BAD_REQUEST)?;
        let answer = service.send(request).await;
        answer.map_err(|_| StatusCode::BAD_GATEWAY)
    }
}

/// The pages of the examples, and the routes that the pages call.
pub(crate) fn router(examples: Examples) -> Router {
    pacs::router().merge(viewer::router()).with_state(examples)
}

#[cfg(test)]
mod tests;
