//! AWS clients, with the time-outs that the SDK leaves open.

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

/// Region, credentials, endpoints and time-outs for every client of a function.
pub struct Aws {
    config: SdkConfig,
}

/// Reads settings of one service, such as `AWS_ENDPOINT_URL_DYNAMODB`.
#[derive(Debug)]
struct Endpoints;

impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let service = key.service_id().to_uppercase().replace(' ', "_");
        Settings::from_environment().optional(&format!("{}_{service}", key.env()))
    }
}

/// How long opening the connection ahead of the first request may hold up the start.
const WARM_UP: Duration = Duration::from_secs(1);

impl Aws {
    /// Reads what Lambda says in the environment: region and credentials, and endpoints where the
    /// service runs on this machine.
    ///
    /// `aws_config::defaults` would look further, in profiles, containers, instance metadata and
    /// web identities. None of them exists in a function, and they are 0.8 MB of its binary.
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

    /// What every change needs, with the connection to the table open.
    pub async fn connected_context(&self, settings: &Settings) -> Context {
        let context = self.context(settings);
        // Moves the TLS handshake out of the first request.
        let _ = tokio::time::timeout(WARM_UP, context.store.warm_up()).await;
        context
    }

    /// What every change needs. Opens no connection.
    pub fn context(&self, settings: &Settings) -> Context {
        let (clock, entropy) = (Arc::new(SystemClock), Arc::new(OsEntropy));
        Context { store: self.table(settings), clock, entropy }
    }

    /// The published keys. Reading them moves the TLS handshake out of the first request.
    pub async fn keys(&self, settings: &Settings, context: &Context) -> PublishedKeys {
        let keys = PublishedKeys::new(context, &settings.required("TOKEN_ISSUER"));
        match tokio::time::timeout(WARM_UP, keys.load()).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                tracing::info!(%error, "published keys not read at start; the first request reads them");
            }
            Err(_) => {
                tracing::info!("published keys not read in time; the first request reads them");
            }
        }
        keys
    }

    fn table(&self, settings: &Settings) -> Store {
        let client = aws_sdk_dynamodb::Client::new(&self.config);
        Store::new(&client, settings.required("TABLE_NAME"))
    }
}
