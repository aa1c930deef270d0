//! Signing in at the dashboard: sessions and passwords.

mod close;
mod current;
mod forgot;
mod refresh;
mod reset;
mod sign_in;

use auth::PublishedKeys;
use auth::passwords::Passwords;
use auth::session::Sessions;
use axum::Router;
use axum::extract::FromRef;
use axum::routing::{get, post};
use changes::Context;
use utoipa::OpenApi;

/// What this function needs.
#[derive(Clone, FromRef)]
pub struct Deps {
    /// The table, the clock and randomness.
    pub context: Context,
    /// The published keys, to verify tokens.
    pub keys: PublishedKeys,
    /// Sets and compares passwords.
    pub passwords: Passwords,
    /// Opens and renews sessions.
    pub sessions: Sessions,
}

/// The routes of this function. None takes an `Idempotency-Key`, because the answers hold secrets.
pub fn router(deps: Deps) -> Router {
    let current = get(current::handle).delete(current::sign_out).post(sign_in::handle);
    let router = Router::new()
        .route("/v1/session", current)
        .route("/v1/session/refresh", post(refresh::handle))
        .route("/v1/password/forgot", post(forgot::handle))
        .route("/v1/password/reset", post(reset::handle))
        .with_state(deps);
    web::serve(router)
}

/// This function's part of openapi.json.
#[derive(OpenApi)]
#[openapi(paths(
    sign_in::handle,
    refresh::handle,
    current::handle,
    current::sign_out,
    forgot::handle,
    reset::handle
))]
pub struct Api;
