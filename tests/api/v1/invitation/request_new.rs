//! `POST /v1/invitation/request-new`.

use std::time::Duration;

use serde_json::json;

use crate::support::{App, PASSWORD, admin, member};

const PATH: &str = "/v1/invitation/request-new";

#[tokio::test]
async fn the_clinic_is_emailed_once_per_expired_link() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&member("grace@clinic.example")).await.str("invitationId");
    app.clock.advance(Duration::from_hours(7 * 24));
    let body = json!({"token": app.token(&id, 1)});
    for _ in 0..3 {
        assert_eq!(app.as_invitee().post(PATH, &body).await.expect(202), json!({ "told": true }));
    }
    let emails = app.wait_for_emails("front-desk@riverside.example", 1).await;
    assert!(
        emails[0]["Content"]["Simple"]["Body"]["Text"]["Data"]
            .as_str()
            .unwrap()
            .contains("Grace Lind")
    );
    app.wait_until_delivered().await;
    assert_eq!(app.sent_emails("front-desk@riverside.example").len(), 1);
    assert_eq!(app.read_invitation(&id).await["status"], "sent");
}

#[tokio::test]
async fn owners_and_admins_are_emailed_about_an_expired_or_no_longer_authorized_invitation() {
    let app = App::start().await;
    app.confirm_owner().await;
    app.invite_and_confirm(&admin("boss@clinic.example"), Some(PASSWORD)).await;
    let expired = app.as_pacs().invite(&member("grace@clinic.example")).await.str("invitationId");
    app.clock.advance(Duration::from_hours(7 * 24));
    let boss = app.open_session("boss@clinic.example").await;
    let orphan = boss.client.invite(&member("eve@clinic.example")).await.str("invitationId");
    let body = json!({"userId": boss.user_id});
    app.as_pacs().post("/v1/autoScribe/users/revoke-access", &body).await.expect(200);
    app.wait_until_delivered().await;
    let before = app.sent_emails("owner@riverside.example").len();
    for id in [expired, orphan] {
        let body = json!({"token": app.token(&id, 1)});
        app.as_invitee().post(PATH, &body).await.expect(202);
    }
    app.wait_until_delivered().await;
    assert_eq!(app.sent_emails("owner@riverside.example").len(), before + 2);
    assert!(app.sent_emails("front-desk@riverside.example").is_empty());
}

#[tokio::test]
async fn a_valid_or_used_link_emails_no_one() {
    let app = App::start().await;
    let good = app.invite_and_get_token(&member("grace@clinic.example")).await;
    let user = app.invite_and_confirm(&member("eve@clinic.example"), None).await;
    let used = app.token(&user["userId"].as_str().unwrap().replace("usr_", "inv_"), 1);
    for token in [good, used] {
        let answer = app.as_invitee().post(PATH, &json!({"token": token})).await.expect(202);
        assert_eq!(answer, json!({ "told": false }));
    }
    app.wait_until_delivered().await;
    assert!(app.sent_emails("front-desk@riverside.example").is_empty());
}
