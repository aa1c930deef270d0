//! `POST /v1/autoScribe/users/revoke-access`: deactivates a user.

use auth::caller::{Caller, ManageUsers};
use axum::Json;
use axum::extract::State;
use changes::Attempt;
use web::Problem;
use web::body::JsonBody;
use web::openapi::IdempotencyKeyHeader;
use web::view::Done;

use crate::Deps;
use crate::key_decision::{UserAndKeysRequest, settle_keys};
use crate::user::{commit_change, find_user, require_not_released, start_change};

/// Deactivate a user. Access ends at once, and data and permissions are kept. Repeating this changes
/// nothing.
#[utoipa::path(
    post, operation_id = "revokeAccess", path = "/v1/autoScribe/users/revoke-access", tag = "users",
    request_body = UserAndKeysRequest, security(("apiKey" = []), ("session" = [])),
    params(IdempotencyKeyHeader),
    responses((status = 200, body = Done), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<ManageUsers>,
    JsonBody((id, keys)): JsonBody<UserAndKeysRequest>,
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
        settle_keys(&deps, &mut tx, &change, keys, &caller.principal).await?;
        commit_change(&deps, tx, &change, done).await
    })
}
