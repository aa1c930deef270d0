//! `GET /v1/autoScribe/users/{userId}`.

use auth::caller::{Caller, ReadUsers};
use axum::Json;
use axum::extract::State;
use changes::Context;
use web::Problem;
use web::path::UserPath;
use web::view::UserView;

/// Read a confirmed user.
#[utoipa::path(
    get, operation_id = "retrieveUser", path = "/v1/autoScribe/users/{userId}", tag = "users", security(("apiKey" = []), ("session" = [])),
    params(UserPath),
    responses((status = 200, body = UserView), Problem)
)]
pub(crate) async fn handle(
    State(context): State<Context>,
    caller: Caller<ReadUsers>,
    UserPath(id): UserPath,
) -> Result<Json<UserView>, Problem> {
    let user =
        context.store.load_user(caller.clinic(), id).await?.ok_or_else(Problem::user_not_found)?;
    Ok(Json((&user).into()))
}
