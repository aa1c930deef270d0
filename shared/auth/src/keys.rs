//! The published keys, kept in memory so that verifying a caller costs no read.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use changes::Context;
use domain::credentials::signing::PublicKey;
use domain::time::{Clock, Timestamp};
use serde::de::DeserializeOwned;
use store::{Store, StoreError};
use tokio::sync::RwLock;

use crate::jwt::{Expected, Invalid, VerifyingKey, claims, key_of};

/// A key taken out of the table is refused everywhere after this.
const KEPT_FOR: Duration = Duration::from_mins(5);
/// Tokens that name unknown keys cause no more than one read in this time.
const ASKED_AGAIN: Duration = Duration::from_secs(5);

/// The published keys. Cheap to clone; all clones share one memory.
#[derive(Clone)]
pub struct Keys {
    store: Store,
    clock: Arc<dyn Clock>,
    issuer: Arc<str>,
    known: Arc<RwLock<Known>>,
}

#[derive(Default)]
struct Known {
    public: Vec<PublicKey>,
    keys: HashMap<String, VerifyingKey>,
    read_at: Option<Timestamp>,
}

/// Why a token is not believed.
#[derive(Debug, thiserror::Error)]
pub enum NotVerified {
    /// It is not good.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The keys could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Keys {
    /// The keys that the table has, for tokens of the service at `issuer`. Reads none yet.
    pub fn new(context: &Context, issuer: &str) -> Self {
        let (store, clock) = (context.store.clone(), context.clock.clone());
        Self { store, clock, issuer: Arc::from(issuer), known: Arc::default() }
    }

    /// `iss` of every token: the service's own URL.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Reads the keys; also opens the connection ahead of the first request.
    pub async fn read(&self) -> Result<Vec<PublicKey>, StoreError> {
        let public = self.store.read_public_keys().await?;
        let ready = |key: &PublicKey| Some((key.kid.clone(), VerifyingKey::new(key)?));
        *self.known.write().await = Known {
            keys: public.iter().filter_map(ready).collect(),
            public: public.clone(),
            read_at: Some(self.clock.now()),
        };
        Ok(public)
    }

    /// The published keys for whoever else verifies: of a read a moment ago at most, so that
    /// however many ask there is one read in that time.
    pub async fn published(&self) -> Result<Vec<PublicKey>, StoreError> {
        {
            let known = self.known.read().await;
            let age = known.read_at.map(|at| self.clock.now().since(at));
            if age.is_some_and(|age| age < ASKED_AGAIN) {
                return Ok(known.public.clone());
            }
        }
        self.read().await
    }

    /// The claims of a token that one of the keys signed and that is good now.
    pub async fn verify<C: DeserializeOwned>(
        &self,
        token: &str,
        expected: Expected<'_>,
    ) -> Result<C, NotVerified> {
        let kid = key_of(token, expected.typ)?;
        let key = self.find(&kid).await?.ok_or(Invalid)?;
        Ok(claims(token, &key, expected, self.clock.now())?)
    }

    /// An unknown key may have been published since, and one that was taken out must be forgotten.
    async fn find(&self, kid: &str) -> Result<Option<VerifyingKey>, StoreError> {
        {
            let known = self.known.read().await;
            let found = known.keys.get(kid);
            let fresh_for = if found.is_some() { KEPT_FOR } else { ASKED_AGAIN };
            let age = known.read_at.map(|at| self.clock.now().since(at));
            if age.is_some_and(|age| age < fresh_for) {
                return Ok(found.cloned());
            }
        }
        self.read().await?;
        Ok(self.known.read().await.keys.get(kid).cloned())
    }
}
