//! `POST /v1/invitation/reject`: the invited person declines.

use axum::Json;
use axum::extract::State;
use changes::{Attempt, Requester, commit_ending};
use domain::actor::Actor;
use domain::invitation::{Invitation, RejectReason};
use serde::Deserialize;
use utoipa::ToSchema;
use web::body::JsonBody;
use web::field::{FaultCollector, Field, NotedFault, RequestFields};
use web::openapi::IdempotencyKeyHeader;
use web::view::Done;
use web::{ClientIp, Problem};

use crate::Deps;
use crate::expiry::require_unexpired;
use crate::token::load_invitation_by_token;

/// The token from the email, and the reason.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RejectRequest {
    /// The part of the emailed link after `#token=`.
    #[schema(value_type = String, max_length = 256)]
    token: Field<String>,
    /// At most 500 characters.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 500)]
    reason: Field<RejectReason>,
}

impl RequestFields for RejectRequest {
    type Values = (String, Option<RejectReason>);

    fn read(self, faults: &mut FaultCollector) -> Result<Self::Values, NotedFault> {
        let token = faults.required(self.token);
        let reason = faults.optional(self.reason);
        Ok((token?, reason))
    }
}

/// Decline an invitation. Repeating this changes nothing.
#[utoipa::path(
    post, operation_id = "rejectInvitation", path = "/v1/invitation/reject", tag = "invitee", request_body = RejectRequest, security(()),
    params(IdempotencyKeyHeader),
    responses((status = 200, body = Done), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    ip: Option<ClientIp>,
    JsonBody((token, reason)): JsonBody<RejectRequest>,
) -> Result<Json<Done>, Problem> {
    changes::retry!(async {
        let unexpired = match load_invitation_by_token(&deps, &token).await? {
            Invitation::Rejected(_) => return Ok(Attempt::Done(Json(declined_answer()))),
            Invitation::Accepted(_) => {
                let detail = "You have accepted this invitation. Ask the clinic to remove your access instead.";
                return Err(Problem::conflict("invitation_accepted", detail));
            }
            Invitation::Revoked(_) => return Err(Problem::token_invalid()),
            Invitation::Pending(pending) => require_unexpired(&deps, pending).await?,
        };
        let requester =
            Requester::new(Actor::Invitee(unexpired.details().id), ip.clone().map(String::from));
        let change = unexpired.reject(reason.clone(), deps.context.now()).map(Invitation::from);
        let committed = commit_ending(&deps.context, &change, &requester).await?;
        Ok(Attempt::of(committed, Json(declined_answer())))
    })
}

fn declined_answer() -> Done {
    Done::new("You have declined the invitation.")
}
