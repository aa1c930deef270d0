//! Signed tokens (JWT, RFC 7519), verified as RFC 8725 requires. The key determines the algorithm, the
//! type is explicit, issuer and audience must match, and the time comes from [`domain::time::Clock`].

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::credentials::signing::{PublicKey, SigningAlgorithm};
use domain::time::Timestamp;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How far the issuer's clock may be ahead of ours.
const LEEWAY: Duration = Duration::from_mins(1);
/// The shortest secret, in characters: 32 bytes in base64.
const MIN_SECRET: usize = 43;
/// The PKCS #8 header (RFC 5208) of a P-256 scalar (RFC 5915) without its public key.
const P256_PKCS8: [u8; 35] = [
    0x30, 0x41, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
    0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x27, 0x30, 0x25, 0x02, 0x01,
    0x01, 0x04, 0x20,
];
/// The PKCS #8 header of an Ed25519 seed (RFC 8410 section 7).
const ED25519_PKCS8: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// Why the signing keys cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SigningKeysError {
    /// The secret is malformed.
    #[error(
        "signing keys: write `number:secret` entries, separated by white space, each secret at least {MIN_SECRET} characters long, with `EdDSA:` before an Ed25519 secret"
    )]
    Malformed,
    /// None of the keys is published, so other services could not verify their tokens.
    #[error("signing keys: none is published. Invoke provision with {{\"publishKeys\": true}}")]
    Unpublished,
}

/// A private key and its public half.
struct SigningKey {
    public: PublicKey,
    private: EncodingKey,
}

/// The signing keys that a secret derives. No Debug, because they hold private keys.
pub struct SigningKeys {
    /// A function replaces the keys while it runs, after its secret was rotated.
    keys: RwLock<Vec<Arc<SigningKey>>>,
    outdated: AtomicBool,
}

/// Signs with the first published key.
pub struct Signer(Arc<SigningKey>);

impl SigningKeys {
    /// Derives keys from secrets separated by white space. `EdDSA:` before a secret makes an Ed25519 key. The number
    /// before it is for `provision`, which rotates the keys.
    pub fn from_secret(text: &str) -> Result<Self, SigningKeysError> {
        let keys: Vec<_> = text
            .split_whitespace()
            .map(|entry| match without_number(entry).split_once(':') {
                None => SigningKey::derive(SigningAlgorithm::Es256, without_number(entry)),
                Some((name, secret)) => {
                    let algorithm =
                        SigningAlgorithm::parse(name).ok_or(SigningKeysError::Malformed)?;
                    SigningKey::derive(algorithm, secret)
                }
            })
            .map(|key| key.map(Arc::new))
            .collect::<Result<_, _>>()?;
        if keys.is_empty() {
            return Err(SigningKeysError::Malformed);
        }
        Ok(Self { keys: RwLock::new(keys), outdated: AtomicBool::new(false) })
    }

    /// Replaces the keys with those of another secret.
    pub fn replace(&self, with: &Self) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = with.keys();
    }

    /// Notes that none of the keys is published, so that the secret is read again soon.
    pub fn mark_outdated(&self) {
        self.outdated.store(true, Ordering::Relaxed);
    }

    /// Whether the keys were marked as outdated since the last call.
    pub fn take_outdated(&self) -> bool {
        self.outdated.swap(false, Ordering::Relaxed)
    }

    fn keys(&self) -> Vec<Arc<SigningKey>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The public keys, for other services.
    pub fn public(&self) -> Vec<PublicKey> {
        self.keys().iter().map(|key| key.public.clone()).collect()
    }

    /// A signer with the first published key. A key must be published before it is used.
    pub fn signer(&self, published: &[PublicKey]) -> Result<Signer, SigningKeysError> {
        let known = |key: &Arc<SigningKey>| published.contains(&key.public);
        self.keys().into_iter().find(known).map(Signer).ok_or(SigningKeysError::Unpublished)
    }
}

/// An entry without its number.
fn without_number(entry: &str) -> &str {
    match entry.split_once(':') {
        Some((number, rest)) if number.parse::<u8>().is_ok() => rest,
        _ => entry,
    }
}

impl SigningKey {
    fn derive(algorithm: SigningAlgorithm, secret: &str) -> Result<Self, SigningKeysError> {
        if secret.len() < MIN_SECRET {
            return Err(SigningKeysError::Malformed);
        }
        (0..=u8::MAX)
            .find_map(|attempt| {
                Self::from_private(algorithm, algorithm.private_key(secret, attempt))
            })
            .ok_or(SigningKeysError::Malformed)
    }

