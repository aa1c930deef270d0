//! Signs in a person who accepts an invitation with dashboard access. They have just sent their
//! password.

use auth::known_browser::RequestOrigin;
use auth::session::start_session;
use axum::Json;
use axum::response::{IntoResponse, Response};
use changes::Requester;
use domain::actor::Actor;
use domain::credentials::known_browser::PasswordOf;
use domain::user::{User, UserStatus};
use web::Problem;
use web::view::UserView;

use crate::Deps;

/// Starts a session if the user has dashboard access, and returns the answer to an acceptance. The person
/// has just sent their password.
pub(crate) async fn sign_in(
    deps: &Deps,
    user: User,
    origin: &RequestOrigin,
) -> Result<Response, Problem> {
    if user.status != UserStatus::Active || !user.profile.permissions.has_dashboard_access() {
        return Ok(Json(UserView::from(&user)).into_response());
    }
    let clinic = deps.context.store.load_clinic(user.clinic).await?;
    let clinic = clinic.ok_or_else(|| Problem::internal("a user without a clinic"))?;
    let requester = Requester::new(Actor::User(user.id), origin.ip.clone());
    let started = start_session(&deps.context, user.clone(), &clinic, &requester, None).await?;
    Ok(match started {
        Some((user, cookie)) => {
            let browsers = deps.passwords.browsers();
            let password = PasswordOf { email: &user.email, epoch: user.password_epoch };
            let browser = browsers.remember(origin, password, deps.context.now());
            (cookie, browser, Json(UserView::from(&user))).into_response()
        }
        None => Json(UserView::from(&user)).into_response(),
    })
}
