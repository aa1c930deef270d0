//! What API Gateway and Lambda add to a request: its ids and the caller's network address.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;

use crate::problem::Problem;

/// A request that no handler sees, because it is unreadable or did not come through CloudFront. Its answer is
/// this problem.
#[derive(Clone, Debug)]
pub struct RefusedRequest(pub Problem);

/// API Gateway's id of this request. The logs and the error responses have it.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// Lambda's id of the invocation that serves this request.
#[derive(Clone, Debug)]
pub struct InvocationId(pub String);

/// The caller's network address, as API Gateway reports it.
#[derive(Clone, Debug)]
pub struct ClientIp(pub String);

impl ClientIp {
    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<ClientIp> for String {
    fn from(ip: ClientIp) -> Self {
        ip.0
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for ClientIp {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned())
    }
}

impl RequestId {
    /// The id of a request, or `none` if it did not come through API Gateway.
    pub fn of(extensions: &axum::http::Extensions) -> Self {
        extensions.get::<Self>().cloned().unwrap_or_else(|| Self("none".to_owned()))
    }
}

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.extensions))
    }
}
