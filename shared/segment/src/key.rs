//! The public keys that verify segments.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::{Deserialize, Serialize};

/// What comes before the point of a P-256 key in its `SubjectPublicKeyInfo` (RFC 5480), as KMS returns it.
const P256_SPKI: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// The value is not a public key with P-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a public key of ECDSA with P-256")]
pub struct PublicKeyInvalid;

/// The public half of a signing key.
#[derive(Clone)]
pub struct PublicKey {
    kid: String,
    jwk: KeyJson,
    key: DecodingKey,
}

/// A key as JWK (RFC 7517).
#[derive(Clone, Debug, Serialize, Deserialize)]
struct KeyJson {
    kty: String,
    crv: String,
    x: String,
    y: String,
}

impl PublicKey {
    /// Reads a key in the form of KMS.
    pub fn from_spki(der: &[u8]) -> Result<Self, PublicKeyInvalid> {
        let point = der.strip_prefix(&P256_SPKI).ok_or(PublicKeyInvalid)?;
        let [4, coordinates @ ..] = point else {
            return Err(PublicKeyInvalid);
        };
        let (x, y) = coordinates.split_at_checked(32).ok_or(PublicKeyInvalid)?;
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        Self::new(KeyJson { kty: "EC".to_owned(), crv: "P-256".to_owned(), x, y })
    }

    /// Reads a key from its JWK. Its `kid` is not read, because the key decides it.
    pub fn from_jwk(json: &[u8]) -> Result<Self, PublicKeyInvalid> {
        Self::new(serde_json::from_slice(json).map_err(|_| PublicKeyInvalid)?)
    }

    fn new(jwk: KeyJson) -> Result<Self, PublicKeyInvalid> {
        let length = |part: &str| URL_SAFE_NO_PAD.decode(part).map_or(0, |bytes| bytes.len());
        let whole = (length(&jwk.x), length(&jwk.y)) == (32, 32);
        if jwk.kty != "EC" || jwk.crv != "P-256" || !whole {
            return Err(PublicKeyInvalid);
        }
        let json = serde_json::to_value(&jwk).map_err(|_| PublicKeyInvalid)?;
        let parsed: Jwk = serde_json::from_value(json).map_err(|_| PublicKeyInvalid)?;
        let kid = parsed.thumbprint(ThumbprintHash::SHA256).map_err(|_| PublicKeyInvalid)?;
        let key = DecodingKey::from_jwk(&parsed).map_err(|_| PublicKeyInvalid)?;
        Ok(Self { kid, jwk, key })
    }

    /// The fingerprint, by which a segment names its key: the thumbprint (RFC 7638).
    pub fn fingerprint(&self) -> &str {
        &self.kid
    }

    /// The key as JWK.
    pub fn to_jwk(&self) -> String {
        let KeyJson { kty, crv, x, y } = &self.jwk;
        let kid = &self.kid;
        format!(
            r#"{{"kty":"{kty}","crv":"{crv}","x":"{x}","y":"{y}","kid":"{kid}","alg":"ES256","use":"sig"}}"#
        )
    }

    /// Where the key is in the bucket.
    pub fn object_key(&self) -> String {
        format!("keys/{}.json", self.kid)
    }

    pub(crate) fn verifies(&self, message: &str, signature: &str) -> bool {
        jsonwebtoken::crypto::verify(signature, message.as_bytes(), &self.key, Algorithm::ES256)
            .unwrap_or(false)
    }
}

/// The keys that a verifier trusts.
#[derive(Clone, Default)]
pub struct TrustedKeys(BTreeMap<String, PublicKey>);

impl TrustedKeys {
    /// Adds a key.
    pub fn add(&mut self, key: PublicKey) {
        self.0.insert(key.kid.clone(), key);
    }

    /// The fingerprints.
    pub fn fingerprints(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub(crate) fn get(&self, kid: &str) -> Option<&PublicKey> {
        self.0.get(kid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_its_jwk_and_names_itself() {
        // RFC 7517 appendix A.1.
        let x = "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4";
        let y = "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM";
        let point = [x, y].map(|part| URL_SAFE_NO_PAD.decode(part).unwrap()).concat();
        let key = PublicKey::from_spki(&[&P256_SPKI[..], &[4], &point].concat()).unwrap();
        let again = PublicKey::from_jwk(key.to_jwk().as_bytes()).unwrap();
        assert_eq!((again.kid.as_str(), again.to_jwk()), (key.fingerprint(), key.to_jwk()));
        assert_eq!(key.object_key(), format!("keys/{}.json", key.kid));
        assert!(key.to_jwk().contains(x) && key.kid.len() == 43);
        for der in [&[][..], &P256_SPKI, &[&P256_SPKI[..], &[4], &point[..63]].concat(), &point] {
            assert!(PublicKey::from_spki(der).is_err());
        }
        for json in [
            "",
            "{}",
            r#"{"kty":"RSA","n":"AQ","e":"AQAB"}"#,
            &key.to_jwk().replace("P-256", "P-384"),
            &key.to_jwk().replace(x, "AA"),
        ] {
            assert!(PublicKey::from_jwk(json.as_bytes()).is_err(), "{json}");
        }
    }
}
