//! Every `GET` of users, invitations, temporary access, the audit and the events. It writes only when an API key
//! was last used.

mod access;
mod audit_events;
mod events;
mod invitation;
mod invitation_names;
mod invitation_summary;
mod invitations;
mod user;
mod users;

use auth::DashboardOrigin;
use axum::Router;
use axum::extract::FromRef;
use axum::routing::get;
use changes::Context;
use utoipa::OpenApi;

/// What this function needs.
#[derive(Clone, FromRef)]
pub struct Deps {
    /// The table, the clock and randomness.
    pub context: Context,
    /// The origin of the dashboard's own pages.
    pub dashboard: DashboardOrigin,
}

/// The routes of this function.
pub fn router(deps: Deps) -> Router {
    let router = Router::new()
        .route("/v1/autoScribe/users", get(users::handle))
        .route("/v1/autoScribe/users/{userId}", get(user::handle))
        .route("/v1/autoScribe/users/invitations", get(invitations::handle))
        .route("/v1/autoScribe/users/invitations/summary", get(invitation_summary::handle))
        .route("/v1/autoScribe/users/invitations/{invitationId}", get(invitation::handle))
        .route("/v1/auditEvents", get(audit_events::handle))
        .route("/v1/events", get(events::handle))
        .route("/v1/access", get(access::handle))
        .with_state(deps);
    web::serve(router)
}

/// This function's part of openapi.json.
#[derive(OpenApi)]
#[openapi(
    paths(
        users::handle,
        user::handle,
        invitations::handle,
        invitation_summary::handle,
        invitation::handle,
        audit_events::handle,
        events::handle,
        access::handle
    ),
    // A query parameter refers to this schema but does not register it.
    components(schemas(web::schema::ExpiredFilter))
)]
pub struct Api;
