//! Ends a session.

use changes::Requester;
use domain::actor::Actor;
use domain::audit::{AuditAction, AuditObject};
use domain::session::Session;
use store::CommitOutcome;
use web::{ClientIp, Problem};

use crate::Deps;

/// Ends a session. One that has ended already stays as it is.
pub(crate) async fn close_session(
    deps: &Deps,
    session: &Session,
    action: AuditAction,
    ip: Option<ClientIp>,
) -> Result<(), Problem> {
    let requester = Requester { actor: Actor::User(session.user), ip: ip.map(String::from) };
    let object = AuditObject::Session(session.id);
    let record =
        requester.audit_record(&deps.context, session.clinic, action, object, (None, None));
    let mut tx = deps.context.store.transaction(&record)?;
    tx.delete_session(session.id)?;
    match tx.commit().await? {
        CommitOutcome::Committed | CommitOutcome::Conflict(_) => Ok(()),
    }
}
