//! Writes the result of a lookup.

use changes::{Attempt, Requester};
use domain::actor::Actor;
use domain::audit::AuditRecord;
use domain::claim::Claim;
use domain::ids::{ClinicId, NoticeId};
use domain::npi::due::NextLookup;
use domain::npi::{Npi, RegistryAnswer};
use domain::time::Timestamp;
use domain::user::{User, UserChange, UserStatus};
use store::{Notice, NoticeKind, PageRequest, StoreError, Transaction};

use crate::Deps;
use crate::holder::{HolderChange, NpiHolder};
use crate::outcome::NpiCheckOutcome;

/// The most owners and admins that are notified. A transaction takes 100 items, and the change itself
/// needs some of them.
const MAX_NOTIFIED: usize = 90;

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
            queue_emails(deps, &mut tx, change, now).await?;
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
    now: Timestamp,
) -> Result<(), StoreError> {
    if !change.ends_reporting() {
        return Ok(());
    }
    let manages = |user: &User| {
        user.status == UserStatus::Active && user.profile.permissions.manages_clinic()
    };
    let request = PageRequest { limit: MAX_NOTIFIED, after: None };
    let clinic = change.next.clinic;
    let mut page = deps.context.store.list_users(clinic, request, manages).await?;
    // A page ends early if filling it would read too much.
    while let Some(after) = page.next.filter(|_| page.items.len() < MAX_NOTIFIED) {
        let request = PageRequest { limit: MAX_NOTIFIED - page.items.len(), after: Some(after) };
        let more = deps.context.store.list_users(clinic, request, manages).await?;
        page.items.extend(more.items);
        page.next = more.next;
    }
    for manager in page.items {
        let notice = Notice {
            id: NoticeId::new(now, deps.context.entropy.as_ref()),
            to: manager.email,
            kind: NoticeKind::NpiNotVerified { clinic, user: change.next.id },
        };
        tx.put_notice(&notice, now)?;
    }
    Ok(())
}
