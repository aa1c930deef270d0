//! `GET /v1/autoScribe/users/invitations/{invitationId}`.

use auth::caller::{Caller, ReadInvitations};
use axum::Json;
use axum::extract::State;
use changes::Context;
use domain::ids::InvitationId;
use web::problem::ProblemBody;
use web::view::InvitationView;
use web::{Problem, Segment};

/// Read an invitation.
#[utoipa::path(
    get, operation_id = "retrieveInvitation", path = "/v1/autoScribe/users/invitations/{invitationId}", tag = "invitations", security(("apiKey" = []), ("session" = [])),
    params(("invitationId" = String, Path, description = "`inv_` and 32 hex characters")),
    responses(
        (status = 200, body = InvitationView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn handle(
    State(context): State<Context>,
    caller: Caller<ReadInvitations>,
    Segment(id): Segment,
) -> Result<Json<InvitationView>, Problem> {
    let unknown = || {
        Problem::not_found("invitation_not_found", "There is no such invitation in your clinic.")
    };
    let id = InvitationId::parse(&id).map_err(|_| unknown())?;
    let invitation =
        context.store.load_invitation(caller.clinic(), id).await?.ok_or_else(unknown)?;
    Ok(Json((&invitation).into()))
}
