//! Secrets from Secrets Manager, or from the environment on a developer's machine.
//!
//! A function reads its secrets at start and then once a minute, so that a rotation needs no restart. If a
//! secret cannot be read again, the function keeps the keys that it has.

use std::sync::Arc;
use std::time::Duration;

use domain::time::{Clock as _, Timestamp};
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::aws::Aws;
use crate::settings::{Settings, SettingsMissing};
use crate::system::SystemClock;

/// How old keys are when they are read again.
const READ_AGAIN_AFTER: Duration = Duration::from_mins(1);
/// The same for keys that cannot be used.
const READ_OUTDATED_AFTER: Duration = Duration::from_secs(5);
/// How long a request may wait for that.
const BUDGET: Duration = Duration::from_secs(1);

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

/// The settings of a secret.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SecretNames {
    /// Holds the secret itself, on a developer's machine.
    pub(crate) plain: &'static str,
    /// Holds the ARN of the secret.
    pub(crate) arn: &'static str,
}

/// Keys that a running function can replace.
pub(crate) trait ReplaceKeys: Send + Sync {
    /// Replaces the keys with those of this text. Returns why the text has none.
    fn replace_keys(&self, text: &str) -> Result<(), String>;

    /// Whether the keys were found to be unusable since the last call.
    fn take_outdated(&self) -> bool {
        false
    }
}

/// The secrets of a function.
pub struct Secrets {
    client: aws_sdk_secretsmanager::Client,
    watch: Mutex<Watch>,
}

/// The secrets that are read again.
struct Watch {
    read_at: Timestamp,
    secrets: Vec<WatchedSecret>,
}

struct WatchedSecret {
    setting: &'static str,
    arn: String,
    text: String,
    keys: Arc<dyn ReplaceKeys>,
}

impl Aws {
    /// The secrets of a function. Reads none yet.
    pub fn secrets(&self) -> Secrets {
        let client = aws_sdk_secretsmanager::Client::new(self.config());
        let watch = Watch { read_at: SystemClock.now(), secrets: Vec::new() };
        Secrets { client, watch: Mutex::new(watch) }
    }
}

impl Secrets {
    /// Loads the keys of a secret, and watches it unless a setting holds it.
    pub(crate) async fn load<K: ReplaceKeys + 'static, E: From<NoSecret>>(
        &self,
        settings: &Settings,
        names: SecretNames,
        parse: impl FnOnce(&str) -> Result<K, E>,
    ) -> Result<Arc<K>, E> {
        if let Some(text) = settings.optional(names.plain) {
            return parse(&text).map(Arc::new);
        }
        let arn = settings.required(names.arn);
        settings.check().map_err(NoSecret::from)?;
        let text = self.read(&arn).await;
        let text = text.map_err(|why| NoSecret::Unreadable(names.arn, why))?;
        let keys = Arc::new(parse(&text)?);
        let watched = WatchedSecret { setting: names.arn, arn, text, keys: keys.clone() };
        self.watch.lock().await.secrets.push(watched);
        Ok(keys)
    }

    /// Reads the secrets again if they are due. Never fails.
    pub(crate) async fn refresh(&self) {
        let read = async |arn: String| self.read(&arn).await;
        self.watch.lock().await.refresh(SystemClock.now(), read).await;
    }

    async fn read(&self, arn: &str) -> Result<String, String> {
        let secret = self.client.get_secret_value().secret_id(arn).send().await;
        let secret = secret.map_err(|error| {
            let code =
                error.as_service_error().and_then(|e| e.meta().code().map(ToOwned::to_owned));
            code.unwrap_or_else(|| "no answer".to_owned())
        })?;
        Ok(secret.secret_string().unwrap_or_default().to_owned())
    }
}

impl Watch {
    async fn refresh(
        &mut self,
        now: Timestamp,
        read: impl AsyncFn(String) -> Result<String, String>,
    ) {
        let age = now.since(self.read_at);
        // Asked in any case, so that a mark is not left for later.
        let outdated = self.secrets.iter().filter(|secret| secret.keys.take_outdated()).count() > 0;
        if age < READ_OUTDATED_AFTER || (age < READ_AGAIN_AFTER && !outdated) {
            return;
        }
        // Also after a failure, so that an outage delays one request a minute.
        self.read_at = now;
        let all = async {
            for secret in &mut self.secrets {
                secret.read_again(&read).await;
            }
        };
        if timeout(BUDGET, all).await.is_err() {
            tracing::warn!("secrets not read again in time, the function keeps its keys");
        }
    }
}

impl WatchedSecret {
    async fn read_again(&mut self, read: &impl AsyncFn(String) -> Result<String, String>) {
        let setting = self.setting;
        match read(self.arn.clone()).await {
            Ok(text) if text == self.text => {}
            Ok(text) => match self.keys.replace_keys(&text) {
                Ok(()) => {
                    tracing::info!(setting, "keys replaced after a rotation");
                    self.text = text;
                }
                Err(why) => {
                    tracing::error!(setting, why, "secret malformed, the function keeps its keys");
                }
            },
            Err(why) => {
                tracing::warn!(setting, why, "secret not read again, the function keeps its keys");
            }
        }
    }
}

#[cfg(test)]
mod tests;
