//! `POST /v1/session/refresh`.

use std::time::Duration;

use serde_json::json;

use crate::support::{App, PASSWORD, admin, cookie_in, dashboard_member};

#[tokio::test]
async fn each_refresh_returns_new_tokens() {
    let app = App::start().await;
    let first = app.confirm_and_sign_in(&admin("grace@clinic.example")).await;
    let second = app.refresh_session(&first).await;
    assert_ne!(first.refresh, second.refresh);
    let third = app.refresh_session(&second).await;
    third.client.get("/v1/session").await.expect(200);
}

#[tokio::test]
async fn reuse_of_an_old_refresh_token_ends_the_whole_session() {
    let app = App::start().await;
    let first = app.confirm_and_sign_in(&admin("grace@clinic.example")).await;
    let second = app.refresh_session(&first).await;
    let third = app.refresh_session(&second).await;
    let answer = app.refresh(&first.refresh).await;
    answer.expect_problem(401, "session_ended");
    assert_eq!(cookie_in(&answer).as_deref(), Some(""), "the cookie must be cleared");
    app.refresh(&third.refresh).await.expect_problem(401, "session_ended");
    assert_eq!(app.list_audit_records("session.token_reused").await.len(), 1);
    // Other sessions of the person stay open.
    let other = app.open_session("grace@clinic.example").await;
    app.refresh_session(&other).await;
}

#[tokio::test]
async fn a_forged_refresh_token_ends_no_session() {
    let app = App::start().await;
    let session = app.confirm_and_sign_in(&admin("grace@clinic.example")).await;
    let mut tampered = session.refresh.clone();
    tampered.replace_range(40..41, if &tampered[40..41] == "A" { "B" } else { "A" });
    for token in [tampered.as_str(), "", "x", &session.refresh[..80], &session.access] {
        app.refresh(token).await.expect_problem(401, "session_ended");
    }
    app.as_invitee()
        .post("/v1/session/refresh", &json!({}))
        .await
        .expect_problem(401, "session_ended");
    app.refresh_session(&session).await;
}

#[tokio::test]
async fn a_refresh_reads_the_permissions_again() {
    let app = App::start().await;
    let session = app.confirm_and_sign_in(&admin("grace@clinic.example")).await;
    app.confirm_and_sign_in_owner().await;
    session.client.get("/v1/autoScribe/users/invitations").await.expect(200);
    let path = format!("/v1/autoScribe/users/{}", session.user_id);
    app.as_pacs().patch(&path, &json!({"level": "member"})).await.expect(200);
    // An access token keeps its permissions for up to 15 minutes.
    let next = app.refresh_session(&session).await;
    next.client.get("/v1/autoScribe/users/invitations").await.expect_problem(403, "forbidden");
    app.clock.advance(Duration::from_mins(15));
    session
        .client
        .get("/v1/autoScribe/users/invitations")
        .await
        .expect_problem(401, "unauthenticated");
}

#[tokio::test]
async fn deactivation_ends_every_session_and_reactivation_restores_none() {
    let app = App::start().await;
    let session = app.confirm_and_sign_in(&dashboard_member("grace@clinic.example")).await;
    let twin = app.open_session("grace@clinic.example").await;
    let body = json!({"userId": session.user_id});
    app.as_pacs().post("/v1/autoScribe/users/revoke-access", &body).await.expect(200);
    app.refresh(&session.refresh).await.expect_problem(401, "session_ended");
    app.as_pacs().post("/v1/autoScribe/users/reactivate", &body).await.expect(200);
    app.refresh(&session.refresh).await.expect_problem(401, "session_ended");
    app.refresh(&twin.refresh).await.expect_problem(401, "session_ended");
    app.open_session("grace@clinic.example").await;
}

#[tokio::test]
async fn a_user_who_loses_the_dashboard_cannot_refresh() {
    let app = App::start().await;
    let session = app.confirm_and_sign_in(&dashboard_member("grace@clinic.example")).await;
    let path = format!("/v1/autoScribe/users/{}", session.user_id);
    app.as_pacs().patch(&path, &json!({"hasDashboardAccess": false})).await.expect(200);
    app.refresh(&session.refresh).await.expect_problem(401, "session_ended");
}

#[tokio::test]
async fn a_session_ends_12_hours_after_its_last_use_and_7_days_after_sign_in() {
    let app = App::start().await;
    let mut session = app.confirm_and_sign_in(&dashboard_member("grace@clinic.example")).await;
    let idle = app.open_session("grace@clinic.example").await;
    app.clock.advance(Duration::from_hours(11));
    session = app.refresh_session(&session).await;
    app.clock.advance(Duration::from_hours(1));
    app.refresh(&idle.refresh).await.expect_problem(401, "session_ended");
    session = app.refresh_session(&session).await;
    for _ in 0..14 {
        app.clock.advance(Duration::from_hours(11));
        session = app.refresh_session(&session).await;
    }
    app.clock.advance(Duration::from_hours(11));
    app.refresh(&session.refresh).await.expect_problem(401, "session_ended");
}

#[tokio::test]
async fn rotating_the_signing_keys_ends_no_session() {
    let (old, new) = ("o".repeat(43), format!("EdDSA:{}", "n".repeat(43)));
    let home = std::env::temp_dir().join(format!("autoscribe-rotation-{}", std::process::id()));
    let start = |keys: String| App::start_in_directory(home.clone(), keys);
    let app = start(old.clone()).await;
    let session = app.confirm_and_sign_in(&admin("grace@clinic.example")).await;
    let app = app.restart(home.clone(), format!("{old} {new}")).await;
    app.as_holder_of(&session.access).get("/v1/session").await.expect(200);
    let app = app.restart(home.clone(), format!("{new} {old}")).await;
    app.as_holder_of(&session.access).get("/v1/session").await.expect(200);
    let session = app.refresh_session(&session).await;
    let header = session.access.split('.').next().unwrap();
    assert!(decode(header).contains("EdDSA"), "the new key must sign");
    let app = app.restart(home.clone(), new).await;
    app.as_holder_of(&session.access).get("/v1/session").await.expect(200);
    app.refresh_session(&session).await;
    app.stop().await;
    std::fs::remove_dir_all(home).unwrap();
}

#[tokio::test]
async fn a_newly_published_key_is_accepted_and_a_removed_one_is_not() {
    let app = App::start().await;
    let session = app.confirm_and_sign_in(&admin("grace@clinic.example")).await;
    session.client.get("/v1/session").await.expect(200);
    let keys = auth::jwt::SigningKeys::from_secret(&"z".repeat(43)).unwrap().public();
    app.store().publish_keys(&keys).await.unwrap();
    app.clock.advance(Duration::from_mins(6));
    session.client.get("/v1/session").await.expect_problem(401, "unauthenticated");
    let first = auth::jwt::SigningKeys::from_secret(&app.signing_keys()).unwrap().public();
    app.store().publish_keys(&[keys, first].concat()).await.unwrap();
    app.clock.advance(Duration::from_secs(6));
    session.client.get("/v1/session").await.expect(200);
}

fn decode(part: &str) -> String {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn an_access_token_holds_no_name_or_email() {
    let app = App::start().await;
    let session = app.confirm_and_sign_in(&admin("grace@clinic.example")).await;
    let parts: Vec<_> = session.access.split('.').collect();
    let claims: serde_json::Value = serde_json::from_str(&decode(parts[1])).unwrap();
    assert_eq!(claims["sub"], session.user_id);
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 900);
    for personal in ["grace", "Grace", "clinic.example", PASSWORD] {
        assert!(!decode(parts[1]).contains(personal));
    }
}
