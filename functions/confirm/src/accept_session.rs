//! Signs in a person who accepts an invitation with dashboard access. They have just sent their
//! password.

use auth::session::{AccessToken, RefreshCookie};
use axum::Json;
use axum::response::{IntoResponse, Response};
use changes::Requester;
use domain::actor::Actor;
use domain::user::{User, UserStatus};
use serde::Serialize;
use utoipa::ToSchema;
use web::view::UserView;
use web::{ClientIp, Problem};

use crate::Deps;

/// The user, and a session if the user has dashboard access.
#[derive(Serialize, ToSchema)]
pub(crate) struct AcceptedView {
    /// The person.
    #[serde(flatten)]
    user: UserView,
    /// The session's access token. The refresh token is in the cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    session: Option<AccessToken>,
}

/// Opens a session if the user has dashboard access, and returns the answer to an acceptance.
pub(crate) async fn sign_in(
    deps: &Deps,
    user: User,
    ip: Option<ClientIp>,
) -> Result<Response, Problem> {
    let (user, session, cookie) = match open_session(deps, &user, ip).await? {
        Some((user, access, cookie)) => (user, Some(access), Some(cookie)),
        None => (user, None, None),
    };
    let view = Json(AcceptedView { user: (&user).into(), session });
    Ok(match cookie {
        Some(cookie) => (cookie, view).into_response(),
        None => view.into_response(),
    })
}

async fn open_session(
    deps: &Deps,
    user: &User,
    ip: Option<ClientIp>,
) -> Result<Option<(User, AccessToken, RefreshCookie)>, Problem> {
    if user.status != UserStatus::Active || !user.profile.permissions.has_dashboard_access() {
        return Ok(None);
    }
    let Some(account) = deps.context.store.load_account(&user.email).await? else {
        return Ok(None);
    };
    let requester = Requester { actor: Actor::User(user.id), ip: ip.map(String::from) };
    let opening = deps.sessions.open(&deps.context, user.clone(), &account, &requester);
    opening.await
}
