//! `POST /v1/autoScribe/users/invitations/{invitationId}/attest-npi`: an owner or admin has met the
//! person and attests that the NPI is theirs, although the registry has another surname for it.

use auth::attest::{attesting_user, not_attestable};
use auth::caller::{AttestNpi, Caller};
use axum::Json;
use axum::extract::State;
use changes::Attempt;
use domain::invitation::{Invitation, PendingInvitation};
use web::Problem;
use web::invitation_view::InvitationView;
use web::openapi::IdempotencyKeyHeader;
use web::path::InvitationPath;

use crate::Deps;
use crate::invitation::{find_invitation, require_editable, write_change};

/// Attest that the NPI of a pending invitation belongs to the person. Repeating this changes nothing.
#[utoipa::path(
    post, operation_id = "attestInvitationNpi", path = "/v1/autoScribe/users/invitations/{invitationId}/attest-npi", tag = "invitations",
    security(("session" = [])),
    params(InvitationPath, IdempotencyKeyHeader),
    responses((status = 200, body = InvitationView), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<AttestNpi>,
    InvitationPath(id): InvitationPath,
) -> Result<Json<InvitationView>, Problem> {
    let requester = caller.principal.requester();
    changes::retry!(async {
        let invitation = find_invitation(&deps, caller.clinic(), id).await?;
        let editable = require_editable(&deps, invitation)?;
        let by = attesting_user(&caller.principal, editable.details().id.user_id())?;
        let before = editable.details().profile.permissions.npi();
        if editable.details().profile.permissions.is_attested_by(by) {
            let unchanged = Invitation::from(PendingInvitation::from(editable));
            return Ok(Attempt::Done(Json((&unchanged).into())));
        }
        let change = editable.attest(by, deps.context.now()).map_err(not_attestable)?;
        let change = change.map(Invitation::from);
        let committed = write_change(&deps, &change, before, &requester).await?;
        Ok(Attempt::of(committed, Json((&change.next).into())))
    })
}
