//! Inviting people, and changing, resending and revoking invitations.
//!
//! Nothing is mailed here: a committed invitation is its own outbox, and `mailer` reads it off
//! the table's stream.

mod attest_npi;
mod batch;
mod draft;
mod edit;
mod invite;
mod known;
mod resend;
mod revoke;

use std::sync::Arc;

use auth::PublishedKeys;
use axum::Router;
use axum::extract::FromRef;
use axum::middleware::from_fn_with_state;
use axum::routing::{patch, post};
use changes::Context;
use domain::npi::{Npi, RegistryAnswer};
use domain::person::profile::Profile;
use npi::Nppes;
use utoipa::OpenApi;
use web::Problem;

pub use known::KnownDays;

/// What this function needs.
#[derive(Clone, FromRef)]
pub struct Deps {
    /// The table, the clock and randomness.
    pub context: Context,
    /// The published keys, to verify tokens.
    pub keys: PublishedKeys,
    /// The registry of NPIs.
    pub registry: Arc<Nppes>,
    /// How long the invitations of clinics stay open.
    pub known: KnownDays,
}

impl Deps {
    /// `profile` with its NPI looked up, when that is still to be done.
    async fn verify_npi(&self, profile: Profile) -> Result<Profile, Problem> {
        match profile.npi_to_verify() {
            Some(npi) => Ok(profile.verified(&self.look_up(npi).await)?),
            None => Ok(profile),
        }
    }

    async fn look_up(&self, npi: Npi) -> RegistryAnswer {
        self.registry.look_up(&npi).await
    }
}

/// The routes of this function.
pub fn router(deps: Deps) -> Router {
    let idempotent = from_fn_with_state(
        (deps.context.clone(), deps.keys.clone()),
        auth::idempotency::answer_callers_once,
    );
    let router = Router::new()
        .route("/v1/autoScribe/users", post(invite::handle))
        .route("/v1/autoScribe/users/batch", post(batch::handle))
        .route("/v1/autoScribe/users/invitations/{invitationId}", patch(edit::handle))
        .route("/v1/autoScribe/users/invitations/revoke", post(revoke::handle))
        .route("/v1/autoScribe/users/invitations/{invitationId}/resend", post(resend::handle))
        .route(
            "/v1/autoScribe/users/invitations/{invitationId}/attest-npi",
            post(attest_npi::handle),
        )
        .layer(idempotent)
        .with_state(deps);
    web::serve(router)
}

/// What this function adds to openapi.json.
#[derive(OpenApi)]
#[openapi(paths(
    invite::handle,
    batch::handle,
    edit::handle,
    revoke::handle,
    resend::handle,
    attest_npi::handle
))]
pub struct Api;
