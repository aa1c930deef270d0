//! The audit's record of a link that did not open and of a view that was not renewed.
//!
//! The caller is told the same whatever the reason. Whoever has a link can send it as often as the
//! gateway lets through, so a reason is recorded once a minute for a grant: the record's id is that
//! of grant, reason and minute, and the second finds the first in its place. No count is kept.

use changes::Requester;
use domain::actor::Actor;
use domain::audit::{AccessRefusal, AuditAction};
use domain::grant::GrantDetails;
use domain::ids::AuditId;
use store::CommitOutcome;
use web::{ClientIp, Problem};

use crate::Deps;

/// Records that a grant was refused.
pub(crate) async fn record(
    deps: &Deps,
    details: &GrantDetails,
    why: AccessRefusal,
    ip: Option<ClientIp>,
) -> Result<(), Problem> {
    let requester = Requester { actor: Actor::Viewer(details.id), ip: ip.map(String::from) };
    let (action, object) = (AuditAction::AccessRefused(why), details.audited());
    let mut record =
        requester.audit_record(&deps.context, details.clinic, action, object, (None, None));
    let about = [&details.id.bytes()[..], why.as_str().as_bytes()];
    record.id = AuditId::once_a_minute(record.at, &about);
    match deps.context.store.transaction(&record)?.commit().await? {
        CommitOutcome::Committed | CommitOutcome::Conflict(_) => Ok(()),
    }
}
