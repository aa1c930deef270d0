//! The private keys that sign sessions and views.

use std::fmt;

use auth::jwt::{Signer, SigningKeys, SigningKeysError};
use auth::keys::PublishedKeys;
use store::StoreError;

use crate::aws::Aws;
use crate::secret::NoSecret;
use crate::settings::Settings;

/// Why nothing can be signed.
#[derive(thiserror::Error)]
pub enum NoSigningKeys {
    /// There is no secret.
    #[error(transparent)]
    Secret(#[from] NoSecret),
    /// The secret is of no use.
    #[error(transparent)]
    Signer(#[from] SigningKeysError),
    /// The published keys could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a function's `main` prints when it cannot start.
impl fmt::Debug for NoSigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Aws {
    /// The signing keys: the secret named by `SIGNING_KEYS_SECRET_ARN`, or `SIGNING_KEYS` itself.
    pub async fn signing_keys(&self, settings: &Settings) -> Result<SigningKeys, NoSigningKeys> {
        let text = self.secret(settings, "SIGNING_KEYS", "SIGNING_KEYS_SECRET_ARN");
        Ok(SigningKeys::from_secret(&text.await?)?)
    }

    /// Signs with the first of the keys that is published.
    pub async fn signer(
        &self,
        settings: &Settings,
        keys: &PublishedKeys,
    ) -> Result<Signer, NoSigningKeys> {
        let private = self.signing_keys(settings).await?;
        Ok(private.signer(&keys.load().await?)?)
    }
}
