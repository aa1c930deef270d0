//! `POST /v1/autoScribe/users/revoke-access`: ends access at once, keeping data.

use auth::caller::{Caller, ManageUsers};
use axum::Json;
use axum::extract::State;
use changes::Attempt;
use web::Problem;
use web::body::JsonBody;
use web::problem::ProblemBody;
use web::view::Done;

use crate::Deps;
use crate::access::{UserRequest, begin, commit, find};

/// End a user's access at once. Data and permissions are kept; repeating it changes nothing.
#[utoipa::path(
    post, operation_id = "revokeAccess", path = "/v1/autoScribe/users/revoke-access", tag = "users",
    request_body = UserRequest, security(("apiKey" = []), ("session" = [])),
    params(("Idempotency-Key" = Option<String>, Header, max_length = 255, min_length = 1)),
    responses(
        (status = 200, body = Done),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<ManageUsers>,
    JsonBody(id): JsonBody<UserRequest>,
) -> Result<Json<Done>, Problem> {
    if caller.principal.identity.user() == Some(id) {
        let detail = "You cannot end your own access. Ask another owner or admin.";
        return Err(Problem::conflict("cannot_revoke_self", detail));
    }
    let requester = caller.principal.requester();
    changes::retry!(async {
        let done = Json(Done::new("The user is deactivated."));
        let user = find(&deps, &caller.principal, id).await?;
        let Some(change) = user.deactivate() else {
            return Ok(Attempt::Done(done));
        };
        let tx = begin(&deps, &change, &requester)?;
        commit(tx, &change, done).await
    })
}
