//! `GET /v1/autoScribe/users/{userId}`.

use auth::caller::{Caller, ReadUsers};
use axum::Json;
use axum::extract::State;
use changes::Context;
use domain::ids::UserId;
use web::problem::ProblemBody;
use web::view::UserView;
use web::{Problem, Segment};

/// Read a confirmed user.
#[utoipa::path(
    get, operation_id = "retrieveUser", path = "/v1/autoScribe/users/{userId}", tag = "users", security(("apiKey" = []), ("session" = [])),
    params(("userId" = String, Path, description = "`usr_` and 32 hex characters")),
    responses(
        (status = 200, body = UserView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn handle(
    State(context): State<Context>,
    caller: Caller<ReadUsers>,
    Segment(id): Segment,
) -> Result<Json<UserView>, Problem> {
    let unknown =
        || Problem::not_found("user_not_found", "There is no such confirmed user in your clinic.");
    let id = UserId::parse(&id).map_err(|_| unknown())?;
    let user = context.store.load_user(caller.clinic(), id).await?.ok_or_else(unknown)?;
    Ok(Json((&user).into()))
}
