//! Signed tokens (RFC 7519), checked as RFC 8725 says: the algorithm is the key's, the type is
//! explicit, issuer and audience have to fit, and time is the service's own clock.

use std::time::Duration;

use domain::credentials::signing::{PublicKey, SigningAlgorithm};
use domain::time::Timestamp;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How far the clock of whoever signed may be ahead of ours.
const LEEWAY: Duration = Duration::from_mins(1);
/// Characters of the shortest secret: 32 bytes in base64.
const MIN_SECRET: usize = 43;
/// PKCS #8 (RFC 5208) around a P-256 scalar (RFC 5915) without its public key.
const P256_PKCS8: [u8; 35] = [
    0x30, 0x41, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
    0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x27, 0x30, 0x25, 0x02, 0x01,
    0x01, 0x04, 0x20,
];
/// PKCS #8 around an Ed25519 seed (RFC 8410 section 7).
const ED25519_PKCS8: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// The secret is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoSigner {
    /// Not in the form that is read.
    #[error(
        "signing keys: write secrets of {MIN_SECRET} characters at least, separated by white space; `EdDSA:` before one makes it Ed25519"
    )]
    Malformed,
    /// None of the keys can be verified by others yet.
    #[error("signing keys: none is published; invoke provision with {{\"publishKeys\": true}}")]
    Unpublished,
}

/// A key that signs.
struct SigningKey {
    public: PublicKey,
    private: EncodingKey,
}

/// The signing keys of a secret, the one to sign with first. No Debug: it holds private keys.
pub struct SigningKeys(Vec<SigningKey>);

/// Signs with the first key that others can verify.
pub struct Signer(SigningKey);

impl SigningKeys {
    /// Reads secrets separated by white space, each with `EdDSA:` before it for an Ed25519 key.
    pub fn from_secret(text: &str) -> Result<Self, NoSigner> {
        let keys: Vec<_> = text
            .split_whitespace()
            .map(|entry| match entry.split_once(':') {
                None => SigningKey::derive(SigningAlgorithm::Es256, entry),
                Some((name, secret)) => {
                    let algorithm = SigningAlgorithm::parse(name).ok_or(NoSigner::Malformed)?;
                    SigningKey::derive(algorithm, secret)
                }
            })
            .collect::<Result<_, _>>()?;
        if keys.is_empty() {
            return Err(NoSigner::Malformed);
        }
        Ok(Self(keys))
    }

    /// What others verify with.
    pub fn public(&self) -> Vec<PublicKey> {
        self.0.iter().map(|key| key.public.clone()).collect()
    }

    /// A signer with the first key that is published: a key is known before it is used.
    pub fn signer(self, published: &[PublicKey]) -> Result<Signer, NoSigner> {
        let known = |key: &SigningKey| published.contains(&key.public);
        self.0.into_iter().find(known).map(Signer).ok_or(NoSigner::Unpublished)
    }
}

impl SigningKey {
    fn derive(algorithm: SigningAlgorithm, secret: &str) -> Result<Self, NoSigner> {
        if secret.len() < MIN_SECRET {
            return Err(NoSigner::Malformed);
        }
        (0..=u8::MAX)
            .find_map(|attempt| {
                Self::from_private(algorithm, algorithm.private_key(secret, attempt))
            })
            .ok_or(NoSigner::Malformed)
    }

    /// `None` for 32 bytes that are no key of this algorithm.
    fn from_private(algorithm: SigningAlgorithm, bytes: [u8; 32]) -> Option<Self> {
        let private = match algorithm {
            SigningAlgorithm::Es256 => {
                EncodingKey::from_ec_der(&[&P256_PKCS8[..], &bytes].concat())
            }
            SigningAlgorithm::EdDsa => {
                EncodingKey::from_ed_der(&[&ED25519_PKCS8[..], &bytes].concat())
            }
        };
        let jwk = Jwk::from_encoding_key(&private, named(algorithm)).ok()?;
        let kid = jwk.thumbprint(ThumbprintHash::SHA256).ok()?;
        let (x, y) = match jwk.algorithm {
            AlgorithmParameters::EllipticCurve(key) => (key.x, Some(key.y)),
            AlgorithmParameters::OctetKeyPair(key) => (key.x, None),
            _ => return None,
        };
        let public = PublicKey { kid, algorithm, x, y };
        Some(Self { public, private })
    }
}

