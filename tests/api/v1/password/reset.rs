//! `POST /v1/password/reset`.

use std::time::Duration;

use emulator::breached_passwords::BREACHED_PASSWORDS;
use serde_json::json;

use crate::support::{App, PASSWORD, TestResponse, dashboard_member, member};

const NEW: &str = "violet-anchor-pumice";

async fn reset(app: &App, token: &str, password: &str) -> TestResponse {
    let body = json!({"token": token, "password": password});
    app.as_invitee().post("/v1/password/reset", &body).await
}

#[tokio::test]
async fn a_reset_link_works_once_and_ends_every_session() {
    let app = App::start().await;
    let session = app.confirm_and_sign_in(&dashboard_member("grace@clinic.example")).await;
    let token = app.request_reset_token("grace@clinic.example").await;
    reset(&app, &token, NEW).await.expect(200);
    session.client.get("/v1/session").await.expect_problem(401, "unauthenticated");
    app.sign_in("grace@clinic.example", PASSWORD).await.expect_problem(401, "credentials_wrong");
    app.sign_in("grace@clinic.example", NEW).await.expect(200);
    reset(&app, &token, "another-quartz-lagoon").await.expect_problem(404, "token_invalid");
    assert_eq!(app.list_audit_records("password.reset").await.len(), 1);
}

#[tokio::test]
async fn a_reset_link_expires_after_30_minutes() {
    let app = App::start().await;
    app.invite_and_confirm(&dashboard_member("grace@clinic.example"), Some(PASSWORD)).await;
    app.wait_until_delivered().await;
    let token = app.request_reset_token("grace@clinic.example").await;
    app.clock.advance(Duration::from_mins(30));
    reset(&app, &token, NEW).await.expect_problem(404, "token_invalid");
    app.sign_in("grace@clinic.example", PASSWORD).await.expect(200);
}

#[tokio::test]
async fn a_new_password_ends_older_reset_links() {
    let app = App::start().await;
    app.invite_and_confirm(&dashboard_member("grace@clinic.example"), Some(PASSWORD)).await;
    app.wait_until_delivered().await;
    let first = app.request_reset_token("grace@clinic.example").await;
    let second = app.request_reset_token("grace@clinic.example").await;
    reset(&app, &second, NEW).await.expect(200);
    reset(&app, &first, "another-quartz-lagoon").await.expect_problem(404, "token_invalid");
}

#[tokio::test]
async fn every_invalid_token_gets_the_same_404() {
    let app = App::start().await;
    app.invite_and_confirm(&dashboard_member("grace@clinic.example"), Some(PASSWORD)).await;
    app.wait_until_delivered().await;
    let token = app.request_reset_token("grace@clinic.example").await;
    let mut tampered = token.clone();
    tampered.replace_range(5..6, if &tampered[5..6] == "A" { "B" } else { "A" });
    let invitation = app.invite_and_get_token(&member("ada@clinic.example")).await;
    for wrong in [tampered.as_str(), "", "x", &token[..20], &invitation] {
        reset(&app, wrong, NEW).await.expect_problem(404, "token_invalid");
    }
    app.as_invitee()
        .post("/v1/invitation/lookup", &json!({"token": token}))
        .await
        .expect_problem(404, "token_invalid");
}

#[tokio::test]
async fn a_new_password_must_not_contain_the_names_of_person_or_clinic() {
    let app = App::start().await;
    app.invite_and_confirm(&dashboard_member("grace@clinic.example"), Some(PASSWORD)).await;
    app.wait_until_delivered().await;
    let token = app.request_reset_token("grace@clinic.example").await;
    for (weak, code) in [
        ("short", "password_length"),
        ("GraceLindGraceLind", "password_weak"),
        ("password1234567", "password_weak"),
        ("Riverside-Imaging-2026", "password_weak"),
    ] {
        reset(&app, &token, weak).await.expect_problem(422, code);
    }
    reset(&app, &token, NEW).await.expect(200);
}

#[tokio::test]
async fn a_reset_refuses_a_breached_password_unless_the_list_is_down() {
    let app = App::start().await;
    app.invite_and_confirm(&dashboard_member("grace@clinic.example"), Some(PASSWORD)).await;
    app.wait_until_delivered().await;
    let token = app.request_reset_token("grace@clinic.example").await;
    for password in BREACHED_PASSWORDS {
        reset(&app, &token, password).await.expect_problem(422, "password_breached");
    }
    app.breached_list.set_delay(Duration::from_mins(1));
    reset(&app, &token, BREACHED_PASSWORDS[0]).await.expect(200);
    app.sign_in("grace@clinic.example", BREACHED_PASSWORDS[0]).await.expect(200);
}

#[tokio::test]
async fn an_accent_typed_either_way_is_the_same_new_password() {
    let app = App::start().await;
    app.invite_and_confirm(&dashboard_member("grace@clinic.example"), Some(PASSWORD)).await;
    app.wait_until_delivered().await;
    let token = app.request_reset_token("grace@clinic.example").await;
    reset(&app, &token, "viol\u{e9}t-anchor-pumice").await.expect(200);
    app.sign_in("grace@clinic.example", "viole\u{301}t-anchor-pumice").await.expect(200);
    app.sign_in("grace@clinic.example", NEW).await.expect_problem(401, "credentials_wrong");
}

#[tokio::test]
async fn a_user_who_gets_the_dashboard_later_sets_a_password_by_email() {
    let app = App::start().await;
    let user = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    let path = format!("/v1/autoScribe/users/{}", user["userId"].as_str().unwrap());
    app.as_pacs().patch(&path, &json!({"hasDashboardAccess": true})).await.expect(200);
    app.wait_until_delivered().await;
    let token = app.request_reset_token("grace@clinic.example").await;
    reset(&app, &token, NEW).await.expect(200);
    app.sign_in("grace@clinic.example", NEW).await.expect(200);
}
