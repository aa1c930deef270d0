//! Proof of possession (DPoP, RFC 9449). The sender of a token proves that they hold the key that the
//! token is bound to.
//!
//! A proof is a JWT that carries its own public key and is signed with it. It names its request and
//! its token. It is valid for a minute and works once.

use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::credentials::signing::{PublicKey, SigningAlgorithm};
use domain::grant::KeyThumbprint;
use domain::time::Timestamp;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, ThumbprintHash};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use store::ProofOutcome;

use crate::jwt::{JwtInvalid, VerifyingKey, verify_signature};
use changes::Context;
use web::Problem;

/// The header that carries a proof.
pub const HEADER: &str = "dpop";
/// `typ` of a proof. No token of another kind has it.
const TYP: &str = "dpop+jwt";
/// How much the sender's clock may differ from ours, in either direction.
const MAX_AGE: Duration = Duration::from_mins(1);
/// The longest proof, in characters.
const MAX_PROOF: usize = 4096;
/// The longest `jti`, in characters.
const MAX_ID: usize = 256;

/// The request and token that a proof must name. `None` skips the comparison.
#[derive(Clone, Copy, Debug)]
pub struct ProofTarget<'a> {
    /// The method of the request, and its URL without query.
    pub request: Option<(&'a str, &'a str)>,
    /// The token that the request carries.
    pub token: Option<&'a str>,
}

/// A valid proof. It may have been used before.
#[derive(Debug)]
pub struct Proof {
    key: KeyThumbprint,
    id: String,
}

/// The proof is missing, invalid, too old, or was used before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("proof of possession not valid")]
pub struct ProofInvalid;

impl From<JwtInvalid> for ProofInvalid {
    fn from(_: JwtInvalid) -> Self {
        Self
    }
}

impl ProofInvalid {
    /// The problem for this route, with the status that it uses.
    pub fn problem(self, status: StatusCode) -> Problem {
        let detail = "Send a new DPoP proof with each request. This one is missing, invalid, too old, or was used before.";
        Problem::new(status, "dpop_proof_invalid", detail)
    }
}

#[derive(Deserialize)]
struct ProofHeader {
    typ: String,
    alg: String,
    jwk: Value,
    crit: Option<Value>,
}

#[derive(Deserialize)]
struct ProofClaims {
    jti: String,
    htm: String,
    htu: String,
    iat: i64,
    ath: Option<String>,
}

/// Finds the proof of a request. Several proofs are an error.
pub fn find_proof(headers: &HeaderMap) -> Result<Option<&str>, ProofInvalid> {
    let mut all = headers.get_all(HEADER).iter();
    match (all.next(), all.next()) {
        (None, _) => Ok(None),
        (Some(one), None) => one.to_str().map(Some).map_err(|_| ProofInvalid),
        (Some(_), Some(_)) => Err(ProofInvalid),
    }
}

impl Proof {
    /// Verifies a proof for `target` at `now` (RFC 9449 section 4.3).
    pub fn verify(
        text: &str,
        target: ProofTarget<'_>,
        now: Timestamp,
    ) -> Result<Self, ProofInvalid> {
        if text.len() > MAX_PROOF {
            return Err(ProofInvalid);
        }
        let (key, thumbprint) = embedded_key(text)?;
        let claims: ProofClaims = verify_signature(text, &key)?;
        let right_request = target
            .request
            .is_none_or(|(method, url)| claims.htm == method && without_query(&claims.htu) == url);
        let right_token = (target.token)
            .is_none_or(|token| claims.ath.as_deref() == Some(digest(token.as_bytes()).as_str()));
        let apart = now.seconds().abs_diff(claims.iat);
        let right_id = (1..=MAX_ID).contains(&claims.jti.len());
        if right_request && right_token && right_id && apart <= MAX_AGE.as_secs() {
            Ok(Self { key: thumbprint, id: claims.jti })
        } else {
            Err(ProofInvalid)
        }
    }

    /// The key that the sender proved to hold.
    pub fn key(&self) -> KeyThumbprint {
        self.key
    }

