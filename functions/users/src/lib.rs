//! Changing, deactivating, reactivating and releasing confirmed users; API keys; webhook endpoints; the
//! clinic's settings and ownership.

mod api_keys;
mod attest_npi;
mod clinic;
mod create_api_key;
mod create_webhook;
mod edit;
mod edit_webhook;
mod key_decision;
mod reactivate;
mod redeliver;
mod release;
mod request_webhook;
mod revoke_access;
mod rotate_api_key;
mod rotate_webhook;
mod transfer_ownership;
mod user;
mod webhook;
mod webhook_deliveries;
mod webhooks;

use std::sync::Arc;

use auth::DashboardOrigin;
use auth::caller::{
    AttestNpi, MakeApiKeys, MakeWebhooks, ManageApiKeys, ManageUsers, ManageWebhooks,
    TransferOwnership,
};
use auth::idempotency::OncePerKey;
use axum::Router;
use axum::extract::FromRef;
use axum::routing::{get, patch, post};
use changes::Context;
use domain::clinic::InvitationsPerDay;
use domain::credentials::keyring::{Keyring, WebhookSecrets};
use domain::webhook::Receivers;
use npi::Nppes;
use queue::WebhookQueue;
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
    /// The keys of the secrets of webhooks.
    pub webhook_keys: Arc<Keyring<WebhookSecrets>>,
    /// The queue of the function `webhooks`.
    pub queue: WebhookQueue,
    /// Which receivers a webhook can have.
    pub receivers: Receivers,
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
        .route("/v1/webhookEndpoints", get(webhooks::list))
        .route("/v1/webhookEndpoints", once.run::<MakeWebhooks, _>(post(create_webhook::handle)))
        .route("/v1/webhookEndpoints/{webhookEndpointId}", patch(edit_webhook::handle))
        .route(
            "/v1/webhookEndpoints/{webhookEndpointId}/rotate",
            once.run::<MakeWebhooks, _>(post(rotate_webhook::handle)),
        )
        .route(
            "/v1/webhookEndpoints/{webhookEndpointId}/verify",
            once.run::<ManageWebhooks, _>(post(request_webhook::verify)),
        )
        .route(
            "/v1/webhookEndpoints/{webhookEndpointId}/test",
            once.run::<ManageWebhooks, _>(post(request_webhook::test)),
        )
        .route(
            "/v1/webhookEndpoints/{webhookEndpointId}/end",
            once.run::<ManageWebhooks, _>(post(webhooks::end)),
        )
        .route(
            "/v1/webhookEndpoints/{webhookEndpointId}/deliveries",
            get(webhook_deliveries::handle),
        )
        .route(
            "/v1/webhookEndpoints/{webhookEndpointId}/redeliver",
            once.run::<ManageWebhooks, _>(post(redeliver::handle)),
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
    rotate_api_key::handle,
    webhooks::list,
    create_webhook::handle,
    edit_webhook::handle,
    rotate_webhook::handle,
    request_webhook::verify,
    request_webhook::test,
    webhooks::end,
    webhook_deliveries::handle,
    redeliver::handle
))]
pub struct Api;
