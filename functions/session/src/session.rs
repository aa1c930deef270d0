//! What the endpoints about sessions share.

use axum::http::StatusCode;
use changes::{Attempt, Context, Requester};
use domain::audit::{AuditAction, AuditObject};
use domain::session::SessionRef;
use domain::user::{User, UserStatus};
use store::{Account, CommitOutcome, Membership};
use web::Problem;

use crate::Deps;

/// The account of a signed-in person, and the users that it has in clinics.
pub(crate) struct OwnAccount {
    pub(crate) account: Account,
    pub(crate) memberships: Vec<Membership>,
}

/// Loads the account of a signed-in person.
pub(crate) async fn load_own_account(deps: &Deps, user: &User) -> Result<OwnAccount, Problem> {
    let (account, memberships) =
        deps.context.store.load_account_and_memberships(&user.email).await?;
    let account =
        account.ok_or_else(|| Problem::internal("a signed-in user without an account"))?;
    Ok(OwnAccount { account, memberships })
}

/// Whether a person may have sessions as this user.
pub(crate) fn may_sign_in(user: &User) -> bool {
    user.status == UserStatus::Active && user.profile.permissions.has_dashboard_access()
}

/// Ends a session. One that has ended already stays as it is.
pub(crate) async fn end_session(
    context: &Context,
    session: SessionRef,
    requester: &Requester,
) -> Result<(), Problem> {
    let object = AuditObject::Session(session.id);
    let action = AuditAction::SessionEnded;
    let record = requester.audit_record(context, session.clinic, action, object, (None, None));
    changes::retry!(async {
        let mut tx = context.store.transaction(&record)?;
        tx.delete_session(session)?;
        Ok(match tx.commit().await? {
            // Only another transaction was in progress.
            CommitOutcome::Conflict(parts) if parts.is_empty() => Attempt::Conflict,
            CommitOutcome::Committed | CommitOutcome::Conflict(_) => Attempt::Done(()),
        })
    })
}

/// The answer to a signed-in person who sends a wrong password.
pub(crate) fn password_wrong() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "password_wrong",
        "This is not your password. Check it and try again.",
    )
}