    /// Records the use of this proof. A proof that was used before is refused.
    pub async fn record_use(self, context: &Context) -> Result<Result<(), ProofInvalid>, Problem> {
        let shown = context.store.record_proof(self.key, &self.id, context.now());
        Ok(match shown.await? {
            ProofOutcome::Fresh => Ok(()),
            ProofOutcome::Replay => Err(ProofInvalid),
        })
    }
}

/// Reads the public key in a proof's header. Nothing else in the proof is trusted yet.
fn embedded_key(text: &str) -> Result<(VerifyingKey, KeyThumbprint), ProofInvalid> {
    let header = text.split('.').next().unwrap_or_default();
    let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| ProofInvalid)?;
    let header: ProofHeader = serde_json::from_slice(&header).map_err(|_| ProofInvalid)?;
    // A proof that carries its private key, or requires an extension, is refused (RFC 9449 section 4.3).
    if header.typ != TYP || header.crit.is_some() || header.jwk.get("d").is_some() {
        return Err(ProofInvalid);
    }
    let algorithm = SigningAlgorithm::parse(&header.alg).ok_or(ProofInvalid)?;
    let jwk: Jwk = serde_json::from_value(header.jwk).map_err(|_| ProofInvalid)?;
    let (x, y) = match (algorithm, &jwk.algorithm) {
        (SigningAlgorithm::Es256, AlgorithmParameters::EllipticCurve(key))
            if key.curve == EllipticCurve::P256 =>
        {
            (key.x.clone(), Some(key.y.clone()))
        }
        (SigningAlgorithm::EdDsa, AlgorithmParameters::OctetKeyPair(key))
            if key.curve == EllipticCurve::Ed25519 =>
        {
            (key.x.clone(), None)
        }
        _ => return Err(ProofInvalid),
    };
    let public = PublicKey { kid: String::new(), algorithm, x, y };
    let key = VerifyingKey::new(&public).ok_or(ProofInvalid)?;
    Ok((key, thumbprint(&jwk)?))
}

/// The SHA-256 thumbprint of a key (RFC 7638).
fn thumbprint(jwk: &Jwk) -> Result<KeyThumbprint, ProofInvalid> {
    let text = jwk.thumbprint(ThumbprintHash::SHA256).map_err(|_| ProofInvalid)?;
    KeyThumbprint::parse(&text).map_err(|_| ProofInvalid)
}

fn digest(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(bytes))
}

/// A URL without query and fragment.
fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbprint_matches_the_example_of_rfc_8037() {
        let jwk =
            r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        let key = serde_json::from_str(jwk).unwrap();
        let expected = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
        assert_eq!(thumbprint(&key).unwrap().to_string(), expected);
    }

    #[test]
    fn the_example_of_rfc_9449_is_valid_for_its_request_and_minute() {
        let proof = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1000).unwrap();
        let target = ProofTarget {
            request: Some(("POST", "https://server.example.com/token")),
            token: None,
        };
        let read = Proof::verify(proof, target, at(1_562_262_616)).unwrap();
        let expected = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
        assert_eq!(read.key().to_string(), expected);
        for (seconds, good) in [(-61, false), (-60, true), (60, true), (61, false)] {
            let read = Proof::verify(proof, target, at(1_562_262_616 + seconds));
            assert_eq!(read.is_ok(), good, "{seconds}");
        }
        for request in [
            ("GET", "https://server.example.com/token"),
            ("POST", "https://server.example.com/other"),
        ] {
            let other = ProofTarget { request: Some(request), ..target };
            assert!(Proof::verify(proof, other, at(1_562_262_616)).is_err());
        }
        let with_token = ProofTarget { token: Some("x"), ..target };
        assert!(Proof::verify(proof, with_token, at(1_562_262_616)).is_err());
    }

    #[test]
    fn a_request_with_two_proofs_is_refused() {
        let mut headers = HeaderMap::new();
        assert_eq!(find_proof(&headers), Ok(None));
        headers.append(HEADER, "a".parse().unwrap());
        assert_eq!(find_proof(&headers), Ok(Some("a")));
        headers.append(HEADER, "b".parse().unwrap());
        assert_eq!(find_proof(&headers), Err(ProofInvalid));
    }
}
