//! The end of an invitation: its state, its claims and the audit record in one transaction.

use domain::failure::Failure;
use domain::invitation::{Invitation, InvitationTransition};
use store::CommitOutcome;

use crate::{Context, Requester};

/// Writes a revoked or rejected invitation. Releases its address and its NPI, unless someone else holds
/// them by now.
pub async fn commit_ending(
    context: &Context,
    change: &InvitationTransition<Invitation>,
    requester: &Requester,
) -> Result<CommitOutcome, Failure> {
    let details = change.next.details();
    let npi = details.profile.permissions.npi().map(|(npi, _)| npi);
    let claims = context.store.load_claims(details.clinic, &details.email, npi).await?;
    let claims = claims.ok_or_else(|| {
        Failure::Internal("the clinic of an invitation does not exist".to_owned())
    })?;
    let mut tx = requester.start(context, &requester.invitation_record(context, change))?;
    tx.replace_invitation(change)?;
    if let Some(free) = claims.email.release(details.id) {
        tx.put_email_claim(details.clinic, &details.email, &free)?;
    }
    if let (Some(npi), Some(free)) = (npi, claims.npi.release(details.id)) {
        tx.put_npi_claim(details.clinic, npi, &free)?;
    }
    Ok(tx.commit().await?)
}
