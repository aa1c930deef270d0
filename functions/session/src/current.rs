//! `GET` and `DELETE /v1/session`: the current session, and signing out.

use auth::caller::{Caller, OwnSession};
use auth::principal::Identity;
use auth::session::RefreshCookie;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::audit::AuditAction;
use domain::user::UserStatus;
use serde::Serialize;
use utoipa::ToSchema;
use web::view::{ClinicView, UserView};
use web::{ClientIp, Problem};

use crate::Deps;
use crate::close::close_session;

/// The signed-in user and the clinic.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CurrentSessionView {
    /// `ses_` and 32 hex characters.
    session_id: String,
    /// The user.
    user: UserView,
    /// The clinic.
    clinic: ClinicView,
}

/// Get the current session.
#[utoipa::path(
    get, operation_id = "retrieveSession", path = "/v1/session", tag = "session", security(("session" = [])),
    responses(
        (status = 200, body = CurrentSessionView),
        Problem,
    )
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<OwnSession>,
) -> Result<Json<CurrentSessionView>, Problem> {
    let Identity::Session { id, user, .. } = caller.principal.identity else {
        return Err(Problem::unauthenticated());
    };
    let (store, clinic) = (&deps.context.store, caller.principal.clinic);
    let user = store.load_user(clinic, user).await?;
    let user = user.filter(|user| user.status == UserStatus::Active);
    let user = user.ok_or_else(Problem::unauthenticated)?;
    let clinic = store.load_clinic(clinic).await?;
    let clinic = clinic.ok_or_else(|| Problem::internal("a user without a clinic"))?;
    Ok(Json(CurrentSessionView {
        session_id: id.to_string(),
        user: (&user).into(),
        clinic: (&clinic).into(),
    }))
}

/// Sign out. The refresh token stops working at once, the access token within 15 minutes.
#[utoipa::path(
    delete, operation_id = "signOut", path = "/v1/session", tag = "session", security(("session" = [])),
    responses((status = 204, description = "Signs out and removes the cookie"), Problem)
)]
pub(crate) async fn sign_out(
    State(deps): State<Deps>,
    caller: Caller<OwnSession>,
    ip: Option<ClientIp>,
) -> Result<Response, Problem> {
    let Identity::Session { id, .. } = caller.principal.identity else {
        return Err(Problem::unauthenticated());
    };
    if let Some(session) = deps.context.store.load_session(id).await? {
        close_session(&deps, &session, AuditAction::SessionEnded, ip).await?;
    }
    Ok((StatusCode::NO_CONTENT, RefreshCookie::remove(), ()).into_response())
}
