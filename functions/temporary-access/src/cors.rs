//! CORS of the routes that a viewer's page calls. No other route of the service has it, because the dashboard is on
//! the service's own origin.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::routing::{MethodFilter, MethodRouter, on};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// How long a browser keeps the answer to a preflight request.
const KEPT_FOR: Duration = Duration::from_hours(1);

/// The pages that may call the routes of a viewer.
#[derive(Clone, Debug)]
pub struct ViewerOrigins(AllowOrigin);

/// An origin of the setting is not an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("VIEWER_ORIGINS must be origins such as https://viewer.example, separated by commas")]
pub struct InvalidOrigin;

impl ViewerOrigins {
    /// Reads the origins of the setting, such as `https://viewer.example`, separated by commas.
    pub fn parse(text: &str) -> Result<Self, InvalidOrigin> {
        let origins = text.split(',').map(read_origin).collect::<Result<Vec<_>, _>>()?;
        Ok(Self(AllowOrigin::list(origins)))
    }

    /// Every page of this machine, for a viewer under development.
    pub fn of_this_machine() -> Self {
        Self(AllowOrigin::predicate(|origin, _| {
            let hosts = ["http://localhost", "http://127.0.0.1"];
            let text = origin.to_str().unwrap_or_default();
            hosts.iter().any(|host| {
                let rest = text.strip_prefix(host);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
            })
        }))
    }

    /// Lets these pages call a route, without credentials of the browser.
    pub(crate) fn allow<S: Clone + Send + Sync + 'static>(
        &self,
        route: MethodRouter<S>,
    ) -> MethodRouter<S, Infallible> {
        let layer = CorsLayer::new()
            .allow_origin(self.0.clone())
            .allow_methods([Method::GET, Method::POST])
            .allow_headers([
                header::AUTHORIZATION,
                header::CONTENT_TYPE,
                HeaderName::from_static("dpop"),
                HeaderName::from_static("idempotency-key"),
            ])
            .expose_headers([header::RETRY_AFTER])
            .max_age(KEPT_FOR);
        // The layer answers it. The route only makes the method known.
        let preflight = on(MethodFilter::OPTIONS, async || StatusCode::NO_CONTENT);
        route.merge(preflight).layer(layer)
    }
}

/// Reads an origin as browsers write it, without the default port.
fn read_origin(text: &str) -> Result<HeaderValue, InvalidOrigin> {
    let (scheme, host) = text.trim().split_once("://").ok_or(InvalidOrigin)?;
    let port = match scheme {
        "https" => ":443",
        "http" => ":80",
        _ => return Err(InvalidOrigin),
    };
    let host = host.strip_suffix(port).unwrap_or(host);
    if host.is_empty() || host.contains('/') {
        return Err(InvalidOrigin);
    }
    HeaderValue::try_from(format!("{scheme}://{host}")).map_err(|_| InvalidOrigin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_names_origins() {
        for (text, origin) in [
            ("https://viewer.example", "https://viewer.example"),
            (" http://localhost:5173", "http://localhost:5173"),
            ("https://viewer.example:443", "https://viewer.example"),
            ("http://localhost:80", "http://localhost"),
            ("http://localhost:443", "http://localhost:443"),
        ] {
            assert_eq!(read_origin(text).unwrap(), origin);
        }
        assert!(ViewerOrigins::parse("https://a.example, http://localhost:5173").is_ok());
        for text in
            ["", "*", "null", "viewer.example", "https://a.example,", "https://a\nb", "https://a/"]
        {
            assert!(ViewerOrigins::parse(text).is_err(), "{text}");
        }
    }
}
