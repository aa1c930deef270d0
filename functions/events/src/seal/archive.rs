//! The bucket of the segments.

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use segment::PublicKey;

/// How long one attempt may take. Segments are larger than what other calls send.
const ATTEMPT: Duration = Duration::from_secs(4);

/// The bucket. Its objects are only ever added.
#[derive(Clone)]
pub struct Archive {
    client: aws_sdk_s3::Client,
    bucket: String,
}

/// S3 did not answer, or refused.
#[derive(Debug, thiserror::Error)]
#[error("S3: {0}")]
pub struct ArchiveError(String);

impl<E: ProvideErrorMetadata, R> From<SdkError<E, R>> for ArchiveError {
    fn from(error: SdkError<E, R>) -> Self {
        Self(describe(&error).to_owned())
    }
}

/// Why a call failed, without what was sent.
pub(super) fn describe<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> &str {
    match error {
        SdkError::ServiceError(_) => error.code().unwrap_or("unknown error"),
        SdkError::TimeoutError(_) => "timed out",
        SdkError::DispatchFailure(_) => "could not connect",
        _ => "unreadable response",
    }
}

/// What became of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PutOutcome {
    Created,
    /// There is one already.
    Exists,
}

impl Archive {
    /// The archive in this bucket. An endpoint is set only if the service runs on one machine, where the name of
    /// the bucket is part of the path.
    pub fn connect(config: &aws_config::SdkConfig, bucket: String) -> Self {
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(ATTEMPT)
            .operation_timeout(2 * ATTEMPT)
            .build();
        let local = config.endpoint_url().is_some();
        let config = aws_sdk_s3::config::Builder::from(config)
            .force_path_style(local)
            .timeout_config(timeouts);
        Self { client: aws_sdk_s3::Client::from_conf(config.build()), bucket }
    }

    /// Adds a segment if there is none at its place.
    pub(super) async fn put_segment(
        &self,
        key: &str,
        body: Vec<u8>,
    ) -> Result<PutOutcome, ArchiveError> {
        self.put(key, body, "application/jose").await
    }

    /// Adds a public key if it is new.
    pub(super) async fn put_key(&self, key: &PublicKey) -> Result<(), ArchiveError> {
        let body = key.to_jwk().into_bytes();
        self.put(&key.object_key(), body, "application/jwk+json").await.map(|_| ())
    }

    async fn put(
        &self,
        key: &str,
        body: Vec<u8>,
        content_type: &str,
    ) -> Result<PutOutcome, ArchiveError> {
        let request = self.client.put_object().bucket(&self.bucket).key(key).if_none_match("*");
        let request = request.content_type(content_type).body(ByteStream::from(body));
        match request.send().await {
            Ok(_) => Ok(PutOutcome::Created),
            Err(error) if error.code() == Some("PreconditionFailed") => Ok(PutOutcome::Exists),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads an object.
    pub(super) async fn get(&self, key: &str) -> Result<Vec<u8>, ArchiveError> {
        let found = self.client.get_object().bucket(&self.bucket).key(key).send().await?;
        let body = found.body.collect().await.map_err(|e| ArchiveError(e.to_string()))?;
        Ok(body.to_vec())
    }

    /// Reads a public key. `None` if the bucket has none with this fingerprint. S3 says so only to those who may
    /// list the bucket, and denies access to others. What named the key was just read with the same permission, so
    /// a denial means the same.
    pub(super) async fn get_key(&self, kid: &str) -> Result<Option<PublicKey>, ArchiveError> {
        let found = match self.get(&format!("keys/{kid}.json")).await {
            Err(ArchiveError(code)) if ["NoSuchKey", "AccessDenied"].contains(&code.as_str()) => {
                None
            }
            found => Some(found?),
        };
        let key = found.and_then(|json| PublicKey::from_jwk(&json).ok());
        Ok(key.filter(|key| key.fingerprint() == kid))
    }
}
