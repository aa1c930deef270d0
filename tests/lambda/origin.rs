//! Real functions answer only what came through CloudFront.

use serde_json::{Value, json};
use tests::runtime_api::FunctionProcess;

use super::{binary_path, http_event, http_response, next_outcome, settings};
use crate::support::App;

const OLD: &str = "0123456789abcdef0123456789abcdef";
const NEW: &str = "fedcba9876543210fedcba9876543210";
const ROUTED: [(&str, &str, &str); 6] = [
    ("invite", "POST", "/v1/autoScribe/users"),
    ("confirm", "POST", "/v1/invitation/lookup"),
    ("list", "GET", "/v1/autoScribe/users"),
    ("users", "GET", "/v1/clinic"),
    ("session", "GET", "/v1/session"),
    ("temporary-access", "GET", "/.well-known/jwks.json"),
];

/// The settings with these secrets.
fn with_secrets(app: &App, secrets: &str) -> Vec<(&'static str, String)> {
    let mut settings = settings(app);
    settings.retain(|(name, _)| *name != "ORIGIN_SECRETS");
    settings.push(("ORIGIN_SECRETS", secrets.to_owned()));
    settings
}

fn with_headers(event: &str, headers: &[(&str, &str)]) -> String {
    let mut event: Value = serde_json::from_str(event).unwrap();
    for (name, value) in headers {
        event["headers"][name] = json!(value);
    }
    event.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_function_with_a_route_is_403_without_the_secret_of_cloudfront() {
    let app = App::start().await;
    let secrets = with_secrets(&app, &format!("{OLD} {NEW}"));
    for (name, method, path) in ROUTED {
        let direct = http_event(method, path, Some(&app.key), "");
        let mut function = FunctionProcess::start(&binary_path(name), &secrets).await.unwrap();
        for (headers, refused) in [
            (&[][..], true),
            (&[("autoscribe-origin-secret", "0123456789abcdef0123456789abcdeF")], true),
            (&[("autoscribe-origin-secret", OLD)], false),
            (&[("autoscribe-origin-secret", NEW)], false),
        ] {
            function.send(with_headers(&direct, headers)).unwrap();
            let (status, body) = http_response(next_outcome(&mut function).await);
            let is_refused = body["code"] == "public_url_required";
            assert_eq!(is_refused, refused, "{name} {headers:?}: {status} {body}");
            assert!(!refused || status == 403, "{name} {headers:?}: {status} {body}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_cloudfront_the_client_is_the_viewer_and_not_the_edge() {
    let app = App::start().await;
    let headers = [("autoscribe-origin-secret", OLD), ("autoscribe-viewer-address", "2001:db8::9")];
    let event = with_headers(&http_event("GET", "/v1/session", None, ""), &headers);
    for (secrets, client) in [(OLD, "2001:db8::9"), ("off", "192.0.2.7"), (NEW, "192.0.2.7")] {
        let settings = with_secrets(&app, secrets);
        let started = FunctionProcess::start_with_log(&binary_path("session"), &settings).await;
        let mut function = started.unwrap();
        function.send(event.clone()).unwrap();
        next_outcome(&mut function).await;
        let line = function.wait_for_log_line("answered").await.unwrap();
        assert_eq!(line["fields"]["ip"], client, "{secrets}: {line}");
        assert!(!line.to_string().contains(OLD), "the log holds the secret: {line}");
    }
}
