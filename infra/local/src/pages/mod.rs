//! The pages of the local service: headers that all have in common, static files, the accept page.

use askama::Template;
use axum::Router;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;

/// Own files only; the frame is the inbox's view of a mail.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
                      frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    ),
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

const ACCEPT: &str = include_str!("../../assets/accept.html");
const ACCOUNT: &str = include_str!("../../assets/account.html");

/// The accept page, the page to sign in at, and the files that pages use.
pub(crate) fn router() -> Router {
    let script = "text/javascript; charset=utf-8";
    Router::new()
        .route("/", get(async || Redirect::temporary("/inbox")))
        .route("/accept", get(async || (HEADERS, Html(ACCEPT))))
        .route(
            "/assets/accept.js",
            file(script, include_str!("../../assets/accept.js")),
        )
        .route("/sign-in", get(async || (HEADERS, Html(ACCOUNT))))
        .route("/reset", get(async || (HEADERS, Html(ACCOUNT))))
        .route(
            "/assets/account.js",
            file(script, include_str!("../../assets/account.js")),
        )
        .route(
            "/assets/inbox.js",
            file(script, include_str!("../../assets/inbox.js")),
        )
        .route(
            "/assets/style.css",
            file(
                "text/css; charset=utf-8",
                include_str!("../../assets/style.css"),
            ),
        )
}

fn file(kind: &'static str, text: &'static str) -> axum::routing::MethodRouter {
    get(async move || (HEADERS, [(header::CONTENT_TYPE, kind)], text))
}

/// A page made from a template.
pub(crate) fn page(template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (HEADERS, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "page");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_page_has_script_or_style_of_its_own_since_the_policy_would_stop_it() {
        for html in [
            ACCEPT,
            include_str!("../../templates/inbox.html"),
            include_str!("../../templates/mail.html"),
        ] {
            for inline in ["<style", "style=", "onclick=", "javascript:", "<script>"] {
                assert!(!html.contains(inline), "{inline}");
            }
        }
    }
}
