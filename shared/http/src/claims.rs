//! Letting claims go together with the invitation that held them.

use domain::invitation::Details;
use store::{Store, Transaction};

use crate::problem::Problem;

/// Frees the address and the NPI that an ended invitation held, unless another holds them by now.
pub async fn let_go(store: &Store, tx: &mut Transaction, details: &Details) -> Result<(), Problem> {
    let npi = details.profile.permissions.npi().map(|(npi, _)| npi);
    let claims = store
        .claims(details.clinic, &details.email, npi)
        .await?
        .ok_or_else(|| Problem::internal("an invitation without its clinic"))?;
    if let Some(free) = claims.email.let_go(details.id) {
        tx.email_claim(details.clinic, &details.email, &free)?;
    }
    if let (Some(npi), Some(free)) = (npi, claims.npi.let_go(details.id)) {
        tx.npi_claim(details.clinic, npi, &free)?;
    }
    Ok(())
}
