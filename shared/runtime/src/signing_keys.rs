//! The private keys that sign views.

use std::fmt;
use std::sync::Arc;

use auth::jwt::{SigningKeys, SigningKeysError};

use crate::secret::{NoSecret, ReplaceKeys, SecretNames, Secrets};
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
}

/// `main` prints an error with `Debug`, so this shows the message.
impl fmt::Debug for NoSigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Secrets {
    /// Loads the signing keys from `SIGNING_KEYS`, or from the secret that `SIGNING_KEYS_SECRET_ARN`
    /// names.
    pub async fn load_signing_keys(
        &self,
        settings: &Settings,
    ) -> Result<Arc<SigningKeys>, NoSigningKeys> {
        let names = SecretNames { plain: "SIGNING_KEYS", arn: "SIGNING_KEYS_SECRET_ARN" };
        self.load(settings, names, |text| Ok(SigningKeys::from_secret(text)?)).await
    }
}

impl ReplaceKeys for SigningKeys {
    fn replace_keys(&self, text: &str) -> Result<(), String> {
        self.replace(&Self::from_secret(text).map_err(|error| error.to_string())?);
        Ok(())
    }

    fn take_outdated(&self) -> bool {
        Self::take_outdated(self)
    }
}
