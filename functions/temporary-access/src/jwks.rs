//! `GET /.well-known/jwks.json`: the keys that tokens are verified with (RFC 7517).

use axum::Json;
use axum::extract::State;
use axum::http::header;
use domain::credentials::signing::{PublicKey, SigningAlgorithm};
use serde::Serialize;
use utoipa::ToSchema;
use web::Problem;

use crate::Deps;

/// A new key is published more than five minutes before it signs. `provision` does that in a separate
/// step.
const CACHED: &str = "public, max-age=300";
/// Before the first key is published, verifiers get an empty set and must not keep it.
const NOT_CACHED: &str = "no-store";

/// A public key.
#[derive(Serialize, ToSchema)]
pub(crate) struct JwkView {
    /// `EC` or `OKP`.
    kty: &'static str,
    /// `P-256` or `Ed25519`.
    crv: &'static str,
    /// `ES256` or `EdDSA`.
    alg: &'static str,
    /// Always `sig`.
    r#use: &'static str,
    /// The `kid` of the tokens that this key signs.
    kid: String,
    /// The x coordinate, or the Ed25519 key.
    x: String,
    /// The y coordinate.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    y: Option<String>,
}

/// Public keys.
#[derive(Serialize, ToSchema)]
pub(crate) struct JwksView {
    /// Every key that may have signed a valid token. Empty before the first key is published.
    keys: Vec<JwkView>,
}

impl From<PublicKey> for JwkView {
    fn from(key: PublicKey) -> Self {
        let (kty, crv) = match key.algorithm {
            SigningAlgorithm::Es256 => ("EC", "P-256"),
            SigningAlgorithm::EdDsa => ("OKP", "Ed25519"),
        };
        Self {
            kty,
            crv,
            alg: key.algorithm.as_str(),
            r#use: "sig",
            kid: key.kid,
            x: key.x,
            y: key.y,
        }
    }
}

/// The public keys.
#[utoipa::path(
    get, operation_id = "jwks", path = "/.well-known/jwks.json", tag = "access", security(()),
    responses((status = 200, body = JwksView), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
) -> Result<([(header::HeaderName, &'static str); 1], Json<JwksView>), Problem> {
    let keys = deps.keys.load_recent().await?;
    let caching = if keys.is_empty() { NOT_CACHED } else { CACHED };
    let keys = keys.into_iter().map(Into::into).collect();
    Ok(([(header::CACHE_CONTROL, caching)], Json(JwksView { keys })))
}
