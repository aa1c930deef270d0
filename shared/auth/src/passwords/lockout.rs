//! What happens when wrong passwords reach a limit.

use changes::{Attempt, Context, Requester};
use domain::actor::Actor;
use domain::audit::{AuditAction, AuditObject, AuditRecord};
use domain::person::email::Email;
use domain::user::{User, UserStatus};
use store::{AttemptLimit, AttemptReservation, CommitOutcome, ReachedLimit};
use web::Problem;

/// Counts a wrong password. One that reaches a limit is logged, and audited once in a window if the limit is
/// about the address.
pub(super) async fn count_wrong(
    context: &Context,
    email: &Email,
    attempt: AttemptReservation,
) -> Result<(), Problem> {
    for reached in context.store.count_wrong(attempt).await {
        let limit = reached.limit();
        tracing::warn!(limit = limit.as_str(), "sign-in locked");
        if !matches!(limit, AttemptLimit::Network | AttemptLimit::Site) {
            audit_lockout(context, email, &reached).await?;
        }
    }
    Ok(())
}

/// Adds an audit record in each clinic where the person is active. It holds no network address, because the
/// attempts belong to no clinic. The steps are the same for an address without users.
async fn audit_lockout(
    context: &Context,
    email: &Email,
    reached: &ReachedLimit,
) -> Result<(), Problem> {
    let store = &context.store;
    let (_, memberships) = store.load_account_and_memberships(email).await?;
    let users = store.load_users(&memberships).await?;
    let active = users.iter().filter(|user| user.status == UserStatus::Active);
    let records: Vec<_> = active.map(|user| record_of(context, user)).collect();
    changes::retry!(async {
        let written = store.record_lockout(reached, &records, context.now()).await?;
        Ok::<_, Problem>(match written {
            // Only another transaction was in progress.
            CommitOutcome::Conflict(parts) if parts.is_empty() => Attempt::Conflict,
            // The audit has it, from this attempt or from another one.
            CommitOutcome::Committed | CommitOutcome::Conflict(_) => Attempt::Done(()),
        })
    })
}

fn record_of(context: &Context, user: &User) -> AuditRecord {
    let requester = Requester::new(Actor::System, None);
    let object = AuditObject::User(user.id);
    requester.audit_record(context, user.clinic, AuditAction::SessionLocked, object, (None, None))
}
