//! Temporary access: links into the viewer, and the views that they open.

mod cors;
mod ephemeral;
mod introspect;
mod issue;
mod jwks;
mod link_request;
mod redeem;
mod refusal;
mod renew;
mod reroute;
mod revoke;
mod view_check;
mod view_token;
mod viewer_link;
mod viewer_only;

use std::sync::Arc;

use auth::caller::IssueAccess;
use auth::idempotency::OncePerKey;
use auth::jwt::{Signer, SigningKeys};
use auth::{DashboardOrigin, PublishedKeys};
use axum::Router;
use axum::extract::FromRef;
use axum::routing::{get, post};
use changes::Context;
use domain::credentials::keyring::{AccessLinks, Keyring};
use utoipa::OpenApi;
use web::Problem;

pub use cors::{InvalidOrigin, ViewerOrigins};
pub use viewer_link::{LinkStyle, Links, UnknownStyle};

/// What this function needs.
#[derive(Clone, FromRef)]
pub struct Deps {
    /// The table, the clock and randomness.
    pub context: Context,
    /// The origin of the dashboard's own pages.
    pub dashboard: DashboardOrigin,
    /// The published keys, to verify view tokens.
    pub keys: PublishedKeys,
    /// The private keys of view tokens.
    pub signing: Arc<SigningKeys>,
    /// Makes and reads the tokens of links.
    pub tokens: Arc<Keyring<AccessLinks>>,
    /// Where links lead.
    pub links: Links,
    /// The pages of viewers.
    pub viewers: ViewerOrigins,
}

impl Deps {
    /// A signer for view tokens. 503 while no key is published, as in a new stack.
    pub(crate) async fn signer(&self) -> Result<Signer, Problem> {
        if let Ok(signer) = self.signing.signer(&self.keys.load_cached().await?) {
            return Ok(signer);
        }
        // The keys may have been rotated after they were cached.
        self.signing.signer(&self.keys.load_recent().await?).map_err(|error| {
            self.signing.mark_outdated();
            tracing::error!(%error, "no view can be opened");
            Problem::unavailable()
        })
    }
}

/// The routes of this function. A route whose only credential is a link or view token stores no answer for an
/// `Idempotency-Key`. Redeem recognizes its own repeat.
pub fn router(deps: Deps) -> Router {
    let once = OncePerKey::new(&deps.context, &deps.dashboard);
    let viewers = deps.viewers.clone();
    let studies = "/v1/autoScribe/studies";
    let router = Router::new()
        .route(&format!("{studies}/reroute-url"), once.run::<IssueAccess, _>(post(reroute::handle)))
        .route(
            &format!("{studies}/viewer-only-reroute-url"),
            once.run::<IssueAccess, _>(post(viewer_only::handle)),
        )
        .route(
            "/v1/autoScribe/ephemeral-sessions",
            once.run::<IssueAccess, _>(post(ephemeral::handle)),
        )
        .route("/v1/access/revoke", once.run::<IssueAccess, _>(post(revoke::handle)))
        .route("/v1/access/redeem", viewers.allow(post(redeem::handle)))
        .route("/v1/access/renew", viewers.allow(post(renew::handle)))
        .route("/v1/access/introspect", post(introspect::handle))
        .route("/.well-known/jwks.json", viewers.allow(get(jwks::handle)))
        .with_state(deps);
    web::serve(router)
}

/// This function's part of openapi.json.
#[derive(OpenApi)]
#[openapi(paths(
    reroute::handle,
    viewer_only::handle,
    ephemeral::handle,
    redeem::handle,
    renew::handle,
    introspect::handle,
    revoke::handle,
    jwks::handle
))]
pub struct Api;
