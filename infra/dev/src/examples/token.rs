//! How a service behind the viewer checks a view token: by the published keys, or by asking.

use axum::body::Bytes;
use axum::http::{Method, StatusCode};
use jsonwebtoken::jwk::{JwkSet, KeyAlgorithm};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::Examples;

/// What a view token says.
#[derive(Deserialize)]
pub(super) struct Claims {
    pub(super) sub: String,
    pub(super) exp: i64,
    pub(super) scope: String,
    pub(super) study: Option<Study>,
    #[serde(rename = "embedOrigins")]
    pub(super) embed_origins: Vec<String>,
    cnf: Option<IgnoredAny>,
}

/// The study that it is good for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Study {
    pub(super) study_instance_uid: Option<String>,
}

/// The claims of a token that the service signed and that has not run out: good enough to show a
/// page. Whether the view was ended since, only [`ask`] tells.
pub(super) async fn verify(examples: &Examples, token: &str) -> Result<Option<Claims>, StatusCode> {
    let path = "/.well-known/jwks.json";
    let keys = examples.ask(Method::GET, path, Bytes::new()).await?;
    let keys = serde_json::from_slice(keys.body()).map_err(|_| StatusCode::BAD_GATEWAY)?;
    Ok(read(token, &keys, &examples.account()?.issuer))
}

/// Every check of RFC 8725 section 3: the algorithm is the key's, type, issuer and audience fit.
fn read(token: &str, keys: &JwkSet, issuer: &str) -> Option<Claims> {
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
    checks.set_audience(&["autoscribe-viewer"]);
    checks.set_required_spec_claims(&["aud", "exp", "iss", "sub"]);
    checks.leeway = 60;
    let key = DecodingKey::from_jwk(jwk).ok()?;
    let claims = decode::<Claims>(token, &key, &checks).ok()?.claims;
    // Taken as a bearer's, a bound token would be worth stealing after all (RFC 9449 section 7.2).
    claims.cnf.is_none().then_some(claims)
}

/// The claims if the view lives at this moment (RFC 7662).
pub(super) async fn ask(examples: &Examples, token: &str) -> Result<Option<Claims>, StatusCode> {
    #[derive(Deserialize)]
    struct Said {
        active: bool,
        #[serde(flatten)]
        claims: Option<Claims>,
    }
    let path = "/v1/access/introspect";
    let body = serde_json::json!({ "token": token }).to_string();
    let said = examples.ask(Method::POST, path, body.into()).await?;
    if !said.status().is_success() {
        return Err(StatusCode::BAD_GATEWAY);
    }
    let said: Said = serde_json::from_slice(said.body()).map_err(|_| StatusCode::BAD_GATEWAY)?;
    Ok(said.claims.filter(|_| said.active))
}
