//! View tokens as they are given.

use auth::view_token::{TYP, ViewClaims};
use domain::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use web::Problem;

use crate::Deps;

/// A view token.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ViewTokenView {
    /// To be sent as `Authorization: <tokenType> <viewToken>`.
    view_token: String,
    /// `Bearer`, or `DPoP` when it is bound to a key.
    token_type: &'static str,
    /// Seconds that it is good for.
    expires_in: i64,
    /// When the view ends and nothing renews it any more.
    #[schema(format = DateTime)]
    view_expires_at: String,
}

impl ViewTokenView {
    /// The token with these claims, for a view that ends then.
    pub(crate) fn new(deps: &Deps, claims: &ViewClaims, end: Timestamp) -> Result<Self, Problem> {
        let signed = deps.signer.sign(TYP, claims);
        Ok(Self {
            view_token: signed.map_err(Problem::internal)?,
            token_type: token_type(claims),
            expires_in: claims.exp - claims.iat,
            view_expires_at: end.to_string(),
        })
    }
}

/// How a token is sent.
pub(crate) fn token_type(claims: &ViewClaims) -> &'static str {
    match claims.cnf {
        Some(_) => "DPoP",
        None => "Bearer",
    }
}
