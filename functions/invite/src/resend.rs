//! `POST /v1/autoScribe/users/invitations/{invitationId}/resend`: a new mail with a new link.

use auth::caller::{Caller, ManageInvitations};
use axum::Json;
use axum::extract::State;
use changes::require_free_npi;
use changes::{Attempt, Requester};
use domain::invitation::Invitation;
use web::problem::ProblemBody;
use web::view::InvitationView;
use web::{Problem, Segment};

use crate::Deps;
use crate::invite::explain_taken_address;
use crate::revoke::{find, pending};

/// Mail a new link, for an expired invitation too.
///
/// The expiry starts again and the old link is dead. Once a minute at most.
#[utoipa::path(
    post, operation_id = "resendInvitation", path = "/v1/autoScribe/users/invitations/{invitationId}/resend", tag = "invitations",
    security(("apiKey" = []), ("session" = [])),
    params(
        ("invitationId" = String, Path, description = "`inv_` and 32 hex characters"),
        ("Idempotency-Key" = Option<String>, Header, max_length = 255, min_length = 1),
    ),
    responses(
        (status = 200, body = InvitationView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<ManageInvitations>,
    Segment(id): Segment,
) -> Result<Json<InvitationView>, Problem> {
    let clinic = caller.clinic();
    let requester = caller.principal.requester();
    changes::retry!(async {
        let pending = pending(find(&deps, clinic, &id).await?)?;
        resend(&deps, pending, &requester).await
    })
}

async fn resend(
    deps: &Deps,
    pending: domain::invitation::PendingInvitation,
    requester: &Requester,
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
    if let Some(holder) = claims.email.held_by_other(id, now) {
        return Err(explain_taken_address(deps, clinic, holder).await?);
    }
    require_free_npi(&claims.npi, id, now)?;
    let change = pending.resend(now, claims.clinic.invitation_days.duration()).map_err(|soon| {
        let detail = "A mail was queued less than a minute ago. Wait, then resend.";
        Problem::too_many("resend_too_soon", detail, soon.retry_after)
    })?;
    let change = change.map(Invitation::from);
    let until = change.next.details().expiry;
    let mut tx =
        deps.context.store.transaction(&requester.invitation_record(&deps.context, &change))?;
    tx.replace_invitation(&change)?;
    tx.put_email_claim(clinic, &email, &claims.email.for_invitation(id, until))?;
    if let Some((npi, verification)) = npi {
        let claim = claims.npi.for_invitation(id, until);
        tx.put_npi_claim(clinic, npi, &claim.to_verify(verification, now))?;
    }
    Ok(Attempt::of(tx.commit().await?, Json((&change.next).into())))
}
