//! `GET /v1/autoScribe/users/{userId}`.

use auth::caller::{Caller, ReadUsers};
use axum::Json;
use axum::extract::State;
use changes::Context;
use domain::grant::Grant;
use serde::Serialize;
use utoipa::ToSchema;
use web::Problem;
use web::path::UserPath;
use web::view::UserView;

/// A user, with what only a request for one user answers.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserDetailsView {
    /// The user.
    #[serde(flatten)]
    user: UserView,
    /// When the person last opened a view, within 30 days. Only at the dashboard, and only among the views that you
    /// may list. RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime, nullable = false)]
    last_view_at: Option<String>,
}

/// Read a confirmed user.
#[utoipa::path(
    get, operation_id = "retrieveUser", path = "/v1/autoScribe/users/{userId}", tag = "users", security(("apiKey" = []), ("session" = [])),
    params(UserPath),
    responses((status = 200, body = UserDetailsView), Problem)
)]
pub(crate) async fn handle(
    State(context): State<Context>,
    caller: Caller<ReadUsers>,
    UserPath(id): UserPath,
) -> Result<Json<UserDetailsView>, Problem> {
    let (store, clinic) = (&context.store, caller.clinic());
    let user = store.load_user(clinic, id).await?.ok_or_else(Problem::user_not_found)?;
    let last_view = match caller.principal.identity.person() {
        Some(_) => {
            let visible = |grant: &Grant| caller.principal.may_see(grant.details());
            store.find_last_opening(clinic, id, visible).await?
        }
        None => None,
    };
    let last_view_at = last_view.map(|at| at.to_string());
    Ok(Json(UserDetailsView { user: (&user).into(), last_view_at }))
}
