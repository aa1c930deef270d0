//! `POST /v1/autoScribe/users/invitations/revoke`: revokes an invitation.

use auth::caller::{Caller, RevokeInvitations};
use axum::Json;
use axum::extract::State;
use changes::{Attempt, commit_ending};
use domain::field::Refusal;
use domain::ids::{InvitationId, UserId};
use domain::invitation::{Invitation, InvitationStatus};
use domain::person::permissions::Level;
use serde::Deserialize;
use utoipa::ToSchema;
use web::Problem;
use web::body::JsonBody;
use web::field::{FaultCollector, Field, NotedFault, RequestFields};
use web::openapi::IdempotencyKeyHeader;
use web::view::Done;

use crate::Deps;
use crate::invitation::{find_invitation, require_pending};

/// Which invitation, by its own ID or by the invited user's ID.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RevokeRequest {
    /// `inv_` and 32 hex characters.
    #[schema(value_type = String, pattern = "^inv_[0-9a-f]{32}$", required = false)]
    invitation_id: Field<InvitationId>,
    /// `usr_` and 32 hex characters.
    #[schema(value_type = String, pattern = "^usr_[0-9a-f]{32}$", required = false)]
    user_id: Field<UserId>,
}

impl RequestFields for RevokeRequest {
    type Values = InvitationId;

    fn read(self, faults: &mut FaultCollector) -> Result<InvitationId, NotedFault> {
        const NEITHER: Refusal = Refusal::new("required", "Send invitationId or userId.");
        const DIFFER: Refusal = Refusal::new("ids_differ", "Send the user of the same invitation.");
        let by_invitation = faults.optional(self.invitation_id);
        let by_user = faults.optional(self.user_id).map(UserId::invitation_id);
        match (by_invitation, by_user) {
            (Some(a), Some(b)) if a != b => Err(faults.note("userId", DIFFER)),
            (a, b) => a.or(b).ok_or_else(|| faults.note_if_first("invitationId", NEITHER)),
        }
    }
}

/// Revoke an invitation. Its link stops working at once. Repeating this changes nothing.
#[utoipa::path(
    post, operation_id = "revokeInvitation", path = "/v1/autoScribe/users/invitations/revoke", tag = "invitations", request_body = RevokeRequest,
    security(("apiKey" = []), ("session" = [])),
    params(IdempotencyKeyHeader),
    responses((status = 200, body = Done), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<RevokeInvitations>,
    JsonBody(id): JsonBody<RevokeRequest>,
) -> Result<Json<Done>, Problem> {
    let clinic = caller.clinic();
    let requester = caller.principal.requester();
    changes::retry!(async {
        let done = Json(Done::new("The invitation is revoked."));
        let invitation = find_invitation(&deps, clinic, id).await?;
        if invitation.status() == InvitationStatus::Revoked {
            return Ok(Attempt::Done(done));
        }
        let pending = require_pending(invitation)?;
        let level = pending.details.profile.permissions.level();
        if level == Level::Owner {
            return Err(Problem::forbidden("An owner's invitation cannot be revoked."));
        }
        caller.principal.require_right_over(level)?;
        let change = pending.revoke(deps.context.now()).map(Invitation::from);
        Ok(Attempt::of(commit_ending(&deps.context, &change, &requester).await?, done))
    })
}
