//! Every `GET` of users, invitations, temporary access, the audit, the access review and the events. It writes only
//! when an API key was last used.

mod access;
mod access_review;
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
        .route("/v1/accessReview", get(access_review::handle))
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
        access_review::handle,
        events::handle,
        access::handle
    ),
    // Query parameters refer to these schemas but do not register them.
    components(schemas(web::schema::ExpiredFilter, web::schema::ReviewFormatName))
)]
pub struct Api;
