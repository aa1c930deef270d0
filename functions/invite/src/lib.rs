//! Inviting people, and changing, resending and revoking invitations. Looking up their NPIs.
//!
//! This function sends no email. Each committed invitation is also an outbox entry, which `mailer`
//! reads off the table's stream.

mod attest_npi;
mod batch;
mod draft;
mod edit;
mod invitation;
mod invite;
mod npi_lookup;
mod remembered_clinics;
mod resend;
mod revoke;

use std::sync::Arc;

use auth::DashboardOrigin;
use auth::caller::{AttestNpi, ChangeInvitations, Invite, RevokeInvitations};
use auth::idempotency::OncePerKey;
use axum::Router;
use axum::extract::FromRef;
use axum::routing::{patch, post};
use changes::Context;
use npi::Nppes;
use utoipa::OpenApi;

pub use remembered_clinics::RememberedClinics;

/// What this function needs.
#[derive(Clone, FromRef)]
pub struct Deps {
    /// The table, the clock and randomness.
    pub context: Context,
    /// The origin of the dashboard's own pages.
    pub dashboard: DashboardOrigin,
    /// The NPI registry.
    pub registry: Arc<Nppes>,
    /// Clinics, and the quota of their invitation emails.
    pub clinics: RememberedClinics,
}

/// The routes of this function.
pub fn router(deps: Deps) -> Router {
    let once = OncePerKey::new(&deps.context, &deps.dashboard);
    let router = Router::new()
        .route("/v1/autoScribe/users", once.run::<Invite, _>(post(invite::handle)))
        .route("/v1/autoScribe/users/batch", once.run::<Invite, _>(post(batch::handle)))
        .route("/v1/autoScribe/users/invitations/{invitationId}", patch(edit::handle))
        .route(
            "/v1/autoScribe/users/invitations/revoke",
            once.run::<RevokeInvitations, _>(post(revoke::handle)),
        )
        .route(
            "/v1/autoScribe/users/invitations/{invitationId}/resend",
            once.run::<ChangeInvitations, _>(post(resend::handle)),
        )
        .route(
            "/v1/autoScribe/users/invitations/{invitationId}/attest-npi",
            once.run::<AttestNpi, _>(post(attest_npi::handle)),
        )
        .route("/v1/npi/lookup", post(npi_lookup::handle))
        .with_state(deps);
    web::serve(router)
}

/// This function's part of openapi.json.
#[derive(OpenApi)]
#[openapi(paths(
    invite::handle,
    batch::handle,
    edit::handle,
    revoke::handle,
    resend::handle,
    attest_npi::handle,
    npi_lookup::handle
))]
pub struct Api;
