//! `GET` and `DELETE /v1/session`.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::support::{App, TestResponse, cookie_in, dashboard_member, with};

#[tokio::test]
async fn the_current_session_shows_the_user_and_the_clinic() {
    let app = App::start().await;
    let person = with(dashboard_member("grace@clinic.example"), json!({"canManageStudies": false}));
    let session = app.confirm_and_sign_in(&person).await;
    let who = session.client.get("/v1/session").await.expect(200);
    assert_eq!(who["user"]["userId"], session.user_id);
    assert_eq!(who["clinic"]["name"], "Riverside Imaging");
    assert!(who["sessionId"].as_str().unwrap().starts_with("ses_"));
    app.as_pacs().get("/v1/session").await.expect_problem(403, "forbidden");
}

#[tokio::test]
async fn signing_out_ends_the_refresh_token_and_clears_the_cookie() {
    let app = App::start().await;
    let session = app.confirm_and_sign_in(&dashboard_member("grace@clinic.example")).await;
    let other = app.open_session("grace@clinic.example").await;
    let out = TestResponse::fetch(session.client.request(Method::DELETE, "/v1/session")).await;
    assert_eq!(out.status, 204);
    assert_eq!(cookie_in(&out).as_deref(), Some(""));
    app.refresh(&session.refresh).await.expect_problem(401, "session_ended");
    app.refresh_session(&other).await;
    assert_eq!(app.list_audit_records("session.ended").await.len(), 1);
    let again = TestResponse::fetch(session.client.request(Method::DELETE, "/v1/session")).await;
    assert_eq!(again.status, 204, "a repeat must change nothing");
    assert_eq!(app.list_audit_records("session.ended").await.len(), 1);
}

#[tokio::test]
async fn an_access_token_expires_after_15_minutes() {
    let app = App::start().await;
    let session = app.confirm_and_sign_in(&dashboard_member("grace@clinic.example")).await;
    app.clock.advance(Duration::from_secs(14 * 60 + 50));
    session.client.get("/v1/session").await.expect(200);
    app.clock.advance(Duration::from_secs(10));
    session.client.get("/v1/session").await.expect_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_deactivated_persons_access_token_is_401() {
    let app = App::start().await;
    let session = app.confirm_and_sign_in(&dashboard_member("grace@clinic.example")).await;
    let body = json!({"userId": session.user_id});
    app.as_pacs().post("/v1/autoScribe/users/revoke-access", &body).await.expect(200);
    session.client.get("/v1/session").await.expect_problem(401, "unauthenticated");
}
