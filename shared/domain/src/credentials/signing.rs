//! The keys that sign view tokens: their public halves, and how a secret derives them.

use hkdf::Hkdf;
use sha2::Sha256;

/// The signature algorithm of a key. It comes from the key, never from the token (RFC 8725 section
/// 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SigningAlgorithm {
    /// ECDSA with P-256 and SHA-256 (RFC 7518 section 3.4). Every verifier supports it.
    Es256,
    /// Ed25519 (RFC 8037). It is faster, but .NET cannot verify it out of the box.
    EdDsa,
}

impl SigningAlgorithm {
    /// The name of the algorithm in JWTs and JWKs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// Reads the name of an algorithm.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Es256, Self::EdDsa].into_iter().find(|a| a.as_str() == text)
    }

    /// Derives the private key from a secret: the 32 bytes of a P-256 scalar or an Ed25519 seed. One in
    /// 2^32 results is not a valid scalar, so another `attempt` derives another.
    pub fn private_key(self, secret: &str, attempt: u8) -> [u8; 32] {
        let info = format!("autoscribe-access/signing-key/{}/{attempt}", self.as_str());
        let mut key = [0; 32];
        // 32 bytes are far below HKDF's limit of 255 blocks.
        let expanded =
            Hkdf::<Sha256>::new(None, secret.as_bytes()).expand(info.as_bytes(), &mut key);
        debug_assert!(expanded.is_ok());
        key
    }
}

/// The public half of a signing key (RFC 7517).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// The key id: the RFC 7638 thumbprint, which no other key shares.
    pub kid: String,
    /// The algorithm that verifies its signatures.
    pub algorithm: SigningAlgorithm,
    /// The x coordinate, or the Ed25519 public key, in base64url.
    pub x: String,
    /// The y coordinate. `None` for Ed25519.
    pub y: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_depends_only_on_its_secret_algorithm_and_attempt() {
        let (es, ed) = (SigningAlgorithm::Es256, SigningAlgorithm::EdDsa);
        assert_eq!(es.private_key("secret", 0), es.private_key("secret", 0));
        let keys = [
            es.private_key("secret", 0),
            ed.private_key("secret", 0),
            es.private_key("secret", 1),
            es.private_key("other", 0),
        ];
        for (at, key) in keys.iter().enumerate() {
            assert!(!keys[at + 1..].contains(key));
        }
    }

    #[test]
    fn every_algorithm_reads_as_itself() {
        for algorithm in [SigningAlgorithm::Es256, SigningAlgorithm::EdDsa] {
            assert_eq!(SigningAlgorithm::parse(algorithm.as_str()), Some(algorithm));
        }
        assert_eq!(SigningAlgorithm::parse("none"), None);
        assert_eq!(SigningAlgorithm::parse("HS256"), None);
    }
}
