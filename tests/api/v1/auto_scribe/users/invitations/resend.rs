//! `POST /v1/autoScribe/users/invitations/{invitationId}/resend`.

use std::time::Duration;

use serde_json::json;

use crate::support::{App, TestResponse, member, radiologist, with};

async fn resend(app: &App, id: &str) -> TestResponse {
    app.as_pacs().post(&format!("/v1/autoScribe/users/invitations/{id}/resend"), &json!({})).await
}

#[tokio::test]
async fn a_resend_emails_a_new_link_ends_the_old_one_and_restarts_the_expiry() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&member("grace@clinic.example")).await.str("invitationId");
    app.wait_for_emails("grace@clinic.example", 1).await;
    let before = app.read_invitation(&id).await;
    app.clock.advance(Duration::from_hours(1));
    let after = resend(&app, &id).await.expect(200);
    assert_eq!((&after["sendCount"], &after["delivery"]), (&json!(2), &json!("queued")));
    assert!(after["expiry"].as_str() > before["expiry"].as_str());
    app.wait_for_emails("grace@clinic.example", 2).await;
    let old = json!({"token": app.token(&id, 1)});
    app.as_invitee().post("/v1/invitation/accept", &old).await.expect_problem(404, "token_invalid");
    app.as_invitee()
        .post("/v1/invitation/accept", &json!({"token": app.token(&id, 2)}))
        .await
        .expect(200);
}

#[tokio::test]
async fn an_invitation_is_resent_at_most_once_a_minute() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&member("grace@clinic.example")).await.str("invitationId");
    let answer = resend(&app, &id).await;
    answer.expect_problem(429, "resend_too_soon");
    let wait: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    app.clock.advance(Duration::from_secs(wait));
    resend(&app, &id).await.expect(200);
    resend(&app, &id).await.expect_problem(429, "resend_too_soon");
}

#[tokio::test]
async fn a_resend_reopens_an_expired_invitation() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&radiologist("ada@clinic.example")).await.str("invitationId");
    app.clock.advance(Duration::from_hours(8 * 24));
    let old = json!({"token": app.token(&id, 1)});
    app.as_invitee()
        .post("/v1/invitation/accept", &old)
        .await
        .expect_problem(410, "invitation_expired");
    resend(&app, &id).await.expect(200);
    app.as_pacs()
        .invite(&member("ada@clinic.example"))
        .await
        .expect_problem(409, "already_invited");
    app.as_invitee()
        .post("/v1/invitation/accept", &json!({"token": app.token(&id, 2)}))
        .await
        .expect(200);
}

#[tokio::test]
async fn an_expired_invitation_cannot_be_resent_after_a_newer_one() {
    let app = App::start().await;
    let old = app.as_pacs().invite(&member("grace@clinic.example")).await.str("invitationId");
    app.clock.advance(Duration::from_hours(8 * 24));
    let new = app
        .as_pacs()
        .invite(&with(member("grace@clinic.example"), json!({"suffix1": "Jr."})))
        .await;
    let problem = resend(&app, &old).await.expect_problem(409, "already_invited");
    assert_eq!(problem["invitationId"], new.json()["invitationId"]);
}

#[tokio::test]
async fn only_a_pending_invitation_can_be_resent() {
    let app = App::start().await;
    let user = app.invite_and_confirm(&member("a@clinic.example"), None).await;
    let id = user["userId"].as_str().unwrap().replace("usr_", "inv_");
    app.clock.advance(Duration::from_mins(2));
    resend(&app, &id).await.expect_problem(409, "invitation_accepted");
    resend(&app, "inv_x").await.expect_problem(404, "invitation_not_found");
}
