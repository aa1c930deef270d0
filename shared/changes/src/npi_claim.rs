//! Claims on NPIs. One NPI belongs to one person in a clinic.

use domain::claim::{Claim, Holder};
use domain::failure::Failure;
use domain::ids::{ClinicId, InvitationId};
use domain::npi::{Npi, NpiStatus};
use domain::time::Timestamp;
use store::Transaction;

use crate::Context;

/// The NPI of a person with its verification, if they have one.
type HeldNpi = Option<(Npi, NpiStatus)>;

/// Refuses an NPI that another person holds.
pub fn require_free_npi(
    claim: &Claim,
    wanting: InvitationId,
    now: Timestamp,
) -> Result<(), Failure> {
    let in_use = |detail, holder| Err(Failure::conflict_with("npi_in_use", detail, holder));
    match claim.holder_other_than(wanting, now) {
        None | Some(Holder::Free) => Ok(()),
        Some(Holder::Invitation { id, .. }) => in_use(
            format!(
                "The invitation {id} holds this NPI. Resend or revoke that one, or send another NPI."
            ),
            ("invitationId", id.to_string()),
        ),
        Some(Holder::User(id)) => in_use(
            format!("Send another NPI. This one belongs to {}.", id.user_id()),
            ("userId", id.user_id().to_string()),
        ),
    }
}

/// Releases the old NPI of a person and claims the new one for `holder`. If only the verification
/// changed, this writes the claim again, because the claim holds the due date of the next lookup.
pub async fn move_npi(
    context: &Context,
    tx: &mut Transaction,
    clinic: ClinicId,
    holder: Holder,
    (old, new): (HeldNpi, HeldNpi),
) -> Result<(), Failure> {
    let (Holder::Invitation { id, .. } | Holder::User(id)) = holder else {
        return Ok(());
    };
    if old == new {
        return Ok(());
    }
    let kept = |npi: &Npi| new.is_some_and(|(new, _)| new == *npi);
    if let Some(old) = old.map(|(npi, _)| npi).filter(|npi| !kept(npi)) {
        let claim = context.store.load_npi_claim(clinic, old).await?;
        if let Some(free) = claim.release(id) {
            tx.put_npi_claim(clinic, old, &free)?;
        }
    }
    if let Some((npi, verification)) = new {
        let claim = context.store.load_npi_claim(clinic, npi).await?;
        let now = context.now();
        require_free_npi(&claim, id, now)?;
        let claim = match holder {
            Holder::Invitation { until, .. } => claim.hold_for_invitation(id, until),
            _ => claim.hold_for_user(id),
        };
        tx.put_npi_claim(clinic, npi, &claim.schedule_lookup(verification, now))?;
    }
    Ok(())
}
