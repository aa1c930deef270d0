//! Secrets from Secrets Manager, or from the environment on a developer's machine.

use crate::aws::Aws;
use crate::settings::{Settings, SettingsMissing};

/// Why a secret could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum NoSecret {
    /// The setting that names it is missing.
    #[error(transparent)]
    Missing(#[from] SettingsMissing),
    /// Secrets Manager did not return it.
    #[error("{0} could not be read: {1}")]
    Unreadable(&'static str, String),
}

impl Aws {
    /// Loads the secret from the setting `plain`, or from the ARN in the setting `arn`.
    pub(crate) async fn load_secret(
        &self,
        settings: &Settings,
        plain: &'static str,
        arn: &'static str,
    ) -> Result<String, NoSecret> {
        if let Some(text) = settings.optional(plain) {
            return Ok(text);
        }
        let id = settings.required(arn);
        settings.check()?;
        let client = aws_sdk_secretsmanager::Client::new(self.config());
        let secret = client.get_secret_value().secret_id(id).send().await;
        let secret = secret.map_err(|error| {
            let code =
                error.as_service_error().and_then(|e| e.meta().code().map(ToOwned::to_owned));
            NoSecret::Unreadable(arn, code.unwrap_or_else(|| "no answer".to_owned()))
        })?;
        Ok(secret.secret_string().unwrap_or_default().to_owned())
    }
}
