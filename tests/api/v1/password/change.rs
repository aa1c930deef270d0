//! `POST /v1/password/change`.

use std::time::Duration;

use serde_json::json;

use crate::support::{App, PASSWORD, dashboard_member};

const NEW: &str = "violet-anchor-pumice";

#[tokio::test]
async fn a_changed_password_is_the_only_one_that_works() {
    let app = App::start().await;
    let session = app.confirm_and_sign_in(&dashboard_member("grace@clinic.example")).await;
    let other = app.open_session("grace@clinic.example").await;
    let body = json!({"currentPassword": PASSWORD, "newPassword": NEW});
    session.client.post("/v1/password/change", &body).await.expect(200);
    session.client.get("/v1/session").await.expect(200);
    other.client.get("/v1/session").await.expect_problem(401, "unauthenticated");
    app.sign_in("grace@clinic.example", PASSWORD).await.expect_problem(401, "credentials_wrong");
    app.sign_in("grace@clinic.example", NEW).await.expect(200);
    assert_eq!(app.list_audit_records("password.changed").await.len(), 1);
}

#[tokio::test]
async fn a_change_needs_the_current_password_and_a_good_new_one() {
    let app = App::start().await;
    let session = app.confirm_and_sign_in(&dashboard_member("grace@clinic.example")).await;
    let change = async |current: &str, new: &str| {
        let body = json!({"currentPassword": current, "newPassword": new});
        session.client.post("/v1/password/change", &body).await
    };
    change("something-else-1", NEW).await.expect_problem(401, "password_wrong");
    let weak = change(PASSWORD, "passwordpassword").await;
    weak.expect_problem(422, "password_weak");
    assert_eq!(weak.field_errors()[0].0, "newPassword");
    change(PASSWORD, "short").await.expect_problem(422, "password_length");
    app.sign_in("grace@clinic.example", PASSWORD).await.expect(200);
    assert!(app.list_audit_records("password.changed").await.is_empty());
}

#[tokio::test]
async fn a_repeat_of_a_change_gets_its_answer_for_30_seconds() {
    let app = App::start().await;
    let session = app.confirm_and_sign_in(&dashboard_member("grace@clinic.example")).await;
    app.clock.advance(Duration::from_mins(1));
    let change = async |new: &str| {
        let body = json!({"currentPassword": PASSWORD, "newPassword": new});
        session.client.post("/v1/password/change", &body).await
    };
    let first = change(NEW).await.expect(200);
    app.clock.advance(Duration::from_secs(29));
    assert_eq!(change(NEW).await.expect(200), first);
    change("cobalt-meadow-lantern").await.expect_problem(401, "password_wrong");
    app.clock.advance(Duration::from_secs(1));
    change(NEW).await.expect_problem(401, "password_wrong");
    assert_eq!(app.list_audit_records("password.changed").await.len(), 1);
}

#[tokio::test]
async fn a_reset_is_not_the_first_request_of_a_change() {
    let app = App::start().await;
    app.invite_and_confirm(&dashboard_member("grace@clinic.example"), Some(PASSWORD)).await;
    app.clock.advance(Duration::from_mins(1));
    app.reset_password("grace@clinic.example", NEW).await;
    let session = app.session_from(&app.sign_in("grace@clinic.example", NEW).await);
    let body = json!({"currentPassword": PASSWORD, "newPassword": NEW});
    let answer = session.client.post("/v1/password/change", &body).await;
    answer.expect_problem(401, "password_wrong");
}
