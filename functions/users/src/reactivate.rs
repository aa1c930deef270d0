//! `POST /v1/autoScribe/users/reactivate`: gives a deactivated user access again.

use auth::caller::{Caller, ManageUsers};
use axum::Json;
use axum::extract::State;
use changes::Attempt;
use domain::user::User;
use store::Transaction;
use web::Problem;
use web::body::JsonBody;
use web::openapi::IdempotencyKeyHeader;
use web::view::Done;

use crate::Deps;
use crate::user::{
    UserRequest, commit_change, find_user, queue_emails, require_not_released, start_change,
};

/// Give a deactivated user access again, with the same permissions as before. Repeating this changes
/// nothing.
#[utoipa::path(
    post, operation_id = "reactivateUser", path = "/v1/autoScribe/users/reactivate", tag = "users",
    request_body = UserRequest, security(("apiKey" = []), ("session" = [])),
    params(IdempotencyKeyHeader),
    responses((status = 200, body = Done), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<ManageUsers>,
    JsonBody(id): JsonBody<UserRequest>,
) -> Result<Json<Done>, Problem> {
    let requester = caller.principal.requester();
    changes::retry!(async {
        let done = Json(Done::new("The user is active."));
        let user = find_user(&deps, &caller.principal, id).await?;
        let user = require_not_released(user)?;
        let Some(change) = user.clone().reactivate() else {
            return Ok(Attempt::Done(done));
        };
        let level = change.next.profile.permissions.level();
        caller.principal.require_right_to_make(level, deps.context.now())?;
        let mut tx = start_change(&deps, &change, &requester)?;
        require_same_holder(&deps, &mut tx, &user).await?;
        queue_emails(&deps, &mut tx, &change, &requester).await?;
        commit_change(&deps, tx, &change, done).await
    })
}

/// Requires that the address did not change hands while the user was deactivated. An account that no active
/// user has forgets its password, which raises the epoch of the account alone.
async fn require_same_holder(
    deps: &Deps,
    tx: &mut Transaction,
    user: &User,
) -> Result<(), Problem> {
    let account = deps.context.store.load_account(&user.email).await?;
    let account = account.ok_or_else(|| Problem::internal("a user without an account"))?;
    if account.password_epoch != user.password_epoch {
        let detail = "This address may belong to someone else by now. Release this user, then invite the person again.";
        return Err(Problem::conflict("address_reassigned", detail));
    }
    Ok(tx.require_password_epoch(&user.email, &account)?)
}
