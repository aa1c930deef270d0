//! AWS clients, with the time-outs that the SDK leaves open.

use std::sync::Arc;
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use http::Context;
use store::Store;

use crate::settings::Settings;
use crate::system::{OsEntropy, SystemClock};

/// Region, credentials, endpoints and time-outs for every client of a function.
pub struct Aws {
    config: SdkConfig,
}

/// How long opening the connection ahead of the first request may hold up the start.
const WARM_UP: Duration = Duration::from_secs(1);

impl Aws {
    /// Reads what AWS's own environment variables say.
    pub async fn from_environment() -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_millis(500))
            .operation_attempt_timeout(Duration::from_secs(1))
            .operation_timeout(Duration::from_secs(3))
            .build();
        let config = aws_config::defaults(BehaviorVersion::latest())
            .timeout_config(timeouts)
            .load()
            .await;
        Self { config }
    }

    /// For clients of other services.
    pub fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// The table, its connection opened.
    pub async fn store(&self, settings: &Settings) -> Store {
        let store = self.table(settings);
        // Moves the TLS handshake out of the first request.
        let _ = tokio::time::timeout(WARM_UP, store.warm_up()).await;
        store
    }

    /// What every HTTP function has in its state, the published keys read.
    pub async fn context(&self, settings: &Settings) -> Context {
        let (clock, entropy) = (Arc::new(SystemClock), Arc::new(OsEntropy));
        let issuer = settings.required("TOKEN_ISSUER");
        let context = Context::new(self.table(settings), clock, entropy, &issuer);
        match tokio::time::timeout(WARM_UP, context.keys.read()).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::info!(%error, "keys not read; the first request does"),
            Err(_) => tracing::info!("keys not read in time; the first request does"),
        }
        context
    }

    fn table(&self, settings: &Settings) -> Store {
        let client = aws_sdk_dynamodb::Client::new(&self.config);
        Store::new(client, settings.required("TABLE_NAME"))
    }
}
