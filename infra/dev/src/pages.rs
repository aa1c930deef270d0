//! The pages of the service: their headers, static files, and the pages to accept an invitation
//! and to sign in.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;

/// Allows only files of this service. The frame is the one around an email.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
                      frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The headers of every page.
pub(crate) const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

const ACCEPT: &str = include_str!("../../../dashboard/accept.html");
const ACCOUNT: &str = include_str!("../../../dashboard/account.html");

/// The accept page, the sign-in page, and the files that pages use.
pub(crate) fn router() -> Router {
    Router::new()
        .route("/", get(async || Redirect::temporary("/inbox")))
        .route("/accept", get(async || (HEADERS, Html(ACCEPT))))
        .route(
            "/assets/accept.js",
            get(async || script(include_str!("../../../dashboard/assets/accept.js"))),
        )
        .route("/sign-in", get(async || (HEADERS, Html(ACCOUNT))))
        .route("/reset", get(async || (HEADERS, Html(ACCOUNT))))
        .route(
            "/assets/account.js",
            get(async || script(include_str!("../../../dashboard/assets/account.js"))),
        )
        .route("/{page}", get(show_encoded_link))
        .route("/assets/inbox.js", get(async || script(include_str!("../assets/inbox.js"))))
        .route(
            "/assets/style.css",
            get(async || {
                file("text/css; charset=utf-8", include_str!("../../../dashboard/assets/style.css"))
            }),
        )
}

/// Shows the page of a link whose `#` an email scanner has encoded.
async fn show_encoded_link(Path(page): Path<String>) -> Response {
    // Another scanner may have encoded it once more.
    match page.split_once(['#', '%']) {
        Some(("accept", _)) => (HEADERS, Html(ACCEPT)).into_response(),
        Some(("reset", _)) => (HEADERS, Html(ACCOUNT)).into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn file(kind: &'static str, text: &'static str) -> Response {
    (HEADERS, [(header::CONTENT_TYPE, kind)], text).into_response()
}

/// A page's script.
pub(crate) fn script(text: &'static str) -> Response {
    file("text/javascript; charset=utf-8", text)
}

/// Renders a page.
pub(crate) fn render(template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (HEADERS, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page failed to render");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_link_whose_fragment_was_encoded_opens_its_page() {
        for (page, status) in [
            ("accept#token=abc", StatusCode::OK),
            ("reset#token=abc", StatusCode::OK),
            ("accept%23token%3Dabc", StatusCode::OK),
            ("reset%2523token=abc", StatusCode::OK),
            ("accept", StatusCode::NOT_FOUND),
            ("other#token=abc", StatusCode::NOT_FOUND),
        ] {
            assert_eq!(show_encoded_link(Path(page.to_owned())).await.status(), status, "{page}");
        }
    }

    #[test]
    fn no_page_has_inline_scripts_or_styles_which_the_policy_forbids() {
        for html in [
            ACCEPT,
            include_str!("../templates/inbox.html"),
            include_str!("../templates/email.html"),
            include_str!("../templates/examples/study.html"),
            include_str!("../assets/examples/opening.html"),
            include_str!("../assets/examples/pacs.html"),
        ] {
            for inline in ["<style", "style=", "onclick=", "javascript:", "<script>"] {
                assert!(!html.contains(inline), "{inline}");
            }
        }
    }
}
