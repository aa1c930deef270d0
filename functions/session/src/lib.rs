//! Signing in at the dashboard: sessions and passwords.

mod change_clinic;
mod change_password;
mod confirm_password;
mod current;
mod forgot;
mod password;
mod reset;
mod reset_lookup;
mod session;
mod sessions;
mod sign_in;

use std::sync::Arc;

use auth::DashboardOrigin;
use auth::passwords::Passwords;
use axum::Router;
use axum::extract::FromRef;
use axum::routing::{delete, get, post};
use changes::Context;
use domain::credentials::keyring::{Keyring, PasswordLinks};
use utoipa::OpenApi;

/// What this function needs.
#[derive(Clone, FromRef)]
pub struct Deps {
    /// The table, the clock and randomness.
    pub context: Context,
    /// The origin of the dashboard's own pages.
    pub dashboard: DashboardOrigin,
    /// Sets and compares passwords.
    pub passwords: Passwords,
    /// Reads the tokens of password emails.
    pub links: Arc<Keyring<PasswordLinks>>,
}

/// The routes of this function. None takes an `Idempotency-Key`, because the answers hold secrets.
pub fn router(deps: Deps) -> Router {
    let current = get(current::handle).delete(current::sign_out).post(sign_in::handle);
    let router = Router::new()
        .route("/v1/session", current)
        .route("/v1/session/clinic", post(change_clinic::handle))
        .route("/v1/session/confirm", post(confirm_password::handle))
        .route("/v1/sessions", get(sessions::list))
        .route("/v1/sessions/{sessionId}", delete(sessions::end))
        .route("/v1/sessions/end-others", post(sessions::end_others))
        .route("/v1/password/change", post(change_password::handle))
        .route("/v1/password/forgot", post(forgot::handle))
        .route("/v1/password/lookup", post(reset_lookup::handle))
        .route("/v1/password/reset", post(reset::handle))
        .with_state(deps);
    web::serve(router)
}

/// This function's part of openapi.json.
#[derive(OpenApi)]
#[openapi(paths(
    sign_in::handle,
    current::handle,
    current::sign_out,
    change_clinic::handle,
    confirm_password::handle,
    sessions::list,
    sessions::end,
    sessions::end_others,
    change_password::handle,
    forgot::handle,
    reset_lookup::handle,
    reset::handle
))]
pub struct Api;
