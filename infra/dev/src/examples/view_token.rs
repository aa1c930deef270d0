//! How a service behind the viewer verifies a view token: with the published keys, or by
//! introspection.

use axum::body::Bytes;
use axum::http::{Method, StatusCode};
use jsonwebtoken::jwk::{JwkSet, KeyAlgorithm};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Connection, Examples};

/// The claims of a view token.
#[derive(Deserialize)]
pub(super) struct ViewTokenClaims {
    pub(super) sub: String,
    pub(super) exp: i64,
    pub(super) scope: String,
    pub(super) study: Option<StudyClaim>,
    #[serde(rename = "embedOrigins")]
    pub(super) embed_origins: Vec<String>,
    cnf: Option<IgnoredAny>,
}

/// The study of the view.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StudyClaim {
    pub(super) study_instance_uid: Option<String>,
}

/// Returns the claims of a token that the service signed and that has not expired. This is enough
/// to show a page. Only [`introspect`] knows whether the view was ended since.
pub(super) async fn verify(
    examples: &Examples,
    token: &str,
) -> Result<Option<ViewTokenClaims>, StatusCode> {
    let path = "/.well-known/jwks.json";
    let keys = examples.call(Method::GET, path, Bytes::new()).await?;
    let keys = serde_json::from_slice(keys.body()).map_err(|_| StatusCode::BAD_GATEWAY)?;
    let Connection { issuer, audience, .. } = examples.connection()?;
    Ok(claims(token, &keys, (issuer, audience)))
}

/// Does every check of RFC 8725 section 3: the key decides the algorithm, and type, issuer and
/// audience are the expected ones. The audience names the clinic, so another clinic's token is
/// refused.
fn claims(token: &str, keys: &JwkSet, (issuer, audience): (&str, &str)) -> Option<ViewTokenClaims> {
    let header = decode_header(token).ok()?;
    if header.typ.as_deref() != Some("at+jwt") {
        return None;
    }
    let jwk = keys.find(&header.kid?)?;
    let mut checks = Validation::new(match jwk.common.key_algorithm? {
        KeyAlgorithm::ES256 => Algorithm::ES256,
        KeyAlgorithm::EdDSA => Algorithm::EdDSA,
        _ => return None,
    });
    checks.set_issuer(&[issuer]);
    checks.set_audience(&[audience]);
    checks.set_required_spec_claims(&["aud", "exp", "iss", "sub"]);
    checks.leeway = 60;
    let key = DecodingKey::from_jwk(jwk).ok()?;
    let claims = decode::<ViewTokenClaims>(token, &key, &checks).ok()?.claims;
    // A bound token is no bearer token. Accepting it without a proof would make it worth stealing
    // (RFC 9449 section 7.2).
    claims.cnf.is_none().then_some(claims)
}

/// Asks the service for the claims of an open view (RFC 7662).
pub(super) async fn introspect(
    examples: &Examples,
    token: &str,
) -> Result<Option<ViewTokenClaims>, StatusCode> {
    #[derive(Deserialize)]
    struct IntrospectionAnswer {
        active: bool,
        #[serde(flatten)]
        claims: Option<ViewTokenClaims>,
    }
    let path = "/v1/access/introspect";
    let body = serde_json::json!({ "token": token }).to_string();
    let answer = examples.call(Method::POST, path, body.into()).await?;
    if !answer.status().is_success() {
        return Err(StatusCode::BAD_GATEWAY);
    }
    let introspection: IntrospectionAnswer =
        serde_json::from_slice(answer.body()).map_err(|_| StatusCode::BAD_GATEWAY)?;
    Ok(introspection.claims.filter(|_| introspection.active))
}
