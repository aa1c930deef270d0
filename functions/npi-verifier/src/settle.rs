//! Writing what the registry's answer means for a person.

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
use crate::ask::Asked;
use crate::person::{Change, Person};

/// Owners and admins told at most. A transaction takes 100 items, three of which are the change.
const TOLD: usize = 90;

/// Writes the person's state, the claim with its next due, the audit record and the mails to
/// owners and admins, all or none; only the claim when nothing changed.
pub(crate) async fn settle(
    deps: &Deps,
    (clinic, npi): (ClinicId, Npi),
    claim: Claim,
    person: Person,
    answer: &RegistryAnswer,
) -> Result<Attempt<Asked>, StoreError> {
    let now = deps.context.now();
    let before = person.verification();
    let Some(change) = person.recheck_npi(answer, now) else {
        let due = before.and_then(|verification| NextLookup::after(verification, now));
        let next = claim.reschedule(due);
        let written = deps.context.store.write_npi_due_date(clinic, npi, &next).await?;
        return Ok(Attempt::of(written, Asked::Unchanged));
    };
    let record = audit_record(deps, &change);
    let after = record.after.and_then(|permissions| permissions.npi());
    let due = after.and_then(|(_, verification)| NextLookup::after(verification, now));
    let mut tx = deps.context.store.transaction(&record)?;
    match &change {
        Change::Invited(change) => tx.replace_invitation(change)?,
        Change::User(change) => {
            tx.replace_user(change)?;
            tell(deps, &mut tx, change, now).await?;
        }
    }
    tx.put_npi_claim(clinic, npi, &claim.reschedule(due))?;
    Ok(Attempt::of(tx.commit().await?, Asked::Changed))
}

/// The audit record of a change. The service itself made it.
fn audit_record(deps: &Deps, change: &Change) -> AuditRecord {
    let service = Requester { actor: Actor::System, ip: None };
    match change {
        Change::Invited(change) => service.invitation_record(&deps.context, change),
        Change::User(change) => service.user_record(&deps.context, change),
    }
}

/// Queues a mail to every active owner and admin when the person can no longer report.
async fn tell(
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
    let wanted = PageRequest { limit: TOLD, after: None };
    let clinic = change.next.clinic;
    let mut page = deps.context.store.list_users(clinic, wanted, manages).await?;
    // A page that read much ends early.
    while let Some(after) = page.next.filter(|_| page.items.len() < TOLD) {
        let limit = TOLD - page.items.len();
        let after = Some(after);
        let more = PageRequest { limit, after };
        let more = deps.context.store.list_users(clinic, more, manages).await?;
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