    /// Returns `None` if the 32 bytes are not a key for this algorithm.
    fn from_private(algorithm: SigningAlgorithm, bytes: [u8; 32]) -> Option<Self> {
        let private = match algorithm {
            SigningAlgorithm::Es256 => {
                EncodingKey::from_ec_der(&[&P256_PKCS8[..], &bytes].concat())
            }
            SigningAlgorithm::EdDsa => {
                EncodingKey::from_ed_der(&[&ED25519_PKCS8[..], &bytes].concat())
            }
        };
        let jwk = Jwk::from_encoding_key(&private, jwt_algorithm(algorithm)).ok()?;
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
    /// Signs a token of this type.
    pub fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, SigningFailed> {
        let SigningKey { public, private } = self.0.as_ref();
        let mut header = Header::new(jwt_algorithm(public.algorithm));
        header.typ = Some(typ.to_owned());
        header.kid = Some(public.kid.clone());
        jsonwebtoken::encode(&header, claims, private).map_err(|_| SigningFailed)
    }
}

/// A derived key failed to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("token could not be signed")]
pub struct SigningFailed;

fn jwt_algorithm(algorithm: SigningAlgorithm) -> Algorithm {
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
    /// Returns `None` if the coordinates are not a key.
    pub(crate) fn new(public: &PublicKey) -> Option<Self> {
        let key = match (public.algorithm, &public.y) {
            (SigningAlgorithm::Es256, Some(y)) => DecodingKey::from_ec_components(&public.x, y),
            (SigningAlgorithm::EdDsa, None) => DecodingKey::from_ed_components(&public.x),
            _ => return None,
        };
        Some(Self { algorithm: jwt_algorithm(public.algorithm), key: key.ok()? })
    }
}

/// The type, issuer and audience that a token must have.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedToken<'a> {
    /// `typ` of its header.
    pub typ: &'a str,
    /// `iss`.
    pub issuer: &'a str,
    /// `aud`.
    pub audience: &'a str,
}

/// The token is malformed, forged, expired, or meant for another use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("token not valid")]
pub struct JwtInvalid;

/// When a token is valid, in seconds since 1970.
#[derive(Clone, Copy, Debug, Deserialize)]
struct ValidityClaims {
    exp: i64,
    nbf: Option<i64>,
    iat: Option<i64>,
}

/// Returns the `kid` of a token of this type. Nothing else in the token is trusted yet.
pub(crate) fn key_id(token: &str, typ: &str) -> Result<String, JwtInvalid> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| JwtInvalid)?;
    let plain = header.typ.as_deref() == Some(typ) && header.crit.is_none();
    header.kid.filter(|_| plain).ok_or(JwtInvalid)
}

/// Returns the claims of a token whose signature is not verified yet.
pub(crate) fn unverified_claims<C: DeserializeOwned>(token: &str) -> Result<C, JwtInvalid> {
    let part = token.split('.').nth(1).ok_or(JwtInvalid)?;
    let json = URL_SAFE_NO_PAD.decode(part).map_err(|_| JwtInvalid)?;
    serde_json::from_slice(&json).map_err(|_| JwtInvalid)
}

/// Verifies that `key` signed a token and that it is valid at `now`. Returns its claims.
pub(crate) fn verify_claims<C: DeserializeOwned>(
    token: &str,
    key: &VerifyingKey,
    expected: ExpectedToken<'_>,
    now: Timestamp,
) -> Result<C, JwtInvalid> {
    let mut validation = Validation::new(key.algorithm);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.set_issuer(&[expected.issuer]);
    validation.set_audience(&[expected.audience]);
    // The library would read the wall clock. `check_times` uses `now`.
    validation.validate_exp = false;
    let claims: Value =
        jsonwebtoken::decode(token, &key.key, &validation).map_err(|_| JwtInvalid)?.claims;
    check_times(ValidityClaims::deserialize(&claims).map_err(|_| JwtInvalid)?, now)?;
    C::deserialize(claims).map_err(|_| JwtInvalid)
}

/// Verifies only that `key` signed a token. Returns its claims, which the caller must check.
pub(crate) fn verify_signature<C: DeserializeOwned>(
    token: &str,
    key: &VerifyingKey,
) -> Result<C, JwtInvalid> {
    let mut validation = Validation::new(key.algorithm);
    validation.set_required_spec_claims::<&str>(&[]);
    validation.validate_exp = false;
    validation.validate_aud = false;
    let token = jsonwebtoken::decode(token, &key.key, &validation).map_err(|_| JwtInvalid)?;
    Ok(token.claims)
}

fn check_times(times: ValidityClaims, now: Timestamp) -> Result<(), JwtInvalid> {
    let soonest = now.plus(LEEWAY).seconds();
    let begun = |at: Option<i64>| at.is_none_or(|at| at <= soonest);
    if now.seconds() < times.exp && begun(times.nbf) && begun(times.iat) {
        Ok(())
    } else {
        Err(JwtInvalid)
    }
}

#[cfg(test)]
mod tests;
