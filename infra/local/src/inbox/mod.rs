//! Stands in for Amazon SES: takes every mail, sends none, and shows them.

mod capture;
mod pages;
mod store;

pub use capture::SesFault;
pub use store::{Captured, Inbox};

use axum::Router;
use axum::routing::{get, post};
use domain::entropy::Entropy;
use domain::time::Clock;
use std::sync::Arc;

/// What the capture and the pages share.
#[derive(Clone)]
pub(crate) struct Post {
    pub(crate) inbox: Inbox,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

/// SES's one operation that is used here, and the pages.
pub(crate) fn router(post_office: Post) -> Router {
    Router::new()
        .route("/v2/email/outbound-emails", post(capture::send_email))
        .route("/inbox", get(pages::list))
        .route("/inbox.json", get(pages::list_json))
        .route("/inbox/{id}", get(pages::one))
        .route("/inbox/{id}/html", get(pages::html))
        .with_state(post_office)
}
