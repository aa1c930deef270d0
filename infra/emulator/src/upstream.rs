//! Forwards requests to another server on this machine.

use axum::body::Bytes;
use axum::http::{HeaderMap, Request, Response, Uri, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// A server that takes forwarded requests over plain HTTP.
#[derive(Clone, Debug)]
pub struct Upstream {
    client: Client<HttpConnector, Full<Bytes>>,
    base: String,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    /// The request is not valid HTTP.
    #[error("the request cannot be forwarded")]
    Request(#[from] axum::http::Error),
    /// The server did not answer.
    #[error("the server did not answer")]
    Client(#[from] hyper_util::client::legacy::Error),
    /// The connection closed inside the answer.
    #[error("the answer is incomplete")]
    Body(#[from] hyper::Error),
}

impl Upstream {
    /// The server at `base`, such as `http://127.0.0.1:9000`.
    pub fn new(base: &str) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            base: base.trim_end_matches('/').to_owned(),
        }
    }

    /// Sends the request and returns the whole answer.
    pub async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, UpstreamError> {
        let (mut parts, body) = request.into_parts();
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let uri: Uri = format!("{}{path}", self.base).parse().map_err(axum::http::Error::from)?;
        let mut forward = Request::builder().method(parts.method).uri(uri).body(Full::new(body))?;
        remove_connection_headers(&mut parts.headers);
        *forward.headers_mut() = parts.headers;
        let (mut parts, body) = self.client.request(forward).await?.into_parts();
        remove_connection_headers(&mut parts.headers);
        Ok(Response::from_parts(parts, body.collect().await?.to_bytes()))
    }
}

/// Removes the headers that describe one connection or the framing of its body.
fn remove_connection_headers(headers: &mut HeaderMap) {
    for name in [
        header::CONNECTION,
        header::CONTENT_LENGTH,
        header::HOST,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
    ] {
        headers.remove(name);
    }
}
