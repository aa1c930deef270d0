//! The keys to trust.

use aws_config::SdkConfig;
use segment::{PublicKey, TrustedKeys};

use crate::bucket::{Bucket, BucketError};
use crate::options::CommandLine;

/// Why there is no key to trust.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoKeys {
    #[error(transparent)]
    Bucket(#[from] BucketError),
    #[error("KMS: {0}")]
    Kms(String),
    #[error("the key of KMS is no key of P-256")]
    OtherKind,
    #[error("the bucket has no key with the fingerprint {0}")]
    Unknown(String),
    #[error(
        "name the keys to trust: KEYS= with fingerprints, or KEY= with the ARN of the key in KMS"
    )]
    None,
}

/// Loads the keys to trust. Returns them, and where the trust comes from.
pub(crate) async fn trust(
    config: &SdkConfig,
    bucket: &Bucket,
    line: &CommandLine,
) -> Result<(TrustedKeys, String), NoKeys> {
    let mut keys = TrustedKeys::default();
    let mut sources = Vec::new();
    for kid in &line.keys {
        let found = bucket.read_first(&format!("keys/{kid}.json")).await?;
        // The key itself decides its fingerprint, so the bucket need not be trusted.
        let key = found.and_then(|json| PublicKey::from_jwk(&json.body).ok());
        let key = key.filter(|key| key.fingerprint() == kid);
        keys.add(key.ok_or_else(|| NoKeys::Unknown(kid.clone()))?);
        sources.push(format!("{kid} (given)"));
    }
    if let Some(id) = &line.key {
        let client = aws_sdk_kms::Client::new(config);
        let found = client.get_public_key().key_id(id).send().await;
        let found = found.map_err(|error| NoKeys::Kms(describe(&error)))?;
        let der = found.public_key.ok_or(NoKeys::OtherKind)?;
        let key = PublicKey::from_spki(der.as_ref()).map_err(|_| NoKeys::OtherKind)?;
        sources.push(format!("{} (from KMS)", key.fingerprint()));
        keys.add(key);
    }
    if sources.is_empty() {
        return Err(NoKeys::None);
    }
    Ok((keys, format!("the trusted key {}", sources.join(" and "))))
}

fn describe(error: &(dyn std::error::Error + 'static)) -> String {
    aws_sdk_s3::error::DisplayErrorContext(error).to_string()
}
