//! What the holder of an expired link sees.

use changes::load_managers;
use domain::clinic::Clinic;
use domain::ids::ClinicId;
use domain::invitation::{InvitationDetails, PendingInvitation, UnexpiredInvitation};
use domain::person::email::Email;
use web::Problem;

use crate::Deps;

/// Requires that a pending invitation has not expired.
pub(crate) async fn require_unexpired(
    deps: &Deps,
    pending: PendingInvitation,
) -> Result<UnexpiredInvitation, Problem> {
    let details = pending.details.clone();
    match pending.check_expiry(deps.context.now()) {
        Ok(unexpired) => Ok(unexpired),
        Err(_) => Err(expired(deps, &details).await),
    }
}

/// 410 for a pending invitation that can no longer be accepted. Names the clinic, and says whether anyone there
/// can be asked for a new link.
pub(crate) async fn expired(deps: &Deps, details: &InvitationDetails) -> Problem {
    match load_recipients(deps, details.clinic).await {
        Ok((clinic, recipients)) => {
            let problem = Problem::expired().with("canRequestNew", &!recipients.is_empty());
            match clinic {
                Some(clinic) => problem.about("clinicName", clinic.name.as_str()),
                None => problem,
            }
        }
        Err(problem) => problem,
    }
}

/// Loads the clinic, and the addresses of its owners and admins. If none is active, it is the clinic's address.
pub(crate) async fn load_recipients(
    deps: &Deps,
    clinic: ClinicId,
) -> Result<(Option<Clinic>, Vec<Email>), Problem> {
    let managers = load_managers(&deps.context, clinic).await?;
    let clinic = deps.context.store.load_clinic(clinic).await?;
    if !managers.is_empty() {
        return Ok((clinic, managers.into_iter().map(|manager| manager.email).collect()));
    }
    let reply_to = clinic.as_ref().and_then(|clinic| clinic.reply_to.clone());
    Ok((clinic, reply_to.into_iter().collect()))
}
