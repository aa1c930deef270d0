//! The key of KMS that signs segments.

use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{MessageType, SigningAlgorithmSpec};
use segment::{PublicKey, PublicKeyInvalid, Segment, SignatureInvalid, TrustedKeys};
use serde::Serialize;
use tokio::sync::OnceCell;

use super::archive::{Archive, describe};
use super::{ArchiveError, SealError};

/// Signs segments. Its private key never leaves KMS.
#[derive(Clone)]
pub struct SegmentSigner {
    client: aws_sdk_kms::Client,
    key_id: String,
    public: OnceCell<PublicKey>,
}

/// KMS did not answer, or refused, or has another kind of key.
#[derive(Debug, thiserror::Error)]
pub enum SignerError {
    /// KMS did not answer, or refused.
    #[error("KMS: {0}")]
    Kms(String),
    /// The public key is of another kind.
    #[error(transparent)]
    Key(#[from] PublicKeyInvalid),
    /// The signature is of another kind.
    #[error(transparent)]
    Signature(#[from] SignatureInvalid),
}

impl<E: ProvideErrorMetadata, R> From<SdkError<E, R>> for SignerError {
    fn from(error: SdkError<E, R>) -> Self {
        Self::Kms(describe(&error).to_owned())
    }
}

impl SegmentSigner {
    /// The signer with this key.
    pub fn new(client: aws_sdk_kms::Client, key_id: String) -> Self {
        Self { client, key_id, public: OnceCell::new() }
    }

    /// Signs a segment. Returns its bytes.
    pub(super) async fn sign(
        &self,
        segment: &Segment<impl Serialize>,
        archive: &Archive,
    ) -> Result<Vec<u8>, SealError> {
        let unsigned = segment.to_unsigned(self.public_key(archive).await?.fingerprint());
        let request = self.client.sign().key_id(&self.key_id).message_type(MessageType::Digest);
        let request = request.signing_algorithm(SigningAlgorithmSpec::EcdsaSha256);
        let signed = request.message(Blob::new(unsigned.digest())).send().await;
        let signed = signed.map_err(SignerError::from)?;
        let der = signed.signature.ok_or(SignatureInvalid).map_err(SignerError::from)?;
        Ok(unsigned.sign(der.as_ref()).map_err(SignerError::from)?)
    }

    /// The keys that this signer signs with.
    pub(super) async fn trusted(&self, archive: &Archive) -> Result<TrustedKeys, SealError> {
        let mut keys = TrustedKeys::default();
        keys.add(self.public_key(archive).await?.clone());
        Ok(keys)
    }

    /// The public key. The bucket has it before it is first used.
    async fn public_key(&self, archive: &Archive) -> Result<&PublicKey, SealError> {
        self.public.get_or_try_init(async || self.publish_key(archive).await).await
    }

    async fn publish_key(&self, archive: &Archive) -> Result<PublicKey, SealError> {
        let found = self.client.get_public_key().key_id(&self.key_id).send().await;
        let found = found.map_err(SignerError::from)?;
        let der = found.public_key.ok_or(PublicKeyInvalid).map_err(SignerError::from)?;
        let key = PublicKey::from_spki(der.as_ref()).map_err(SignerError::from)?;
        archive.put_key(&key).await.map_err(|error: ArchiveError| SealError::from(error))?;
        Ok(key)
    }
}
