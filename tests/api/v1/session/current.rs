//! `GET` and `DELETE /v1/session`.

use std::time::Duration;

use serde_json::json;

use crate::support::{App, PASSWORD, admin, cookie_in, dashboard_member, with};

#[tokio::test]
async fn the_current_session_shows_the_user_and_the_clinics() {
    let app = App::start().await;
    let person = with(dashboard_member("grace@clinic.example"), json!({"canManageStudies": false}));
    let session = app.confirm_and_sign_in(&person).await;
    let who = session.client.get("/v1/session").await.expect(200);
    assert_eq!(who["user"]["userId"], session.user_id);
    assert_eq!(who["clinic"]["name"], "Riverside Imaging");
    assert_eq!(who["clinics"], json!([who["clinic"]]));
    assert!(who["sessionId"].as_str().unwrap().starts_with("ses_"));
    assert_eq!(who["idleMinutes"], 30);
    // A changed setting is for sessions that begin later.
    let admin = app.confirm_and_sign_in(&admin("olu@clinic.example")).await;
    admin.client.patch("/v1/clinic", &json!({"sessionIdleMinutes": 5})).await.expect(200);
    assert_eq!(session.client.get("/v1/session").await.expect(200)["idleMinutes"], 30);
    app.as_pacs().get("/v1/session").await.expect_problem(403, "forbidden");
}

#[tokio::test]
async fn signing_out_ends_the_session_and_clears_the_cookie() {
    let app = App::start().await;
    let session = app.confirm_and_sign_in(&dashboard_member("grace@clinic.example")).await;
    let other = app.open_session("grace@clinic.example").await;
    let out = session.sign_out().await;
    assert_eq!(out.status, 204);
    assert_eq!(cookie_in(&out).as_deref(), Some(""));
    session.client.get("/v1/session").await.expect_problem(401, "unauthenticated");
    other.client.get("/v1/session").await.expect(200);
    assert_eq!(app.list_audit_records("session.ended").await.len(), 1);
    session.sign_out().await.expect_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_session_ends_after_30_minutes_without_a_request() {
    let app = App::start().await;
    let session = app.confirm_and_sign_in(&dashboard_member("grace@clinic.example")).await;
    for _ in 0..3 {
        app.clock.advance(Duration::from_mins(29));
        session.client.get("/v1/session").await.expect(200);
    }
    app.clock.advance(Duration::from_mins(30));
    session.client.get("/v1/session").await.expect_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_session_ends_12_hours_after_sign_in_however_much_it_is_used() {
    let app = App::start().await;
    let session = app.confirm_and_sign_in(&dashboard_member("grace@clinic.example")).await;
    for _ in 0..(12 * 60 / 20 - 1) {
        app.clock.advance(Duration::from_mins(20));
        session.client.get("/v1/session").await.expect(200);
    }
    app.clock.advance(Duration::from_mins(20));
    session.client.get("/v1/session").await.expect_problem(401, "unauthenticated");
}

#[tokio::test]
async fn the_last_use_of_a_session_is_written_once_a_minute() {
    let app = App::start().await;
    let session = app.confirm_and_sign_in(&dashboard_member("grace@clinic.example")).await;
    let last_use = async || {
        let sessions = session.client.get("/v1/sessions").await.expect(200);
        sessions["sessions"][0]["lastUsedAt"].as_str().unwrap().to_owned()
    };
    let first = last_use().await;
    // The clock also runs by itself, so the first step leaves room for a busy machine.
    app.clock.advance(Duration::from_secs(40));
    assert_eq!(last_use().await, first);
    app.clock.advance(Duration::from_secs(20));
    last_use().await;
    assert_ne!(last_use().await, first);
}

#[tokio::test]
async fn a_deactivated_or_demoted_person_has_lost_the_right_at_the_next_request() {
    let app = App::start().await;
    let session = app.confirm_and_sign_in(&admin("grace@clinic.example")).await;
    app.confirm_and_sign_in_owner().await;
    session.client.get("/v1/auditEvents").await.expect(200);
    let path = format!("/v1/autoScribe/users/{}", session.user_id);
    app.as_pacs().patch(&path, &json!({"level": "member"})).await.expect(200);
    session.client.get("/v1/auditEvents").await.expect_problem(403, "forbidden");
    let body = json!({"userId": session.user_id});
    app.as_pacs().post("/v1/autoScribe/users/revoke-access", &body).await.expect(200);
    session.client.get("/v1/session").await.expect_problem(401, "unauthenticated");
    app.as_pacs().post("/v1/autoScribe/users/reactivate", &body).await.expect(200);
    session.client.get("/v1/session").await.expect_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_malformed_cookie_beside_the_sessions_changes_nothing() {
    let app = App::start().await;
    let session = app.confirm_and_sign_in(&dashboard_member("grace@clinic.example")).await;
    let name = "__Host-autoscribe-session";
    for beside in ["x", "=", "\u{e9}=\u{e9}", &format!("{name}=x"), &format!("{name}="), "a=b; ;;"]
    {
        let cookies = format!("{beside}; {name}={}", session.cookie);
        let client = app.as_invitee().with_header("cookie", &cookies);
        client.get("/v1/session").await.expect(200);
    }
}

#[tokio::test]
async fn with_authorization_the_cookie_is_ignored() {
    let app = App::start().await;
    let session = app.confirm_and_sign_in(&dashboard_member("grace@clinic.example")).await;
    let cookie = format!("__Host-autoscribe-session={}", session.cookie);
    let both = app.as_pacs().with_header("cookie", &cookie);
    both.get("/v1/session").await.expect_problem(403, "forbidden");
    both.invite(&dashboard_member("ada@clinic.example")).await.expect(201);
    let unknown = app.as_holder_of("ask_x").with_header("cookie", &cookie);
    unknown.get("/v1/session").await.expect_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_session_of_one_password_ends_with_the_next_one() {
    let app = App::start().await;
    let session = app.confirm_and_sign_in(&dashboard_member("grace@clinic.example")).await;
    let other = app.open_session("grace@clinic.example").await;
    let body = json!({"currentPassword": PASSWORD, "newPassword": "violet-anchor-pumice"});
    session.client.post("/v1/password/change", &body).await.expect(200);
    session.client.get("/v1/session").await.expect(200);
    other.client.get("/v1/session").await.expect_problem(401, "unauthenticated");
}
