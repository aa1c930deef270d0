//! Settings for clients of the AWS services in this process.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};

/// Requests carry a region. No service here reads it.
pub(crate) const REGION: &str = "us-east-1";
/// Access key and secret. No service here checks signatures.
pub(crate) const CREDENTIAL: &str = "local";

/// What a client of the service at `endpoint` needs. Reads no environment, so that a developer's
/// own AWS account is out of reach.
pub(crate) fn client_config(endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new(CREDENTIAL, CREDENTIAL, None, None, "local");
    // Twice the timeouts on Lambda, because the compiler runs on the same machine.
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_secs(2))
        .operation_timeout(Duration::from_secs(6))
        .build();
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(endpoint)
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(50)))
        .build()
}
