//! One NPI belongs to one person in a clinic.

use domain::claim::{Claim, Holder};
use domain::ids::{ClinicId, InvitationId};
use domain::npi::Npi;
use domain::time::Timestamp;
use store::Transaction;

use crate::context::Context;
use crate::problem::Problem;

/// Refuses an NPI that somebody else holds.
pub fn npi_free(claim: &Claim, wanting: InvitationId, now: Timestamp) -> Result<(), Problem> {
    let id = match claim.held_by_other(wanting, now) {
        None | Some(Holder::Free) => return Ok(()),
        Some(Holder::Invitation { id, .. } | Holder::User(id)) => id.user_id(),
    };
    let detail = format!("This NPI belongs to {id}. One NPI belongs to one person.");
    Err(Problem::conflict("npi_in_use", detail).about("userId", id))
}

/// Lets the old NPI of a person go and claims the new one for `holder`.
pub async fn move_npi(
    context: &Context,
    tx: &mut Transaction,
    clinic: ClinicId,
    holder: Holder,
    (old, new): (Option<Npi>, Option<Npi>),
) -> Result<(), Problem> {
    let (Holder::Invitation { id, .. } | Holder::User(id)) = holder else {
        return Ok(());
    };
    if let Some(old) = old {
        let claim = context.store.npi_claim(clinic, old).await?;
        if let Some(free) = claim.let_go(id) {
            tx.npi_claim(clinic, old, &free)?;
        }
    }
    if let Some(new) = new {
        let claim = context.store.npi_claim(clinic, new).await?;
        npi_free(&claim, id, context.now())?;
        let claim = match holder {
            Holder::Invitation { until, .. } => claim.for_invitation(id, until),
            _ => claim.for_user(id),
        };
        tx.npi_claim(clinic, new, &claim)?;
    }
    Ok(())
}
