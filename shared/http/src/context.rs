//! What a request brings besides its bytes, and what every handler needs.

use std::sync::Arc;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use domain::entropy::Entropy;
use domain::time::{Clock, Timestamp};
use store::Store;

use crate::keys::Keys;

/// The table, the clock and randomness: what every HTTP function has in its state.
#[derive(Clone)]
pub struct Context {
    /// The table.
    pub store: Store,
    /// The present moment.
    pub clock: Arc<dyn Clock>,
    /// Randomness for ids and salts.
    pub entropy: Arc<dyn Entropy>,
    /// The keys that sessions and views are verified with.
    pub keys: Keys,
    /// `iss` of every token: the service's own URL.
    pub issuer: Arc<str>,
}

impl Context {
    /// On this table, for the service at `issuer`.
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        issuer: &str,
    ) -> Self {
        Self {
            keys: Keys::new(store.clone(), clock.clone()),
            issuer: Arc::from(issuer),
            store,
            clock,
            entropy,
        }
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// The gateway's id of this request, to find it in the logs.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// The network address that the gateway saw.
#[derive(Clone, Debug)]
pub struct ClientIp(pub String);

impl<S: Sync> OptionalFromRequestParts<S> for ClientIp {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned())
    }
}

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_else(|| Self("none".to_owned())))
    }
}
