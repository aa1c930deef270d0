//! Changing, deactivating, reactivating and releasing confirmed users; API keys; the clinic's settings and
//! ownership.

mod api_keys;
mod attest_npi;
mod clinic;
mod create_api_key;
mod edit;
mod key_decision;
mod reactivate;
mod release;
mod revoke_access;
mod rotate_api_key;
mod transfer_ownership;
mod user;

use std::sync::Arc;

use auth::DashboardOrigin;
use auth::caller::{AttestNpi, MakeApiKeys, ManageApiKeys, ManageUsers, TransferOwnership};
use auth::idempotency::OncePerKey;
use axum::Router;
use axum::extract::FromRef;
use axum::routing::{get, patch, post};
use changes::Context;
use domain::clinic::InvitationsPerDay;
use npi::Nppes;
use utoipa::OpenApi;

/// What this function needs.
#[derive(Clone, FromRef)]
pub struct Deps {
    /// The table, the clock and randomness.
    pub context: Context,
    /// The origin of the dashboard's own pages.
    pub dashboard: DashboardOrigin,
    /// The NPI registry.
    pub registry: Arc<Nppes>,
    /// The operator's quota of invitation emails.
    pub invitations_per_day: InvitationsPerDay,
}

/// The routes of this function.
pub fn router(deps: Deps) -> Router {
    let once = OncePerKey::new(&deps.context, &deps.dashboard);
    let router = Router::new()
        .route("/v1/autoScribe/users/{userId}", patch(edit::handle))
        .route(
            "/v1/autoScribe/users/revoke-access",
            once.run::<ManageUsers, _>(post(revoke_access::handle)),
        )
        .route(
            "/v1/autoScribe/users/reactivate",
            once.run::<ManageUsers, _>(post(reactivate::handle)),
        )
        .route(
            "/v1/autoScribe/users/{userId}/attest-npi",
            once.run::<AttestNpi, _>(post(attest_npi::handle)),
        )
        .route("/v1/autoScribe/users/release", once.run::<ManageUsers, _>(post(release::handle)))
        .route("/v1/clinic", get(clinic::read))
        .route("/v1/clinic", patch(clinic::edit))
        .route(
            "/v1/clinic/transfer-ownership",
            once.run::<TransferOwnership, _>(post(transfer_ownership::handle)),
        )
        .route("/v1/apiKeys", get(api_keys::list))
        .route("/v1/apiKeys", once.run::<MakeApiKeys, _>(post(create_api_key::handle)))
        .route(
            "/v1/apiKeys/{apiKeyId}/revoke",
            once.run::<ManageApiKeys, _>(post(api_keys::revoke)),
        )
        .route(
            "/v1/apiKeys/{apiKeyId}/rotate",
            once.run::<MakeApiKeys, _>(post(rotate_api_key::handle)),
        )
        .with_state(deps);
    web::serve(router)
}

/// This function's part of openapi.json.
#[derive(OpenApi)]
#[openapi(paths(
    edit::handle,
    revoke_access::handle,
    reactivate::handle,
    attest_npi::handle,
    release::handle,
    clinic::read,
    clinic::edit,
    transfer_ownership::handle,
    api_keys::list,
    create_api_key::handle,
    api_keys::revoke,
    rotate_api_key::handle
))]
pub struct Api;
