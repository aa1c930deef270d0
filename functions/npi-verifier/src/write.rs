//! Writes the result of a lookup.

use changes::{Attempt, Requester, load_managers, queue_notices};
use domain::actor::Actor;
use domain::audit::AuditRecord;
use domain::claim::Claim;
use domain::ids::ClinicId;
use domain::npi::due::NextLookup;
use domain::npi::{Npi, RegistryAnswer};
use domain::user::UserChange;
use store::{NoticeKind, StoreError, Transaction};

use crate::Deps;
use crate::holder::{HolderChange, NpiHolder};
use crate::outcome::NpiCheckOutcome;

/// Writes the person's new state, the claim with its next due date, the audit record, and the emails
/// to owners and admins in one transaction. If nothing changed, writes only the claim.
pub(crate) async fn write_answer(
    deps: &Deps,
    (clinic, npi): (ClinicId, Npi),
    claim: Claim,
    holder: NpiHolder,
    answer: &RegistryAnswer,
) -> Result<Attempt<NpiCheckOutcome>, StoreError> {
    let now = deps.context.now();
    let before = holder.verification();
    let Some(change) = holder.recheck_npi(answer, now) else {
        let due = before.and_then(|verification| NextLookup::after(verification, now));
        let next = claim.reschedule(due);
        let written = deps.context.store.write_npi_due_date(clinic, npi, &next).await?;
        return Ok(Attempt::of(written, NpiCheckOutcome::Unchanged));
    };
    let record = audit_record(deps, &change);
    let after = record.after.and_then(|permissions| permissions.npi());
    let due = after.and_then(|(_, verification)| NextLookup::after(verification, now));
    let mut tx = deps.context.store.transaction(&record)?;
    match &change {
        HolderChange::Invited(change) => tx.replace_invitation(change)?,
        HolderChange::User(change) => {
            tx.replace_user(change)?;
            queue_emails(deps, &mut tx, change).await?;
        }
    }
    tx.put_npi_claim(clinic, npi, &claim.reschedule(due))?;
    Ok(Attempt::of(tx.commit().await?, NpiCheckOutcome::Changed))
}

/// The audit record of a change. Its actor is the service itself.
fn audit_record(deps: &Deps, change: &HolderChange) -> AuditRecord {
    let service = Requester::new(Actor::System, None);
    match change {
        HolderChange::Invited(change) => service.invitation_record(&deps.context, change),
        HolderChange::User(change) => service.user_record(&deps.context, change),
    }
}

/// Queues an email to every active owner and admin if the person can no longer create reports.
async fn queue_emails(
    deps: &Deps,
    tx: &mut Transaction,
    change: &UserChange,
) -> Result<(), StoreError> {
    if !change.ends_reporting() {
        return Ok(());
    }
    let clinic = change.next.clinic;
    let managers = load_managers(&deps.context, clinic).await?;
    let kind = NoticeKind::NpiNotVerified { clinic, user: change.next.id };
    queue_notices(&deps.context, tx, kind, managers.into_iter().map(|manager| manager.email))
}
