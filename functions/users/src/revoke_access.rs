//! `POST /v1/autoScribe/users/revoke-access`: deactivates a user.

use auth::caller::{Caller, ManageUsers};
use axum::Json;
use axum::extract::State;
use changes::Attempt;
use domain::ids::UserId;
use serde::Deserialize;
use utoipa::ToSchema;
use web::Problem;
use web::body::JsonBody;
use web::field::{FaultCollector, Field, NotedFault, RequestFields};
use web::openapi::IdempotencyKeyHeader;
use web::schema::KeyDecisionName;
use web::view::Done;

use crate::Deps;
use crate::key_decision::{KeyDecision, settle_keys};
use crate::user::{commit_change, find_user, require_not_released, start_change};

/// Which user to deactivate, and what becomes of the API keys that they made.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DeactivateRequest {
    /// `usr_` and 32 hex characters.
    #[schema(value_type = String, pattern = "^usr_[0-9a-f]{32}$")]
    user_id: Field<UserId>,
    /// Required if the person is an owner or admin who made API keys that still work: `end` revokes them,
    /// `keep` lets them work on.
    #[schema(value_type = KeyDecisionName, required = false)]
    keys: Field<KeyDecision>,
}

impl RequestFields for DeactivateRequest {
    type Values = (UserId, Option<KeyDecision>);

    fn read(self, faults: &mut FaultCollector) -> Result<Self::Values, NotedFault> {
        let user = faults.required(self.user_id);
        let keys = faults.optional(self.keys);
        Ok((user?, keys))
    }
}

/// Deactivate a user. Access ends at once, and data and permissions are kept. Repeating this changes
/// nothing.
#[utoipa::path(
    post, operation_id = "revokeAccess", path = "/v1/autoScribe/users/revoke-access", tag = "users",
    request_body = DeactivateRequest, security(("apiKey" = []), ("session" = [])),
    params(IdempotencyKeyHeader),
    responses((status = 200, body = Done), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<ManageUsers>,
    JsonBody((id, keys)): JsonBody<DeactivateRequest>,
) -> Result<Json<Done>, Problem> {
    if caller.principal.identity.user() == Some(id) {
        let detail = "You cannot end your own access. Ask another owner or admin.";
        return Err(Problem::conflict("cannot_revoke_self", detail));
    }
    let requester = caller.principal.requester();
    changes::retry!(async {
        let done = Json(Done::new("The user is deactivated."));
        let user = find_user(&deps, &caller.principal, id).await?;
        let user = require_not_released(user)?;
        let Some(change) = user.deactivate() else {
            return Ok(Attempt::Done(done));
        };
        let mut tx = start_change(&deps, &change, &requester)?;
        settle_keys(&deps, &mut tx, &change, keys, &requester).await?;
        commit_change(&deps, tx, &change, done).await
    })
}
