//! Rules of every route: bodies, limits, methods, unknown paths.

use reqwest::Method;
use serde_json::json;

use crate::support::{App, TestResponse, member};

const USERS: &str = "/v1/autoScribe/users";

#[tokio::test]
async fn a_malformed_body_is_400() {
    let app = App::start().await;
    for body in
        ["{", "", "[]", "null", "7", "{\"email\": \u{1}}", "{\"a\":1}x", &"[".repeat(10_000)]
    {
        let request =
            app.as_pacs().request(Method::POST, USERS).header("content-type", "application/json");
        TestResponse::fetch(request.body(body.to_owned()))
            .await
            .expect_problem(400, "json_invalid");
    }
    let request =
        app.as_pacs().request(Method::POST, USERS).header("content-type", "application/json");
    TestResponse::fetch(request.body(vec![b'{', b'"', 0xff, b'"', b'}']))
        .await
        .expect_problem(400, "json_invalid");
}

#[tokio::test]
async fn another_media_type_is_415() {
    let app = App::start().await;
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""] {
        let request = app.as_pacs().request(Method::POST, USERS).header("content-type", kind);
        TestResponse::fetch(request.body(member("a@clinic.example").to_string()))
            .await
            .expect_problem(415, "content_type_unsupported");
    }
    let request = app
        .as_pacs()
        .request(Method::POST, USERS)
        .header("content-type", "Application/JSON; charset=utf-8");
    TestResponse::fetch(request.body(member("a@clinic.example").to_string())).await.expect(201);
}

#[tokio::test]
async fn a_body_over_64_kib_is_413() {
    let app = App::start().await;
    let body = |bytes: usize| {
        let empty = json!({"x": ""}).to_string().len();
        json!({"x": "a".repeat(bytes - empty)}).to_string()
    };
    let send = async |bytes: usize| {
        let request =
            app.as_pacs().request(Method::POST, USERS).header("content-type", "application/json");
        TestResponse::fetch(request.body(body(bytes))).await
    };
    send(64 * 1024).await.expect(422);
    send(64 * 1024 + 1).await.expect_problem(413, "body_too_large");
}

#[tokio::test]
async fn answers_are_not_cached() {
    let app = App::start().await;
    let answer = app.as_pacs().get(USERS).await;
    assert_eq!(answer.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    let app = App::start().await;
    for (path, status) in [
        (USERS, 200),
        ("/v1/autoScribe/users?limit=x", 422),
        ("/v1/autoScribe/users/usr_01a21de5f04f7de0969b3b1cef6934d1", 404),
        ("/.well-known/jwks.json", 200),
    ] {
        let answer = app.as_pacs().get(path).await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.headers["strict-transport-security"], "max-age=63072000", "{path}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{path}");
    }
}

#[tokio::test]
async fn a_get_or_head_changes_nothing() {
    let app = App::start().await;
    let token = app.invite_and_get_token(&member("grace@clinic.example")).await;
    app.wait_for_emails("grace@clinic.example", 1).await;
    let before = app.count_items().await;
    for path in ["lookup", "accept", "reject", "request-new"] {
        for method in [Method::GET, Method::HEAD] {
            let path = format!("/v1/invitation/{path}?token={token}");
            let answer = TestResponse::fetch(app.as_invitee().request(method, &path)).await;
            assert!(answer.status.is_client_error(), "{path}");
        }
    }
    assert_eq!(app.count_items().await, before);
}

#[tokio::test]
async fn an_unknown_or_undecodable_path_is_404() {
    let app = App::start().await;
    for path in ["users/%ff", "users/invitations/%ff", "users/%00"] {
        let answer = app.as_pacs().get(&format!("/v1/autoScribe/{path}")).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.headers["content-type"], "application/problem+json");
    }
    let nowhere = app.as_pacs().get("/v1/autoScribe/nowhere").await;
    assert_eq!(nowhere.status, 404, "the template has no such route");
}
