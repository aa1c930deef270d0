//! `PATCH /v1/autoScribe/users/invitations/{invitationId}`: changes a pending invitation.

use auth::caller::{Caller, ChangeInvitations};
use axum::Json;
use axum::extract::State;
use changes::Attempt;
use domain::invitation::{Invitation, PendingInvitation};
use web::Problem;
use web::body::JsonBody;
use web::change_request::ChangeRequest;
use web::invitation_view::InvitationView;
use web::path::InvitationPath;

use crate::Deps;
use crate::invitation::{find_invitation, require_editable, write_change};

/// Change a pending, unexpired invitation.
///
/// The link that was sent stays valid and shows the changed invitation.
#[utoipa::path(
    patch, operation_id = "updateInvitation", path = "/v1/autoScribe/users/invitations/{invitationId}", tag = "invitations",
    request_body = ChangeRequest, security(("apiKey" = []), ("session" = [])),
    params(InvitationPath),
    responses((status = 200, body = InvitationView), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<ChangeInvitations>,
    InvitationPath(id): InvitationPath,
    JsonBody(changes): JsonBody<ChangeRequest>,
) -> Result<Json<InvitationView>, Problem> {
    let clinic = caller.clinic();
    let requester = caller.principal.requester();
    changes::retry!(async {
        let invitation = find_invitation(&deps, clinic, id).await?;
        let editable = require_editable(&deps, invitation)?;
        let before = editable.details().profile.permissions.npi();
        let editor = caller.principal.edits_profile_of(id.user_id());
        let profile = editable.details().profile.apply(changes.clone(), editor)?;
        let level_before = editable.details().profile.permissions.level();
        caller.principal.require_right_over(level_before)?;
        let level = profile.permissions.level();
        caller.principal.require_right_to_make(level, deps.context.now())?;
        let profile = deps.registry.verify_profile(profile, before.map(|(npi, _)| npi)).await?;
        if profile == editable.details().profile {
            let unchanged = Invitation::from(PendingInvitation::from(editable));
            return Ok(Attempt::Done(Json((&unchanged).into())));
        }
        let change = editable
            .edit(profile, caller.principal.as_inviter(), deps.context.now())
            .map(Invitation::from);
        let committed = write_change(&deps, &change, before, &requester).await?;
        Ok(Attempt::of(committed, Json((&change.next).into())))
    })
}
