//! CORS: only the routes that the page of a viewer calls have it, without credentials.

use reqwest::Method;
use serde_json::json;

use crate::support::{App, REDEEM, RENEW, TestResponse};

const VIEWER: &str = "http://localhost:5173";
const KEYS: &str = "/.well-known/jwks.json";

async fn preflight(app: &App, path: &str, origin: &str) -> TestResponse {
    let request = app.as_holder_of("").request(Method::OPTIONS, path);
    let request = request.header("origin", origin).header("access-control-request-method", "POST");
    TestResponse::fetch(request.header("access-control-request-headers", "dpop")).await
}

fn allowed(answer: &TestResponse) -> Option<&str> {
    assert!(!answer.headers.contains_key("access-control-allow-credentials"));
    answer.headers.get("access-control-allow-origin").map(|origin| origin.to_str().unwrap())
}

#[tokio::test]
async fn the_routes_of_a_viewer_answer_its_preflight() {
    let app = App::start().await;
    for path in [REDEEM, RENEW, KEYS] {
        for (origin, expected) in [
            (VIEWER, Some(VIEWER)),
            ("http://127.0.0.1", Some("http://127.0.0.1")),
            ("https://evil.example", None),
            ("http://localhost.evil.example", None),
            ("null", None),
        ] {
            let answer = preflight(&app, path, origin).await;
            assert_eq!(
                (answer.status.as_u16(), allowed(&answer)),
                (200, expected),
                "{path} {origin}"
            );
            let headers = answer.headers["access-control-allow-headers"].to_str().unwrap();
            assert_eq!(headers, "authorization,content-type,dpop,idempotency-key");
        }
    }
    for path in ["/v1/session", "/v1/access/introspect", "/v1/invitation/accept", "/v1/access"] {
        let answer = preflight(&app, path, VIEWER).await;
        assert_eq!(allowed(&answer), None, "{path}");
        assert!(answer.status.is_client_error(), "{path}");
    }
}

#[tokio::test]
async fn a_viewer_reads_answers_and_problems() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    let link = app.issue_link(&reader).await;
    let viewer = app.as_invitee().with_header("origin", VIEWER);
    for status in [200, 404] {
        let answer = viewer.post(REDEEM, &json!({ "token": link.token })).await;
        assert_eq!((answer.status.as_u16(), allowed(&answer)), (status, Some(VIEWER)));
    }
    let answer = viewer.post(RENEW, &json!({})).await;
    answer.expect_problem(401, "view_token_required");
    assert_eq!(allowed(&answer), Some(VIEWER));
    assert_eq!(allowed(&viewer.get(KEYS).await), Some(VIEWER));
    assert_eq!(allowed(&viewer.get("/v1/session").await), None);
}
