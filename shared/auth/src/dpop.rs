//! Proof of possession (RFC 9449): whoever sends a token shows to hold the key it is bound to.
//!
//! A proof is a JWT that carries its own public key and is signed with it. It names the request it
//! was made for, and the token; it is fresh for a minute, and good once.

use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::credentials::signing::{PublicKey, SigningAlgorithm};
use domain::grant::KeyThumbprint;
use domain::time::Timestamp;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use store::ProofOutcome;

use crate::jwt::{Invalid, VerifyingKey, signed};
use changes::Context;
use web::Problem;

/// The header that carries a proof.
pub const HEADER: &str = "dpop";
/// `typ` of a proof: no token of another kind passes for one.
const TYP: &str = "dpop+jwt";
/// How far the clock of whoever made a proof may be from ours, either way.
const FRESH: Duration = Duration::from_mins(1);
/// Characters of the longest proof.
const MAX_PROOF: usize = 4096;
/// Characters of the longest id.
const MAX_ID: usize = 256;

/// What a proof has to be for. `None` is not compared.
#[derive(Clone, Copy, Debug)]
pub struct For<'a> {
    /// The method and URL, without query, of the request that it was made for.
    pub request: Option<(&'a str, &'a str)>,
    /// The token that it is sent with.
    pub token: Option<&'a str>,
}

/// A proof that fits and is fresh; whether it was shown before is still open.
#[derive(Debug)]
pub struct Proof {
    key: KeyThumbprint,
    id: String,
}

/// No proof, or none that is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("proof of possession not valid")]
pub struct ProofInvalid;

impl From<Invalid> for ProofInvalid {
    fn from(_: Invalid) -> Self {
        Self
    }
}

impl ProofInvalid {
    /// The answer, with the status that the route gives to what it refuses.
    pub fn problem(self, status: StatusCode) -> Problem {
        let detail = "The DPoP proof is missing, wrong, too old, or was sent before. Make a new one for each request.";
        Problem::new(status, "dpop_proof_invalid", detail)
    }
}

#[derive(Deserialize)]
struct Header {
    typ: String,
    alg: String,
    jwk: Jwk,
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    crv: String,
    x: String,
    y: Option<String>,
    /// The private key, which has no place here.
    d: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    iat: i64,
    ath: Option<String>,
}

/// The proof that a request carries: `None` when it carries none, an error when it carries several.
pub fn sent(headers: &HeaderMap) -> Result<Option<&str>, ProofInvalid> {
    let mut all = headers.get_all(HEADER).iter();
    match (all.next(), all.next()) {
        (None, _) => Ok(None),
        (Some(one), None) => one.to_str().map(Some).map_err(|_| ProofInvalid),
        (Some(_), Some(_)) => Err(ProofInvalid),
    }
}

impl Proof {
    /// Reads a proof that has to be for `this`, at `now` (RFC 9449 section 4.3).
    pub fn read(text: &str, this: For<'_>, now: Timestamp) -> Result<Self, ProofInvalid> {
        if text.len() > MAX_PROOF {
            return Err(ProofInvalid);
        }
        let public = key_in(text)?;
        let claims: Claims = signed(text, &VerifyingKey::new(&public).ok_or(ProofInvalid)?)?;
        let right_request = this
            .request
            .is_none_or(|(method, url)| claims.htm == method && plain(&claims.htu) == url);
        let right_token = (this.token)
            .is_none_or(|token| claims.ath.as_deref() == Some(digest(token.as_bytes()).as_str()));
        let apart = now.seconds().abs_diff(claims.iat);
        let right_id = (1..=MAX_ID).contains(&claims.jti.len());
        if right_request && right_token && right_id && apart <= FRESH.as_secs() {
            Ok(Self { key: thumbprint(&public)?, id: claims.jti })
        } else {
            Err(ProofInvalid)
        }
    }

    /// The key that it proves to hold.
    pub fn key(&self) -> KeyThumbprint {
        self.key
    }

    /// Uses it up; one that was used before is refused.
    pub async fn spend(self, context: &Context) -> Result<Result<(), ProofInvalid>, Problem> {
        let shown = context.store.record_proof(self.key, &self.id, context.now());
        Ok(match shown.await? {
            ProofOutcome::Fresh => Ok(()),
            ProofOutcome::Replay => Err(ProofInvalid),
        })
    }
}

/// The public key in a proof's header; nothing else of it is believed yet.
fn key_in(text: &str) -> Result<PublicKey, ProofInvalid> {
    let header = text.split('.').next().unwrap_or_default();
    let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| ProofInvalid)?;
    let header: Header = serde_json::from_slice(&header).map_err(|_| ProofInvalid)?;
    let Jwk { kty, crv, x, y, d } = header.jwk;
    let algorithm = SigningAlgorithm::parse(&header.alg).ok_or(ProofInvalid)?;
    let kind = match algorithm {
        SigningAlgorithm::Es256 => ("EC", "P-256"),
        SigningAlgorithm::EdDsa => ("OKP", "Ed25519"),
    };
    let plain = header.typ == TYP && header.crit.is_none() && d.is_none();
    if !plain || (kty.as_str(), crv.as_str()) != kind {
        return Err(ProofInvalid);
    }
    Ok(PublicKey { kid: String::new(), algorithm, x, y })
}

/// RFC 7638: the SHA-256 of the key's required members in order. They are base64url, as the key
/// could be read.
fn thumbprint(PublicKey { x, y, .. }: &PublicKey) -> Result<KeyThumbprint, ProofInvalid> {
    let members = match y {
        Some(y) => format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#),
        None => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#),
    };
    KeyThumbprint::parse(&digest(members.as_bytes())).map_err(|_| ProofInvalid)
}

fn digest(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(bytes))
}

/// A URL without query and fragment.
fn plain(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbprint_is_that_of_rfc_8037() {
        let key = PublicKey {
            kid: String::new(),
            algorithm: SigningAlgorithm::EdDsa,
            x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".to_owned(),
            y: None,
        };
        let expected = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
        assert_eq!(thumbprint(&key).unwrap().to_string(), expected);
    }

    #[test]
    fn the_proof_of_rfc_9449_is_read_for_its_request_and_minute() {
        let proof = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1000).unwrap();
        let this = For { request: Some(("POST", "https://server.example.com/token")), token: None };
        let read = Proof::read(proof, this, at(1_562_262_616)).unwrap();
        let expected = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
        assert_eq!(read.key().to_string(), expected);
        for (seconds, good) in [(-61, false), (-60, true), (60, true), (61, false)] {
            let read = Proof::read(proof, this, at(1_562_262_616 + seconds));
            assert_eq!(read.is_ok(), good, "{seconds}");
        }
        for request in [
            ("GET", "https://server.example.com/token"),
            ("POST", "https://server.example.com/other"),
        ] {
            let other = For { request: Some(request), ..this };
            assert!(Proof::read(proof, other, at(1_562_262_616)).is_err());
        }
        let with_token = For { token: Some("x"), ..this };
        assert!(Proof::read(proof, with_token, at(1_562_262_616)).is_err());
    }

    #[test]
    fn a_request_carries_one_proof_at_most() {
        let mut headers = HeaderMap::new();
        assert_eq!(sent(&headers), Ok(None));
        headers.append(HEADER, "a".parse().unwrap());
        assert_eq!(sent(&headers), Ok(Some("a")));
        headers.append(HEADER, "b".parse().unwrap());
        assert_eq!(sent(&headers), Err(ProofInvalid));
    }
}
