//! The key that signs the audit. It stays the same on the same data.

use std::fs;
use std::io;
use std::sync::Arc;

use aws_lc_rs::digest::{Digest, SHA256};
use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};

use crate::storage::{AUDIT, Storage};

/// A key of KMS with the spec `ECC_NIST_P256`.
#[derive(Clone)]
pub(super) struct SealingKey(Arc<EcdsaKeyPair>);

impl SealingKey {
    /// Opens the key of the data, or makes one.
    pub(super) fn open(storage: &Storage) -> io::Result<Self> {
        let new = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).map_err(invalid)?;
        let Storage::Directory(path) = storage else {
            return Ok(Self(Arc::new(new)));
        };
        let file = path.join(format!("{AUDIT}key"));
        let unfinished = path.join(format!("{AUDIT}key.new"));
        if !file.try_exists()? {
            fs::write(&unfinished, new.to_pkcs8v1().map_err(invalid)?.as_ref())?;
            fs::rename(&unfinished, &file)?;
        }
        let pkcs8 = fs::read(&file)?;
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &pkcs8);
        key.map(Arc::new).map(Self).map_err(invalid)
    }

    /// Signs a digest. Returns DER.
    pub(super) fn sign(&self, digest: &[u8]) -> Result<Vec<u8>, Unspecified> {
        let digest = Digest::import_less_safe(digest, &SHA256)?;
        Ok(self.0.sign_digest(&digest)?.as_ref().to_vec())
    }

    /// The `SubjectPublicKeyInfo`, as DER.
    pub(super) fn public(&self) -> Result<Vec<u8>, Unspecified> {
        let der: PublicKeyX509Der<'_> = self.0.public_key().as_der()?;
        Ok(der.as_ref().to_vec())
    }
}

fn invalid(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