impl Signer {
    /// A token of this type.
    pub fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, SigningFailed> {
        let SigningKey { public, private } = &self.0;
        let mut header = Header::new(named(public.algorithm));
        header.typ = Some(typ.to_owned());
        header.kid = Some(public.kid.clone());
        jsonwebtoken::encode(&header, claims, private).map_err(|_| SigningFailed)
    }
}

/// A key that was derived here did not sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("token could not be signed")]
pub struct SigningFailed;

fn named(algorithm: SigningAlgorithm) -> Algorithm {
    match algorithm {
        SigningAlgorithm::Es256 => Algorithm::ES256,
        SigningAlgorithm::EdDsa => Algorithm::EdDSA,
    }
}

/// A public key, ready to verify.
#[derive(Clone)]
pub(crate) struct VerifyingKey {
    algorithm: Algorithm,
    key: DecodingKey,
}

impl VerifyingKey {
    /// `None` for a key that is none.
    pub(crate) fn new(public: &PublicKey) -> Option<Self> {
        let key = match (public.algorithm, &public.y) {
            (SigningAlgorithm::Es256, Some(y)) => DecodingKey::from_ec_components(&public.x, y),
            (SigningAlgorithm::EdDsa, None) => DecodingKey::from_ed_components(&public.x),
            _ => return None,
        };
        Some(Self { algorithm: named(public.algorithm), key: key.ok()? })
    }
}

/// What a token has to be.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// `typ` of its header.
    pub typ: &'a str,
    /// `iss`.
    pub issuer: &'a str,
    /// `aud`.
    pub audience: &'a str,
}

/// The token is not what is expected, or was not signed here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("token not valid")]
pub struct Invalid;

/// The claims that say when a token is good, in seconds since 1970.
#[derive(Clone, Copy, Debug, Deserialize)]
struct Times {
    exp: i64,
    nbf: Option<i64>,
    iat: Option<i64>,
}

/// The `kid` of a token of this type; nothing else of it is believed yet.
pub(crate) fn key_of(token: &str, typ: &str) -> Result<String, Invalid> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| Invalid)?;
    let plain = header.typ.as_deref() == Some(typ) && header.crit.is_none();
    header.kid.filter(|_| plain).ok_or(Invalid)
}

/// The claims of a token that `key` signed and that is good at `now`.
pub(crate) fn claims<C: DeserializeOwned>(
    token: &str,
    key: &VerifyingKey,
    expected: Expected<'_>,
    now: Timestamp,
) -> Result<C, Invalid> {
    let mut validation = Validation::new(key.algorithm);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.set_issuer(&[expected.issuer]);
    validation.set_audience(&[expected.audience]);
    // The library reads the wall clock; `in_time` reads ours.
    validation.validate_exp = false;
    let claims: Value =
        jsonwebtoken::decode(token, &key.key, &validation).map_err(|_| Invalid)?.claims;
    in_time(Times::deserialize(&claims).map_err(|_| Invalid)?, now)?;
    C::deserialize(claims).map_err(|_| Invalid)
}

/// The claims of a token that `key` signed; whether they fit is the caller's to say.
pub(crate) fn signed<C: DeserializeOwned>(token: &str, key: &VerifyingKey) -> Result<C, Invalid> {
    let mut validation = Validation::new(key.algorithm);
    validation.set_required_spec_claims::<&str>(&[]);
    validation.validate_exp = false;
    validation.validate_aud = false;
    let token = jsonwebtoken::decode(token, &key.key, &validation).map_err(|_| Invalid)?;
    Ok(token.claims)
}

fn in_time(times: Times, now: Timestamp) -> Result<(), Invalid> {
    let soonest = now.plus(LEEWAY).seconds();
    let begun = |at: Option<i64>| at.is_none_or(|at| at <= soonest);
    if now.seconds() < times.exp && begun(times.nbf) && begun(times.iat) {
        Ok(())
    } else {
        Err(Invalid)
    }
}

#[cfg(test)]
mod tests;
