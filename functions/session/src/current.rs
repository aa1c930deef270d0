//! `GET` and `DELETE /v1/session`: the current session, and signing out.

use auth::caller::{Caller, OwnSession};
use auth::session::SessionCookie;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use web::Problem;
use web::view::{ClinicView, UserView};

use crate::Deps;
use crate::session::{end_session, load_own_account, may_sign_in};

/// The signed-in user, the clinic, and the clinics to choose from.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CurrentSessionView {
    /// `ses_` and 32 hex characters.
    session_id: String,
    /// The user.
    user: UserView,
    /// The clinic of the session.
    clinic: ClinicView,
    /// The clinics that the person can change to, and this one.
    clinics: Vec<ClinicView>,
    /// Minutes without a request until the session ends. The clinic's setting when the session began.
    idle_minutes: u8,
}

/// Get the current session.
#[utoipa::path(
    get, operation_id = "retrieveSession", path = "/v1/session", tag = "session", security(("session" = [])),
    responses((status = 200, body = CurrentSessionView), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<OwnSession>,
) -> Result<Json<CurrentSessionView>, Problem> {
    let person = caller.person()?;
    let own = load_own_account(&deps, &person.user).await?;
    let mut members = deps.context.store.load_members(&own.memberships).await?;
    members.retain(|member| may_sign_in(&member.user));
    let clinics: Vec<_> = members.iter().map(|member| ClinicView::from(&member.clinic)).collect();
    let here = caller.clinic().to_string();
    let clinic = clinics.iter().find(|clinic| clinic.clinic_id == here).cloned();
    Ok(Json(CurrentSessionView {
        session_id: person.session.names.id.to_string(),
        user: (&person.user).into(),
        clinic: clinic.ok_or_else(|| Problem::internal("a user without a clinic"))?,
        clinics,
        idle_minutes: person.session.idle_limit.get(),
    }))
}

/// Sign out. The session ends at once.
#[utoipa::path(
    delete, operation_id = "signOut", path = "/v1/session", tag = "session", security(("session" = [])),
    responses((status = 204, description = "Signed out. Removes the cookie"), Problem)
)]
pub(crate) async fn sign_out(
    State(deps): State<Deps>,
    caller: Caller<OwnSession>,
) -> Result<Response, Problem> {
    let session = caller.person()?.session.names;
    end_session(&deps.context, session, &caller.principal.requester()).await?;
    Ok((StatusCode::NO_CONTENT, SessionCookie::cleared(), ()).into_response())
}
