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
use emulator::Forward;

/// The demo clinic's account with the service. Empty until the demo clinic exists.
#[derive(Clone, Default)]
pub(crate) struct Examples(Arc<OnceLock<Account>>);

struct Account {
    service: Forward,
    issuer: String,
    key: String,
}

impl Examples {
    /// Lets the examples call the service at `url` as the holder of `key`.
    pub(crate) fn connect(&self, url: &str, key: &str) {
        let account =
            Account { service: Forward::new(url), issuer: url.to_owned(), key: key.to_owned() };
        // The first account stays: it is set once at start.
        let _ = self.0.set(account);
    }

    fn account(&self) -> Result<&Account, StatusCode> {
        self.0.get().ok_or(StatusCode::SERVICE_UNAVAILABLE)
    }

    /// Calls the service as the holder of the key.
    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<Response<Bytes>, StatusCode> {
        let Account { service, key, .. } = self.account()?;
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

/// The pages of the examples, and what they call.
pub(crate) fn router(examples: Examples) -> Router {
    pacs::router().merge(viewer::router()).with_state(examples)
}

#[cfg(test)]
mod tests;
