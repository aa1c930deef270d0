//! `POST /v1/autoScribe/users/invitations/revoke`: takes an invitation back.

use auth::caller::{Caller, ManageInvitations};
use axum::Json;
use axum::extract::State;
use changes::{Attempt, commit_ending};
use domain::field::Refused;
use domain::ids::{ClinicId, InvitationId, NotAnId, UserId};
use domain::invitation::{Invitation, InvitationStatus, PendingInvitation};
use domain::person::permissions::Level;
use serde::Deserialize;
use utoipa::ToSchema;
use web::Problem;
use web::body::JsonObject;
use web::problem::ProblemBody;
use web::view::Done;

use crate::Deps;

/// Which invitation: by its own id, or by that of the user to be.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "documents what `target` reads")]
pub(crate) struct RevokeRequest {
    /// `inv_` and 32 hex characters.
    #[schema(pattern = "^inv_[0-9a-f]{32}$", required = false, nullable = false)]
    invitation_id: Option<String>,
    /// `usr_` and 32 hex characters.
    #[schema(pattern = "^usr_[0-9a-f]{32}$", required = false, nullable = false)]
    user_id: Option<String>,
}

/// Take an invitation back. Its link is dead at once; repeating it changes nothing.
#[utoipa::path(
    post, operation_id = "revokeInvitation", path = "/v1/autoScribe/users/invitations/revoke", tag = "invitations", request_body = RevokeRequest,
    security(("apiKey" = []), ("session" = [])),
    params(("Idempotency-Key" = Option<String>, Header, max_length = 255, min_length = 1)),
    responses(
        (status = 200, body = Done),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<ManageInvitations>,
    body: JsonObject,
) -> Result<Json<Done>, Problem> {
    let clinic = caller.clinic();
    let id = target(body)?.to_string();
    let requester = caller.principal.requester();
    changes::retry!(async {
        let done = Json(Done::new("The invitation is revoked."));
        let invitation = find(&deps, clinic, &id).await?;
        if invitation.status() == InvitationStatus::Revoked {
            return Ok(Attempt::Done(done));
        }
        let pending = pending(invitation)?;
        if pending.details.profile.permissions.level() == Level::Owner {
            return Err(Problem::forbidden("An owner's invitation cannot be revoked."));
        }
        let change = pending.revoke(deps.context.now()).map(Invitation::from);
        Ok(Attempt::of(commit_ending(&deps.context, &change, &requester).await?, done))
    })
}

/// `invitationId`, `userId`, or both when they mean the same.
fn target(body: JsonObject) -> Result<InvitationId, Problem> {
    let refused = |NotAnId(shape)| Refused::new("id_invalid", shape);
    let mut fields = body.fields();
    let by_invitation =
        fields.optional("invitationId", |text| InvitationId::parse(text).map_err(refused));
    let by_user = fields.optional("userId", |text| UserId::parse(text).map_err(refused));
    let by_user = by_user.map(UserId::invitation_id);
    let chosen = match (by_invitation, by_user) {
        (Some(a), Some(b)) if a != b => fields
            .fault("userId", Refused::new("ids_differ", "must be the user of the same invitation")),
        (a, b) => a.or(b),
    };
    if chosen.is_none() && fields.is_faultless() {
        let _ =
            fields.fault::<()>("invitationId", Refused::new("required", "or userId is required"));
    }
    let chosen = fields.finish(chosen)?;
    chosen.ok_or_else(|| Problem::internal("no fault and no id"))
}

/// The invitation of this id; another clinic's is as unknown as none.
pub(crate) async fn find(deps: &Deps, clinic: ClinicId, id: &str) -> Result<Invitation, Problem> {
    let unknown = || {
        Problem::not_found("invitation_not_found", "There is no such invitation in your clinic.")
    };
    let id = InvitationId::parse(id).map_err(|_| unknown())?;
    deps.context.store.load_invitation(clinic, id).await?.ok_or_else(unknown)
}

/// The pending invitation, or the conflict with what became of it.
pub(crate) fn pending(invitation: Invitation) -> Result<PendingInvitation, Problem> {
    invitation.pending().map_err(|status| match status {
        InvitationStatus::Accepted => Problem::conflict(
            "invitation_accepted",
            "The person has confirmed this invitation. Change or deactivate the user instead.",
        ),
        InvitationStatus::Rejected => Problem::conflict(
            "invitation_rejected",
            "The person has declined this invitation. Invite again instead.",
        ),
        InvitationStatus::Revoked | InvitationStatus::Sent => Problem::conflict(
            "invitation_revoked",
            "This invitation was revoked. Invite again instead.",
        ),
    })
}
