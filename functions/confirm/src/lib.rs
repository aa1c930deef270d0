//! The endpoints for an invited person: look at the invitation, accept it, decline it, or ask for a
//! new link.
//!
//! The token from the email is the only credential and comes in the body, never in a URL.

mod accept;
mod accept_session;
mod account_password;
mod expiry;
mod lookup;
mod reject;
mod request_new;
mod token;

use std::sync::Arc;

use auth::DashboardOrigin;
use auth::passwords::Passwords;
use axum::Router;
use axum::extract::FromRef;
use axum::middleware::from_fn_with_state;
use axum::routing::post;
use changes::Context;
use domain::credentials::keyring::{InvitationLinks, Keyring};
use npi::Nppes;
use utoipa::OpenApi;

/// What this function needs.
#[derive(Clone, FromRef)]
pub struct Deps {
    /// The table, the clock and randomness.
    pub context: Context,
    /// The NPI registry.
    pub registry: Arc<Nppes>,
    /// Reads the tokens of invitations.
    pub links: Arc<Keyring<InvitationLinks>>,
    /// Sets and compares passwords.
    pub passwords: Passwords,
    /// The origin of the dashboard's own pages.
    pub dashboard: DashboardOrigin,
}

/// The routes of this function.
pub fn router(deps: Deps) -> Router {
    let links = (deps.context.clone(), deps.links.clone());
    let idempotent = from_fn_with_state(links, auth::idempotency::answer_invitees_once);
    let router = Router::new()
        .route("/v1/invitation/lookup", post(lookup::handle))
        .route("/v1/invitation/accept", post(accept::handle))
        .route("/v1/invitation/reject", post(reject::handle))
        .route("/v1/invitation/request-new", post(request_new::handle))
        .layer(idempotent)
        .with_state(deps);
    web::serve(router)
}

/// This function's part of openapi.json.
#[derive(OpenApi)]
#[openapi(paths(lookup::handle, accept::handle, reject::handle, request_new::handle))]
pub struct Api;
