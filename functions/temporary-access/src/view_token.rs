//! View tokens in answers.

use auth::jwt::Signer;
use auth::view_token::{TYP, ViewClaims};
use domain::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use web::Problem;

/// A view token.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ViewTokenView {
    /// The token to send as `Authorization: <tokenType> <viewToken>`.
    view_token: String,
    /// `Bearer`, or `DPoP` when it is bound to a key.
    token_type: &'static str,
    /// How many seconds the token is valid.
    expires_in: i64,
    /// When the view ends. It cannot be renewed after that. A view that is not bound to a key ends after an
    /// hour at most.
    #[schema(format = DateTime)]
    view_expires_at: String,
}

impl ViewTokenView {
    /// Signs a token with these claims for a view that ends at `end`.
    pub(crate) fn new(
        signer: &Signer,
        claims: &ViewClaims,
        end: Timestamp,
    ) -> Result<Self, Problem> {
        let token = signer.sign(TYP, claims);
        Ok(Self {
            view_token: token.map_err(Problem::internal)?,
            token_type: token_type(claims),
            expires_in: claims.exp - claims.iat,
            view_expires_at: end.to_string(),
        })
    }
}

/// The scheme that a token with these claims is sent with.
pub(crate) fn token_type(claims: &ViewClaims) -> &'static str {
    match claims.cnf {
        Some(_) => "DPoP",
        None => "Bearer",
    }
}
