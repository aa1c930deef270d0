//! The dashboard's own pages, as opposed to pages of other sites that use the browser's cookie.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use web::Problem;

/// The origin of the dashboard (RFC 6454), such as `https://access.example`.
#[derive(Clone, Debug)]
pub struct DashboardOrigin(Arc<str>);

/// The dashboard's address has no origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the dashboard's address must be an http or https URL")]
pub struct InvalidDashboardUrl;

impl DashboardOrigin {
    /// The origin of the dashboard's URL.
    pub fn of(url: &str) -> Result<Self, InvalidDashboardUrl> {
        let url: Uri = url.parse().map_err(|_| InvalidDashboardUrl)?;
        match (url.scheme_str(), url.authority()) {
            (Some(scheme @ ("http" | "https")), Some(authority)) => {
                let origin = format!("{scheme}://{authority}").to_lowercase();
                // Browsers leave the default port out.
                let default = if scheme == "https" { ":443" } else { ":80" };
                Ok(Self(origin.strip_suffix(default).unwrap_or(&origin).into()))
            }
            _ => Err(InvalidDashboardUrl),
        }
    }

    /// Refuses a request that another site may have made. A browser sets both headers itself, and no
    /// script can change them (Fetch standard, "forbidden request-header"). A form cannot send JSON.
    pub fn require(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let is = |name: &str, value: &str| {
            headers.get(name).is_some_and(|found| found.as_bytes() == value.as_bytes())
        };
        let same_origin = is("origin", &self.0) || is("sec-fetch-site", "same-origin");
        if same_origin && is_json_or_empty(headers) { Ok(()) } else { Err(cross_site_request()) }
    }
}

fn is_json_or_empty(headers: &HeaderMap) -> bool {
    let Some(media_type) = headers.get(header::CONTENT_TYPE) else {
        return true;
    };
    let essence = media_type.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    matches!(essence.as_str(), "application/json" | "application/merge-patch+json")
}

fn cross_site_request() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "cross_site_request",
        "Send this request as JSON from the dashboard's own pages.",
    )
}

/// A request from the dashboard's own pages.
#[derive(Clone, Copy, Debug)]
pub struct FromDashboard;

impl<S> FromRequestParts<S> for FromDashboard
where
    S: Send + Sync,
    DashboardOrigin: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        DashboardOrigin::from_ref(state).require(&parts.headers).map(|()| Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_and_authority() {
        let origin = |url| DashboardOrigin::of(url).map(|origin| origin.0.to_string());
        assert_eq!(
            origin("https://Access.example/start?x=1"),
            Ok("https://access.example".to_owned())
        );
        assert_eq!(origin("https://access.example:443"), Ok("https://access.example".to_owned()));
        assert_eq!(origin("http://127.0.0.1:8080"), Ok("http://127.0.0.1:8080".to_owned()));
        for wrong in ["", "access.example", "/start", "ftp://access.example"] {
            assert_eq!(origin(wrong), Err(InvalidDashboardUrl), "{wrong}");
        }
    }

    #[test]
    fn a_request_counts_as_the_dashboards_only_with_its_origin_and_json() {
        let dashboard = DashboardOrigin::of("https://access.example").unwrap();
        for (headers, allowed) in [
            (&[("origin", "https://access.example")][..], true),
            (&[("sec-fetch-site", "same-origin")], true),
            (
                &[
                    ("origin", "https://access.example"),
                    ("content-type", "application/json; charset=utf-8"),
                ],
                true,
            ),
            (
                &[
                    ("origin", "https://access.example"),
                    ("content-type", "application/merge-patch+json"),
                ],
                true,
            ),
            (&[("origin", "https://access.example"), ("content-type", "text/plain")], false),
            (&[("origin", "https://access.example"), ("content-type", "")], false),
            (
                &[
                    ("sec-fetch-site", "same-origin"),
                    ("content-type", "application/x-www-form-urlencoded"),
                ],
                false,
            ),
            (&[], false),
            (&[("origin", "null")], false),
            (&[("origin", "https://access.example.evil.example")], false),
            (&[("origin", "http://access.example")], false),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("content-type", "application/json")], false),
        ] {
            let sent = headers.iter().map(|(name, value)| {
                (axum::http::HeaderName::from_static(name), value.parse().unwrap())
            });
            let sent: HeaderMap = sent.collect();
            assert_eq!(dashboard.require(&sent).is_ok(), allowed, "{headers:?}");
        }
    }
}
