//! Checks that a view token may still be used: its view is open, and a bound token comes with proof.

use auth::dpop::{self, Proof, ProofInvalid, ProofTarget};
use auth::view_token::ViewClaims;
use axum::http::HeaderMap;
use domain::audit::AccessRefusal;
use domain::grant::{Grant, View, check_parties};
use domain::time::Timestamp;
use store::{Consistency, ViewParties};
use web::Problem;

use crate::Deps;

/// A view that is open now.
pub(crate) struct CurrentView {
    /// The claims that a token made now has.
    pub(crate) claims: ViewClaims,
    /// When the view ends.
    pub(crate) until: Timestamp,
    /// What it shows.
    pub(crate) view: View,
}

/// Loads the view of a token with these claims. Returns the reason if it has ended.
pub(crate) async fn load_current_view(
    deps: &Deps,
    claims: &ViewClaims,
    reads: Consistency,
) -> Result<Result<CurrentView, AccessRefusal>, Problem> {
    let Some(keys) = claims.keys() else {
        return Ok(Err(AccessRefusal::Tampered));
    };
    let context = &deps.context;
    let found = context.store.load_view_parties(&keys, reads).await?;
    let ViewParties { grant, user, issuer } = found;
    let open = match grant {
        Some(Grant::Open(open)) => open,
        Some(Grant::Revoked(_)) => return Ok(Err(AccessRefusal::Revoked)),
        Some(Grant::Issued(_)) | None => return Ok(Err(AccessRefusal::Expired)),
    };
    if let Err(why) = check_parties(&open.details, user.as_ref(), issuer.as_ref(), context.now()) {
        return Ok(Err(why));
    }
    let until = open.opening.until;
    let now = ViewClaims::of(&open, user.as_ref(), deps.keys.issuer(), context.now());
    Ok(match now {
        None => Err(AccessRefusal::Expired),
        Some(now) if !now.matches(claims) => Err(AccessRefusal::Tampered),
        Some(claims) => Ok(CurrentView { claims, until, view: open.details.view }),
    })
}

/// Verifies that a request with a bound token also has a proof by the token's key. Spends the proof.
pub(crate) async fn verify_possession(
    deps: &Deps,
    headers: &HeaderMap,
    this: ProofTarget<'_>,
    claims: &ViewClaims,
) -> Result<Result<(), ProofInvalid>, Problem> {
    let Some(bound) = &claims.cnf else {
        return Ok(Ok(()));
    };
    let sent = dpop::find_proof(headers).and_then(|text| text.ok_or(ProofInvalid));
    let proof = sent.and_then(|text| Proof::verify(text, this, deps.context.now()));
    match proof {
        Ok(proof) if proof.key().to_string() == bound.jkt => proof.record_use(&deps.context).await,
        Ok(_) | Err(_) => Ok(Err(ProofInvalid)),
    }
}
