//! AWS clients, with the timeouts that the SDK does not set by default.

use std::sync::Arc;
use std::time::Duration;

use auth::PublishedKeys;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};
use changes::Context;
use store::Store;

use crate::settings::Settings;
use crate::system::{OsEntropy, SystemClock};

/// Region, credentials, endpoints and timeouts for every client of a function.
pub struct Aws {
    config: SdkConfig,
}

/// Reads the settings of one service, such as `AWS_ENDPOINT_URL_DYNAMODB`.
#[derive(Debug)]
struct Endpoints;

impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let service = key.service_id().to_uppercase().replace(' ', "_");
        Settings::from_environment().optional(&format!("{}_{service}", key.env()))
    }
}

/// How long opening a connection before the first request may delay the start.
const WARM_UP: Duration = Duration::from_secs(1);

impl Aws {
    /// Reads region, credentials and endpoints from the environment. Endpoints are set only if the
    /// service runs on this machine.
    ///
    /// `aws_config::defaults` also looks in profiles, containers, instance metadata and web
    /// identities. A function has none of them, and they would add 0.8 MB to its binary.
    pub fn from_environment() -> Self {
        let settings = Settings::from_environment();
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_millis(500))
            .operation_attempt_timeout(Duration::from_secs(1))
            .operation_timeout(Duration::from_secs(3))
            .build();
        let credentials = EnvironmentVariableCredentialsProvider::new();
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(settings.optional("AWS_REGION").map(Region::new))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .retry_config(RetryConfig::standard())
            .timeout_config(timeouts)
            .service_config(Endpoints);
        config.set_endpoint_url(settings.optional("AWS_ENDPOINT_URL"));
        Self { config: config.build() }
    }

    /// The configuration, for clients of other services.
    pub fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// Opens a connection to the table.
    pub async fn connect_store(&self, settings: &Settings) -> Store {
        let store = self.table(settings);
        // Moves the TLS handshake out of the first request.
        let _ = tokio::time::timeout(WARM_UP, store.warm_up()).await;
        store
    }

    /// Builds the context of every change and opens a connection to the table.
    pub async fn connect_context(&self, settings: &Settings) -> Context {
        let context = self.context(settings);
        // Moves the TLS handshake out of the first request.
        let _ = tokio::time::timeout(WARM_UP, context.store.warm_up()).await;
        context
    }

    /// The context of every change. Opens no connection.
    pub fn context(&self, settings: &Settings) -> Context {
        let (clock, entropy) = (Arc::new(SystemClock), Arc::new(OsEntropy));
        Context { store: self.table(settings), clock, entropy }
    }

    /// Loads the published keys. This moves the TLS handshake out of the first request.
    pub async fn load_keys(&self, settings: &Settings, context: &Context) -> PublishedKeys {
        let keys = PublishedKeys::new(context, &settings.required("PUBLIC_URL"));
        match tokio::time::timeout(WARM_UP, keys.load()).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                tracing::info!(%error, "published keys not loaded at start, the first request will load them");
            }
            Err(_) => {
                tracing::info!(
                    "published keys not loaded in time, the first request will load them"
                );
            }
        }
        keys
    }

    fn table(&self, settings: &Settings) -> Store {
        let client = aws_sdk_dynamodb::Client::new(&self.config);
        Store::new(&client, settings.required("TABLE_NAME"))
    }
}
