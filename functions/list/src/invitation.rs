//! `GET /v1/autoScribe/users/invitations/{invitationId}`.

use auth::caller::{Caller, ReadInvitations};
use axum::Json;
use axum::extract::State;
use changes::Context;
use web::Problem;
use web::invitation_view::InvitationView;
use web::path::InvitationPath;

use crate::invitation_names::view_for;

/// Read an invitation.
#[utoipa::path(
    get, operation_id = "retrieveInvitation", path = "/v1/autoScribe/users/invitations/{invitationId}", tag = "invitations", security(("apiKey" = []), ("session" = [])),
    params(InvitationPath),
    responses((status = 200, body = InvitationView), Problem)
)]
pub(crate) async fn handle(
    State(context): State<Context>,
    caller: Caller<ReadInvitations>,
    InvitationPath(id): InvitationPath,
) -> Result<Json<InvitationView>, Problem> {
    let found = context.store.load_invitation(caller.clinic(), id).await?;
    let views = view_for(&caller, &context, found.as_slice()).await?;
    views.into_iter().next().map(Json).ok_or_else(Problem::invitation_not_found)
}
