//! What the endpoints for one invitation share: finding it, its state, its NPI and its claims.

use axum::http::StatusCode;
use changes::{Requester, move_npi, queue_reporting_notice};
use domain::claim::Holder;
use domain::ids::{ClinicId, InvitationId};
use domain::invitation::{
    Invitation, InvitationStatus, InvitationTransition, PendingInvitation, UnexpiredInvitation,
};
use domain::npi::{Npi, NpiStatus};
use domain::person::permissions::Level;
use domain::user::UserStatus;
use store::CommitOutcome;
use web::Problem;

use crate::Deps;

/// Finds an invitation in the caller's clinic. Any other id is a 404.
pub(crate) async fn find_invitation(
    deps: &Deps,
    clinic: ClinicId,
    id: InvitationId,
) -> Result<Invitation, Problem> {
    web::access_log::record_object(id);
    deps.context.store.load_invitation(clinic, id).await?.ok_or_else(Problem::invitation_not_found)
}

/// Requires a pending invitation. Any other is a conflict that names its state.
pub(crate) fn require_pending(invitation: Invitation) -> Result<PendingInvitation, Problem> {
    invitation.pending().map_err(|status| match status {
        InvitationStatus::Accepted => Problem::conflict(
            "invitation_accepted",
            "The person has accepted this invitation. Change or deactivate the user instead.",
        ),
        InvitationStatus::Rejected => Problem::conflict(
            "invitation_rejected",
            "The person has declined this invitation. Send a new invitation instead.",
        ),
        InvitationStatus::Revoked | InvitationStatus::Sent => Problem::conflict(
            "invitation_revoked",
            "This invitation was revoked. Send a new invitation instead.",
        ),
    })
}

/// Requires an invitation that can be changed: pending, not expired, and not an owner's.
pub(crate) fn require_editable(
    deps: &Deps,
    invitation: Invitation,
) -> Result<UnexpiredInvitation, Problem> {
    let pending = require_pending(invitation)?;
    if pending.details.profile.permissions.level() == Level::Owner {
        return Err(Problem::forbidden("An owner's invitation cannot be changed."));
    }
    pending.check_expiry(deps.context.now()).map_err(|_| {
        Problem::new(
            StatusCode::GONE,
            "invitation_expired",
            "This invitation has expired. Resend it, then change it.",
        )
    })
}

/// Writes a changed invitation, and moves its claim from the NPI `before` to the one that it has
/// now.
pub(crate) async fn write_change(
    deps: &Deps,
    change: &InvitationTransition<Invitation>,
    before: Option<(Npi, NpiStatus)>,
    requester: &Requester,
) -> Result<CommitOutcome, Problem> {
    let details = change.next.details();
    let now = details.profile.permissions.npi();
    let record = requester.invitation_record(&deps.context, change);
    let mut tx = requester.start(&deps.context, &record)?;
    tx.replace_invitation(change)?;
    let holder = Holder::Invitation { id: details.id, until: details.expiry };
    move_npi(&deps.context, &mut tx, details.clinic, holder, (before, now)).await?;
    let permissions = (Some(&change.before.permissions), &details.profile.permissions);
    let person = (details.clinic, details.id.user_id());
    queue_reporting_notice(&deps.context, &mut tx, requester.actor, person, permissions).await?;
    Ok(tx.commit().await?)
}

/// Loads the holder of an email address, and returns the conflict that names it.
pub(crate) async fn load_email_conflict(
    deps: &Deps,
    clinic: ClinicId,
    holder: Holder,
) -> Result<Problem, Problem> {
    let id = match holder {
        Holder::Free => return Ok(Problem::contended()),
        Holder::Invitation { id, .. } => {
            let detail = format!(
                "This address already has the pending invitation {id}. Resend or revoke that one."
            );
            return Ok(Problem::conflict("already_invited", detail).about("invitationId", id));
        }
        Holder::User(id) => id.user_id(),
    };
    let user = deps.context.store.load_user(clinic, id).await?;
    let deactivated = user.is_some_and(|user| user.status == UserStatus::Deactivated);
    let problem = if deactivated {
        let detail = format!(
            "This address belongs to the deactivated user {id}. Reactivate or release that user."
        );
        Problem::conflict("user_deactivated", detail)
    } else {
        let detail = format!(
            "This address belongs to the user {id}. Change that user, or send another address."
        );
        Problem::conflict("already_member", detail)
    };
    Ok(problem.about("userId", id))
}
