//! Changing, deactivating and reactivating confirmed users; API keys.

mod api_keys;
mod attest_npi;
mod edit;
mod reactivate;
mod revoke_access;
mod user;

use std::sync::Arc;

use auth::PublishedKeys;
use axum::Router;
use axum::extract::FromRef;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, patch, post};
use changes::Context;
use npi::Nppes;
use utoipa::OpenApi;

/// What this function needs.
#[derive(Clone, FromRef)]
pub struct Deps {
    /// The table, the clock and randomness.
    pub context: Context,
    /// The published keys, to verify tokens.
    pub keys: PublishedKeys,
    /// The NPI registry.
    pub registry: Arc<Nppes>,
}

/// The routes of this function.
pub fn router(deps: Deps) -> Router {
    let idempotent = from_fn_with_state(
        (deps.context.clone(), deps.keys.clone()),
        auth::idempotency::answer_callers_once,
    );
    let router = Router::new()
        .route("/v1/autoScribe/users/{userId}", patch(edit::handle))
        .route("/v1/autoScribe/users/revoke-access", post(revoke_access::handle))
        .route("/v1/autoScribe/users/reactivate", post(reactivate::handle))
        .route("/v1/autoScribe/users/{userId}/attest-npi", post(attest_npi::handle))
        .route("/v1/apiKeys", get(api_keys::list).post(api_keys::create))
        .route("/v1/apiKeys/{apiKeyId}/revoke", post(api_keys::revoke))
        .layer(idempotent)
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
    api_keys::list,
    api_keys::create,
    api_keys::revoke
))]
pub struct Api;
