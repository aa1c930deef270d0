//! The audit record of a link that did not open and of a view that was not renewed.
//!
//! The caller gets the same answer for every reason. A link can be sent again and again, so each
//! reason is recorded once a minute per grant. The record's id is made from grant, reason and minute,
//! so the second write finds the first. No count is kept.

use changes::Requester;
use domain::actor::Actor;
use domain::audit::{AccessRefusal, AuditAction};
use domain::grant::GrantDetails;
use domain::ids::AuditId;
use store::CommitOutcome;
use web::{ClientIp, Problem};

use crate::Deps;

/// Records that a grant was refused.
pub(crate) async fn record_refusal(
    deps: &Deps,
    details: &GrantDetails,
    why: AccessRefusal,
    ip: Option<ClientIp>,
) -> Result<(), Problem> {
    let requester = Requester::new(Actor::Viewer(details.id), ip.map(String::from));
    let (action, object) = (AuditAction::AccessRefused(why), details.audit_object());
    let mut record =
        requester.audit_record(&deps.context, details.clinic, action, object, (None, None));
    let about = [&details.id.bytes()[..], why.as_str().as_bytes()];
    record.id = AuditId::for_minute(record.at, &about);
    match deps.context.store.transaction(&record)?.commit().await? {
        CommitOutcome::Committed | CommitOutcome::Conflict(_) => Ok(()),
    }
}
