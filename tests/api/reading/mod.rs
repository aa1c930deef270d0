//! How requests of real clients are read: what they leave out, repeat, or spell in their own way.

mod bodies;
mod ids;
mod nothing;
mod queries;
mod read_back;

use reqwest::Method;

use crate::support::{TestClient, TestResponse};

const USERS: &str = "/v1/autoScribe/users";
const INVITATIONS: &str = "/v1/autoScribe/users/invitations";

/// Sends a body exactly as written.
async fn send_raw(
    client: &TestClient,
    method: Method,
    path: &str,
    body: impl Into<reqwest::Body>,
) -> TestResponse {
    let request = client.request(method, path).header("content-type", "application/json");
    TestResponse::fetch(request.body(body)).await
}

/// Compares status and code with what is expected: a number, or a number and a code.
#[track_caller]
fn check(case: &str, answer: &TestResponse, expected: (u16, &str)) {
    let json: serde_json::Value = serde_json::from_str(&answer.text).unwrap_or_default();
    let code = json["code"].as_str().unwrap_or_default();
    assert_eq!((answer.status.as_u16(), code), expected, "{case}: {}", answer.text);
}
