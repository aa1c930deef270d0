//! `POST /v1/autoScribe/users/invitations/{invitationId}/resend`: sends a new email with a new link.

use auth::caller::{Caller, ChangeInvitations};
use auth::principal::Principal;
use axum::Json;
use axum::extract::State;
use changes::Attempt;
use changes::{load_granter_entitled, require_free_npi};
use domain::actor::Inviter;
use domain::invitation::{Invitation, InvitationDetails, PendingInvitation};
use domain::person::permissions::Level;
use web::Problem;
use web::invitation_view::InvitationView;
use web::openapi::IdempotencyKeyHeader;
use web::path::InvitationPath;

use crate::Deps;
use crate::invitation::{find_invitation, load_email_conflict, require_pending};

/// Send a new link. An expired invitation works again.
///
/// The time to accept starts over, and the old link stops working. Once a minute at most. A repeat by the
/// same caller within the minute gets the same answer and emails nothing.
#[utoipa::path(
    post, operation_id = "resendInvitation", path = "/v1/autoScribe/users/invitations/{invitationId}/resend", tag = "invitations",
    security(("apiKey" = []), ("session" = [])),
    params(InvitationPath, IdempotencyKeyHeader),
    responses((status = 200, body = InvitationView), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<ChangeInvitations>,
    InvitationPath(id): InvitationPath,
) -> Result<Json<InvitationView>, Problem> {
    let clinic = caller.clinic();
    let principal = &caller.principal;
    changes::retry!(async {
        let pending = require_pending(find_invitation(&deps, clinic, id).await?)?;
        let level = pending.details.profile.permissions.level();
        match level {
            // Only the operator grants this one. A new link grants nothing.
            Level::Owner => principal.require_right_over(level)?,
            Level::Admin | Level::Member => {
                principal.require_right_to_make(level, deps.context.now())?;
            }
        }
        let granter = load_next_granter(&deps, principal, &pending.details).await?;
        // The answer may be lost. Another link would end the one that was just emailed.
        if pending.is_resend_repeated(principal.as_inviter(), deps.context.now()) {
            return Ok(Attempt::Done(Json((&Invitation::from(pending)).into())));
        }
        deps.clinics.require_quota(&deps.context, clinic).await?;
        resend(&deps, pending, granter, principal).await
    })
}

/// Loads the invitation's granter. If they are no longer entitled, the signed-in person takes their
/// place. An API key cannot.
async fn load_next_granter(
    deps: &Deps,
    principal: &Principal,
    details: &InvitationDetails,
) -> Result<Option<Inviter>, Problem> {
    let entitled = load_granter_entitled(&deps.context, details).await?;
    match principal.as_inviter() {
        _ if entitled => Ok(None),
        Inviter::ApiKey(_) => Err(inviter_not_authorized()),
        person => Ok(Some(person)),
    }
}

fn inviter_not_authorized() -> Problem {
    Problem::conflict(
        "inviter_not_authorized",
        "Resend this invitation at the dashboard. Its sender can no longer invite people.",
    )
}

async fn resend(
    deps: &Deps,
    pending: PendingInvitation,
    granter: Option<Inviter>,
    principal: &Principal,
) -> Result<Attempt<Json<InvitationView>>, Problem> {
    let (clinic, id, email) =
        (pending.details.clinic, pending.details.id, pending.details.email.clone());
    let npi = pending.details.profile.permissions.npi();
    let claims = deps
        .context
        .store
        .load_claims(clinic, &email, npi.map(|(npi, _)| npi))
        .await?
        .ok_or_else(|| Problem::internal("an invitation without its clinic"))?;
    let now = deps.context.now();
    if let Some(holder) = claims.email.holder_other_than(id, now) {
        return Err(load_email_conflict(deps, clinic, holder).await?);
    }
    require_free_npi(&claims.npi, id, now)?;
    let open_for = claims.clinic.invitation_days.duration();
    let change =
        pending.resend(principal.as_inviter(), now, open_for, granter).map_err(|soon| {
            let detail = "An email was sent less than a minute ago. Wait a minute, then resend.";
            Problem::too_many("resend_too_soon", detail, soon.retry_after)
        })?;
    let change = change.map(Invitation::from);
    let until = change.next.details().expiry;
    let requester = principal.requester();
    let record = requester.invitation_record(&deps.context, &change);
    let mut tx = requester.start(&deps.context, &record)?;
    tx.replace_invitation(&change)?;
    tx.put_email_claim(clinic, &email, &claims.email.hold_for_invitation(id, until))?;
    if let Some((npi, verification)) = npi {
        let claim = claims.npi.hold_for_invitation(id, until);
        tx.put_npi_claim(clinic, npi, &claim.schedule_lookup(verification, now))?;
    }
    Ok(Attempt::of(tx.commit().await?, Json((&change.next).into())))
}
