//! `POST /v1/password/forgot`.

use std::time::Duration;

use serde_json::json;

use crate::support::{App, PASSWORD, dashboard_member, member, text_of};

async fn request_reset(app: &App, email: &str) {
    let answer = app.as_invitee().post("/v1/password/forgot", &json!({"email": email})).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (202, ""));
}

#[tokio::test]
async fn forgot_is_always_202_and_emails_only_account_holders() {
    let app = App::start().await;
    app.invite_and_confirm(&dashboard_member("Grace@clinic.example"), Some(PASSWORD)).await;
    app.as_pacs().invite(&member("pending@clinic.example")).await.expect(201);
    app.wait_until_delivered().await;
    for email in ["grace@clinic.example", "nobody@clinic.example", "pending@clinic.example"] {
        request_reset(&app, email).await;
    }
    app.wait_until_delivered().await;
    let emails = app.sent_emails("Grace@clinic.example");
    let reset = emails.last().map(text_of).unwrap_or_default();
    let mine = app.wait_for_emails("grace@clinic.example", 1).await;
    assert!(text_of(mine.last().unwrap()).contains("/reset#token="), "{reset}");
    assert!(app.sent_emails("nobody@clinic.example").is_empty());
    assert_eq!(app.sent_emails("pending@clinic.example").len(), 1, "only the invitation");
}

#[tokio::test]
async fn a_deactivated_person_gets_no_email() {
    let app = App::start().await;
    let user =
        app.invite_and_confirm(&dashboard_member("grace@clinic.example"), Some(PASSWORD)).await;
    let body = json!({"userId": user["userId"]});
    app.as_pacs().post("/v1/autoScribe/users/revoke-access", &body).await.expect(200);
    app.wait_until_delivered().await;
    let before = app.sent_emails("grace@clinic.example").len();
    request_reset(&app, "grace@clinic.example").await;
    app.wait_until_delivered().await;
    assert_eq!(app.sent_emails("grace@clinic.example").len(), before);
}

#[tokio::test]
async fn an_address_gets_at_most_3_emails_in_15_minutes() {
    let app = App::start().await;
    app.clock.advance_to_full_hour();
    app.invite_and_confirm(&dashboard_member("grace@clinic.example"), Some(PASSWORD)).await;
    app.wait_until_delivered().await;
    let before = app.sent_emails("grace@clinic.example").len();
    for _ in 0..6 {
        request_reset(&app, "grace@clinic.example").await;
    }
    app.wait_until_delivered().await;
    assert_eq!(app.sent_emails("grace@clinic.example").len(), before + 3);
    app.clock.advance(Duration::from_mins(15));
    request_reset(&app, "grace@clinic.example").await;
    app.wait_until_delivered().await;
    assert_eq!(app.sent_emails("grace@clinic.example").len(), before + 4);
}

#[tokio::test]
async fn a_network_gets_429_after_300_requests_in_15_minutes() {
    let app = App::start_without_mailer().await;
    app.clock.advance_to_full_hour();
    app.count_reset_requests(300, "127.0.0.1").await;
    let body = json!({"email": "grace@clinic.example"});
    let answer = app.as_invitee().post("/v1/password/forgot", &body).await;
    answer.expect_problem(429, "too_many_attempts");
    let elsewhere = app.as_invitee().with_address("127.0.0.2");
    elsewhere.post("/v1/password/forgot", &body).await.expect(202);
    app.clock.advance(Duration::from_mins(15));
    request_reset(&app, "grace@clinic.example").await;
}

#[tokio::test]
async fn an_invalid_address_is_422() {
    let app = App::start().await;
    let answer = app.as_invitee().post("/v1/password/forgot", &json!({"email": "grace"})).await;
    answer.expect_problem(422, "email_invalid");
}
