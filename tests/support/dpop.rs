//! Keys that a viewer proves to hold (RFC 9449).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::credentials::signing::SigningAlgorithm;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

/// The PKCS #8 header before a P-256 scalar, and before an Ed25519 seed.
const P256: &str = "304102010030 1306072a8648ce3d020106082a8648ce3d030107 0427 3025 020101 0420";
const ED25519: &str = "302e020100300506032b657004220420";

/// A viewer's key.
#[derive(Clone)]
pub(crate) struct ProofKey {
    private: EncodingKey,
    algorithm: Algorithm,
    pub(crate) jwk: Value,
}

fn decode_hex(hex: &str) -> Vec<u8> {
    let digits: String = hex.split(' ').collect();
    let pair = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(pair).collect()
}

impl ProofKey {
    pub(crate) fn es256(name: &str) -> Self {
        let der = [decode_hex(P256), derive_key(SigningAlgorithm::Es256, name)].concat();
        Self::new(EncodingKey::from_ec_der(&der), Algorithm::ES256)
    }

    pub(crate) fn ed25519(name: &str) -> Self {
        let der = [decode_hex(ED25519), derive_key(SigningAlgorithm::EdDsa, name)].concat();
        Self::new(EncodingKey::from_ed_der(&der), Algorithm::EdDSA)
    }

    fn new(private: EncodingKey, algorithm: Algorithm) -> Self {
        let jwk = Jwk::from_encoding_key(&private, algorithm).unwrap();
        let all = serde_json::to_value(&jwk).unwrap();
        let names = ["kty", "crv", "x", "y"].iter();
        let kept = names.filter_map(|name| Some(((*name).to_owned(), all.get(*name)?.clone())));
        Self { private, algorithm, jwk: kept.collect() }
    }

    /// A proof with these claims.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.sign_with("dpop+jwt", &self.jwk, claims)
    }

    /// A proof with another type or key in its header.
    pub(crate) fn sign_with(&self, typ: &str, jwk: &Value, claims: &Value) -> String {
        let mut header = Header::new(self.algorithm);
        header.typ = Some(typ.to_owned());
        let mut header = serde_json::to_value(&header).unwrap();
        header["jwk"] = jwk.clone();
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", encode(&header), encode(claims));
        let (private, algorithm) = (&self.private, self.algorithm);
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), private, algorithm);
        format!("{message}.{}", signature.unwrap())
    }
}

fn derive_key(algorithm: SigningAlgorithm, name: &str) -> Vec<u8> {
    algorithm.private_key(name, 0).to_vec()
}

/// The claims of a proof for a POST to `url`.
pub(crate) fn proof_claims(id: &str, url: &str, at: i64) -> Value {
    json!({ "jti": id, "htm": "POST", "htu": url, "iat": at })
}

/// Adds the hash of the view token, which a proof for a request with that token needs.
pub(crate) fn with_token(mut claims: Value, token: &str) -> Value {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(token.as_bytes());
    claims["ath"] = json!(URL_SAFE_NO_PAD.encode(digest));
    claims
}
