//! `GET /v1/sessions`, `DELETE /v1/sessions/{sessionId}`, `POST /v1/sessions/end-others`: the sessions
//! of a person in all of their clinics.

use std::num::NonZeroU32;

use auth::caller::{Caller, OwnSession};
use auth::principal::SignedIn;
use axum::Json;
use axum::extract::State;
use changes::Requester;
use domain::actor::Actor;
use domain::session::Session;
use serde::Serialize;
use utoipa::ToSchema;
use web::Problem;
use web::path::SessionPath;
use web::view::Done;

use crate::Deps;
use crate::session::{end_session, load_own_account};

/// The sessions of a person.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionsView {
    /// Newest first.
    sessions: Vec<OwnSessionView>,
    /// How many sessions are left out because they cannot be read. Absent if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>, nullable = false)]
    skipped: Option<NonZeroU32>,
}

/// One session of a person.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OwnSessionView {
    /// `ses_` and 32 hex characters.
    session_id: String,
    /// The clinic's UUID.
    clinic_id: String,
    /// When the person signed in.
    signed_in_at: String,
    /// When the session was last used, up to a minute ago.
    last_used_at: String,
    /// The network address of the sign-in.
    network_address: Option<String>,
    /// Whether it is the session of this request.
    current: bool,
}

/// List the caller's sessions in all of their clinics.
#[utoipa::path(
    get, operation_id = "listSessions", path = "/v1/sessions", tag = "session", security(("session" = [])),
    responses((status = 200, body = SessionsView), Problem)
)]
pub(crate) async fn list(
    State(deps): State<Deps>,
    caller: Caller<OwnSession>,
) -> Result<Json<SessionsView>, Problem> {
    let person = caller.person()?;
    let (sessions, skipped) = load_open_sessions(&deps, person).await?;
    let view = |session: &Session| OwnSessionView {
        session_id: session.names.id.to_string(),
        clinic_id: session.names.clinic.to_string(),
        signed_in_at: session.signed_in_at.to_string(),
        last_used_at: session.last_used_at.to_string(),
        network_address: session.ip.clone(),
        current: session.names == person.session.names,
    };
    Ok(Json(SessionsView {
        sessions: sessions.iter().map(view).collect(),
        skipped: NonZeroU32::new(skipped),
    }))
}

/// End one of the caller's sessions. Repeating this is a 404.
#[utoipa::path(
    delete, operation_id = "endSession", path = "/v1/sessions/{sessionId}", tag = "session", security(("session" = [])),
    params(SessionPath),
    responses((status = 200, body = Done), Problem)
)]
pub(crate) async fn end(
    State(deps): State<Deps>,
    caller: Caller<OwnSession>,
    SessionPath(id): SessionPath,
) -> Result<Json<Done>, Problem> {
    let (sessions, _) = load_open_sessions(&deps, caller.person()?).await?;
    let session = sessions.iter().find(|session| session.names.id == id);
    let session = session.ok_or_else(Problem::session_not_found)?;
    end_session(&deps.context, session.names, &requester(&caller, session)).await?;
    Ok(Json(Done::new("The session has ended.")))
}

/// End the caller's other sessions.
#[utoipa::path(
    post, operation_id = "endOtherSessions", path = "/v1/sessions/end-others", tag = "session", security(("session" = [])),
    responses((status = 200, body = Done), Problem)
)]
pub(crate) async fn end_others(
    State(deps): State<Deps>,
    caller: Caller<OwnSession>,
) -> Result<Json<Done>, Problem> {
    let person = caller.person()?;
    for session in load_open_sessions(&deps, person).await?.0 {
        if session.names != person.session.names {
            end_session(&deps.context, session.names, &requester(&caller, &session)).await?;
        }
    }
    Ok(Json(Done::new("Your other sessions have ended.")))
}

/// The caller as the user of the session's clinic, for the audit there.
fn requester(caller: &Caller<OwnSession>, session: &Session) -> Requester {
    Requester::new(Actor::User(session.names.user), caller.principal.ip.clone())
}

/// Loads the person's sessions that still work, newest first, and how many cannot be read. Those do not work
/// either.
async fn load_open_sessions(
    deps: &Deps,
    person: &SignedIn,
) -> Result<(Vec<Session>, u32), Problem> {
    let store = &deps.context.store;
    let own = load_own_account(deps, &person.user).await?;
    let users = store.load_users(&own.memberships).await?;
    let now = deps.context.now();
    let (mut sessions, skipped) = store.list_sessions(&own.memberships).await?;
    sessions.retain(|session| {
        let names = session.names;
        let user = users.iter().find(|user| user.id == names.user && user.clinic == names.clinic);
        user.is_some_and(|user| session.is_open(user, now))
    });
    sessions.sort_by_key(|session| std::cmp::Reverse(session.signed_in_at));
    Ok((sessions, skipped))
}
