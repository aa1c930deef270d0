//! Someone who holds an emailed link, but not the password, tries to get a session.

use serde_json::json;

use crate::support::{App, PASSWORD, admin, cookie_in, member};

#[tokio::test]
async fn an_old_link_starts_no_session_after_the_person_became_an_admin() {
    let app = App::start().await;
    app.confirm_owner().await;
    let token = app.invite_and_get_token(&member("grace@clinic.example")).await;
    let accept = json!({"token": token});
    let user = app.as_invitee().accept(&accept).await.expect(200);
    let path = format!("/v1/autoScribe/users/{}", user["userId"].as_str().unwrap());
    let promote = json!({"level": "admin", "hasDashboardAccess": true});
    app.as_pacs().patch(&path, &promote).await.expect(200);
    let sessions = app.list_audit_records("session.started").await.len();
    let again = app.as_invitee().accept(&accept).await;
    again.expect(200);
    assert_eq!(cookie_in(&again), None);
    let with_password = json!({"token": token, "password": PASSWORD});
    let answer = app.as_invitee().accept(&with_password).await;
    answer.expect_problem(422, "password_not_needed");
    assert_eq!(app.list_audit_records("session.started").await.len(), sessions);
}

#[tokio::test]
async fn no_route_sets_the_cookie_without_a_password() {
    let app = App::start().await;
    let token = app.invite_and_get_token(&admin("boss@clinic.example")).await;
    let accept = json!({"token": token, "password": PASSWORD});
    app.as_invitee().accept(&accept).await.expect(200);
    let sessions = app.list_audit_records("session.started").await.len();
    let wrong = "something-else-1";
    for (path, body, status) in [
        ("/v1/session", json!({"email": "boss@clinic.example"}), 422),
        ("/v1/session", json!({"email": "boss@clinic.example", "password": null}), 422),
        ("/v1/session", json!({"email": "boss@clinic.example", "password": ""}), 401),
        ("/v1/session", json!({"email": "boss@clinic.example", "password": wrong}), 401),
        ("/v1/session/clinic", json!({"clinicId": app.clinic_id}), 401),
        ("/v1/session/confirm", json!({"password": PASSWORD}), 401),
        ("/v1/invitation/accept", json!({"token": token, "terms": "any"}), 200),
        ("/v1/invitation/accept", json!({"token": token, "terms": "any", "password": null}), 200),
        ("/v1/invitation/accept", json!({"token": token, "terms": "any", "password": wrong}), 401),
        ("/v1/password/forgot", json!({"email": "boss@clinic.example"}), 202),
        ("/v1/password/reset", json!({"token": token, "password": PASSWORD}), 404),
        ("/v1/password/change", json!({"currentPassword": PASSWORD, "newPassword": wrong}), 401),
    ] {
        let answer = app.as_invitee().post(path, &body).await;
        assert_eq!(answer.status.as_u16(), status, "{path} {body}: {}", answer.text);
        assert_eq!(cookie_in(&answer), None, "{path} {body}");
    }
    assert_eq!(app.list_audit_records("session.started").await.len(), sessions);
}
