//! The published keys, cached so that verifying a caller costs no read.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use changes::Context;
use domain::credentials::signing::PublicKey;
use domain::time::{Clock, Timestamp};
use serde::de::DeserializeOwned;
use store::{Store, StoreError};
use tokio::sync::RwLock;

use crate::jwt::{ExpectedToken, JwtInvalid, VerifyingKey, key_id, verify_claims};

/// How long keys are cached. A withdrawn key is refused everywhere after this time.
const CACHE_TIME: Duration = Duration::from_mins(5);
/// The shortest time between two reads, even if many tokens name unknown keys.
const MIN_READ_INTERVAL: Duration = Duration::from_secs(5);

/// A cache of the published keys. Clones share it.
#[derive(Clone)]
pub struct PublishedKeys {
    store: Store,
    clock: Arc<dyn Clock>,
    issuer: Arc<str>,
    known: Arc<RwLock<KeyCache>>,
}

#[derive(Default)]
struct KeyCache {
    public: Vec<PublicKey>,
    keys: HashMap<String, VerifyingKey>,
    read_at: Option<Timestamp>,
}

/// Why a token was not verified.
#[derive(Debug, thiserror::Error)]
pub enum VerificationError {
    /// The token is not valid.
    #[error(transparent)]
    Invalid(#[from] JwtInvalid),
    /// The published keys could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PublishedKeys {
    /// An empty cache for tokens of the service at `issuer`.
    pub fn new(context: &Context, issuer: &str) -> Self {
        let (store, clock) = (context.store.clone(), context.clock.clone());
        Self { store, clock, issuer: Arc::from(issuer), known: Arc::default() }
    }

    /// `iss` of every token: the service's own URL.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Loads the keys. Functions call this when they start, which also opens the connection.
    pub async fn load(&self) -> Result<Vec<PublicKey>, StoreError> {
        let public = self.store.read_public_keys().await?;
        let ready = |key: &PublicKey| Some((key.kid.clone(), VerifyingKey::new(key)?));
        *self.known.write().await = KeyCache {
            keys: public.iter().filter_map(ready).collect(),
            public: public.clone(),
            read_at: Some(self.clock.now()),
        };
        Ok(public)
    }

    /// Loads the published keys, or returns those that were read in the last five minutes.
    pub async fn load_cached(&self) -> Result<Vec<PublicKey>, StoreError> {
        self.load_within(CACHE_TIME).await
    }

    /// Loads the published keys for other services. Reads the table at most once every few seconds, even
    /// with many requests.
    pub async fn load_recent(&self) -> Result<Vec<PublicKey>, StoreError> {
        self.load_within(MIN_READ_INTERVAL).await
    }

    async fn load_within(&self, time: Duration) -> Result<Vec<PublicKey>, StoreError> {
        {
            let known = self.known.read().await;
            let age = known.read_at.map(|at| self.clock.now().since(at));
            if age.is_some_and(|age| age < time) {
                return Ok(known.public.clone());
            }
        }
        self.load().await
    }

    /// Verifies a token that one of the keys signed. Returns its claims.
    pub async fn verify<C: DeserializeOwned>(
        &self,
        token: &str,
        expected: ExpectedToken<'_>,
    ) -> Result<C, VerificationError> {
        let kid = key_id(token, expected.typ)?;
        let key = self.find_key(&kid).await?.ok_or(JwtInvalid)?;
        Ok(verify_claims(token, &key, expected, self.clock.now())?)
    }

    /// Finds a key. Loads the keys again if this one is unknown, or after [`CACHE_TIME`].
    async fn find_key(&self, kid: &str) -> Result<Option<VerifyingKey>, StoreError> {
        {
            let known = self.known.read().await;
            let found = known.keys.get(kid);
            let fresh_for = if found.is_some() { CACHE_TIME } else { MIN_READ_INTERVAL };
            let age = known.read_at.map(|at| self.clock.now().since(at));
            if age.is_some_and(|age| age < fresh_for) {
                return Ok(found.cloned());
            }
        }
        self.load().await?;
        Ok(self.known.read().await.keys.get(kid).cloned())
    }
}
