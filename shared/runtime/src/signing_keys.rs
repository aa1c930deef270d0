//! The private keys that sign views.

use std::fmt;

use auth::jwt::{Signer, SigningKeys, SigningKeysError};
use auth::keys::PublishedKeys;
use store::StoreError;

use crate::aws::Aws;
use crate::secret::NoSecret;
use crate::settings::Settings;

/// Why the signing keys could not be loaded.
#[derive(thiserror::Error)]
pub enum NoSigningKeys {
    /// The secret could not be loaded.
    #[error(transparent)]
    Secret(#[from] NoSecret),
    /// The secret has no usable key.
    #[error(transparent)]
    Signer(#[from] SigningKeysError),
    /// The published keys could not be loaded.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// `main` prints an error with `Debug`, so this shows the message.
impl fmt::Debug for NoSigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Aws {
    /// Loads the signing keys from `SIGNING_KEYS`, or from the secret that `SIGNING_KEYS_SECRET_ARN`
    /// names.
    pub async fn load_signing_keys(
        &self,
        settings: &Settings,
    ) -> Result<SigningKeys, NoSigningKeys> {
        let text = self.load_secret(settings, "SIGNING_KEYS", "SIGNING_KEYS_SECRET_ARN");
        Ok(SigningKeys::from_secret(&text.await?)?)
    }

    /// Loads a signer with the first signing key that is published.
    pub async fn load_signer(
        &self,
        settings: &Settings,
        keys: &PublishedKeys,
    ) -> Result<Signer, NoSigningKeys> {
        let private = self.load_signing_keys(settings).await?;
        Ok(private.signer(&keys.load().await?)?)
    }
}
