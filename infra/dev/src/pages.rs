//! The pages of the service: those of the dashboard as CloudFront serves them, and the headers of all.

use std::path::{Path, PathBuf};

use askama::Template;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use tower::ServiceExt as _;
use tower_http::compression::CompressionLayer;
use tower_http::services::ServeDir;

/// The policy of the dashboard, as the template has it.
const DASHBOARD_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; \
     manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types 'none'",
);

/// The policy of the inbox and the examples. The frame is the one around an email or a view.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
     frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// The headers of every page of the inbox and the examples.
pub(crate) const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// The colors of the dashboard and the styles of the pages here. One file, because axe inlines what a style sheet imports,
/// which the policy forbids.
const STYLE: &str = concat!(
    include_str!("../../../dashboard/src/ui/tokens.css"),
    include_str!("../assets/style.css"),
);

/// The dashboard was not built.
#[derive(Debug, thiserror::Error)]
#[error("{0} has no pages")]
pub(crate) struct PagesError(PathBuf);

/// The pages of the built dashboard. Every path that no other route has is one of them.
pub(crate) fn router(dashboard: &Path) -> Result<Router, PagesError> {
    if !dashboard.join("index.html").is_file() {
        return Err(PagesError(dashboard.to_owned()));
    }
    Ok(Router::new()
        .route("/dev/style.css", get(async || file("text/css; charset=utf-8", STYLE)))
        .route("/dev/inbox.js", get(async || script(include_str!("../assets/inbox.js"))))
        .route("/", get(show_page))
        .route("/{*path}", get(show_page))
        .layer(CompressionLayer::new())
        .with_state(ServeDir::new(dashboard)))
}

async fn show_page(State(files): State<ServeDir>, mut request: Request) -> Response {
    let name = choose_file(request.uri().path());
    let Ok(uri) = name.parse::<Uri>() else { return StatusCode::NOT_FOUND.into_response() };
    *request.uri_mut() = uri;
    let built = name.starts_with("/assets/");
    let Ok(answer) = files.oneshot(request).await;
    // A built file has another name once its content changes.
    let immutable = built && answer.status().is_success();
    let cache = if immutable { "public, max-age=31536000, immutable" } else { "no-store" };
    let headers = [
        (header::CONTENT_SECURITY_POLICY, DASHBOARD_POLICY),
        (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
    ];
    (headers, answer).into_response()
}

/// The file of a page, as the function `ChoosePage` of the template chooses it. Some email scanners encode the `#`
/// of a link, so what follows it comes in the path.
fn choose_file(path: &str) -> String {
    for page in ["accept", "reset", "sign-in", "restricted"] {
        if let Some(rest) = path.strip_prefix('/').and_then(|path| path.strip_prefix(page))
            && (rest.is_empty() || rest.starts_with(['#', '%']))
        {
            return format!("/{page}.html");
        }
    }
    let last = path.rsplit('/').next().unwrap_or_default();
    if last.contains('.') { path.to_owned() } else { "/index.html".to_owned() }
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

/// Pages for tests of what is around them.
#[cfg(test)]
pub(crate) fn no_pages() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let write = |name, text| std::fs::write(directory.path().join(name), text).unwrap();
    std::fs::create_dir(directory.path().join("assets")).unwrap();
    write("index.html", "application");
    write("accept.html", "accept");
    write("assets/index-abc.js", "script");
    directory
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http_body_util::BodyExt as _;

    use super::*;

    #[test]
    fn a_path_is_a_page_of_its_own_or_of_the_application() {
        for (path, file) in [
            ("/", "/index.html"),
            ("/users", "/index.html"),
            ("/users/usr_0192", "/index.html"),
            ("/users/invitations/new", "/index.html"),
            ("/accept", "/accept.html"),
            ("/accept%23token%3Dabc.def", "/accept.html"),
            ("/reset%2523token=abc", "/reset.html"),
            ("/sign-in", "/sign-in.html"),
            ("/restricted", "/restricted.html"),
            ("/accepted", "/index.html"),
            ("/assets/index-abc.js", "/assets/index-abc.js"),
        ] {
            assert_eq!(choose_file(path), file, "{path}");
        }
    }

    #[tokio::test]
    async fn a_page_is_never_stored_and_a_built_file_always() {
        let pages = no_pages();
        let router = router(pages.path()).unwrap();
        for (path, status, body, cache) in [
            ("/users/invitations", 200, "application", "no-store"),
            ("/accept%23token=a", 200, "accept", "no-store"),
            ("/assets/index-abc.js", 200, "script", "public, max-age=31536000, immutable"),
            ("/assets/index-old.js", 404, "", "no-store"),
            ("/../Cargo.toml", 404, "", "no-store"),
        ] {
            let request = Request::get(path).body(Body::empty()).unwrap();
            let answer = router.clone().oneshot(request).await.unwrap();
            assert_eq!(answer.status(), status, "{path}");
            assert_eq!(answer.headers()[header::CACHE_CONTROL], cache, "{path}");
            assert_eq!(answer.headers()[header::CONTENT_SECURITY_POLICY], DASHBOARD_POLICY);
            let bytes = answer.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(bytes, body, "{path}");
        }
    }

    #[tokio::test]
    async fn a_file_is_compressed_as_cloudfront_does() {
        let pages = no_pages();
        std::fs::write(pages.path().join("assets/index-abc.js"), "script;".repeat(100)).unwrap();
        let request = Request::get("/assets/index-abc.js").header("accept-encoding", "gzip");
        let request = request.body(Body::empty()).unwrap();
        let answer = router(pages.path()).unwrap().oneshot(request).await.unwrap();
        assert_eq!(answer.headers()[header::CONTENT_ENCODING], "gzip");
    }

    #[test]
    fn a_dashboard_that_was_not_built_is_an_error() {
        let scratch = tempfile::tempdir().unwrap();
        assert!(router(scratch.path()).is_err());
    }

    #[test]
    fn no_page_has_inline_scripts_or_styles_which_the_policy_forbids() {
        for html in [
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
