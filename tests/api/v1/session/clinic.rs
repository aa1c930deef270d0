//! `POST /v1/session/clinic`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{App, BrowserSession, PASSWORD, TestClient, admin, dashboard_member, member};

/// A person with dashboard access in two clinics. Returns the session in the first, and the PACS and the
/// id of the second.
async fn sign_in_with_two_clinics(app: &App) -> (BrowserSession, TestClient, String) {
    app.invite_and_confirm(&admin("grace@clinic.example"), Some(PASSWORD)).await;
    let other = app.create_other_clinic().await;
    let invited = other.invite(&dashboard_member("grace@clinic.example")).await;
    let token = app.token_in(&other, &invited).await;
    let body = json!({"token": token, "password": PASSWORD});
    app.as_invitee().accept(&body).await.expect(200);
    let choose =
        json!({"email": "grace@clinic.example", "password": PASSWORD, "clinicId": app.clinic_id});
    let session = app.session_from(&app.as_invitee().post("/v1/session", &choose).await);
    let who = session.client.get("/v1/session").await.expect(200);
    let clinics = who["clinics"].as_array().unwrap();
    assert_eq!(clinics.len(), 2);
    let there = clinics.iter().find(|clinic| clinic["clinicId"] != app.clinic_id).unwrap();
    (session, other, there["clinicId"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_change_of_clinic_starts_a_new_session_and_ends_the_old_one() {
    let app = App::start().await;
    let (session, _, there) = sign_in_with_two_clinics(&app).await;
    app.clock.advance(Duration::from_mins(20));
    let answer = session.client.post("/v1/session/clinic", &json!({"clinicId": there})).await;
    let next = app.session_from(&answer);
    let who = next.client.get("/v1/session").await.expect(200);
    assert_eq!(who["clinic"]["clinicId"], there);
    assert_eq!(who["user"]["level"], "member");
    session.client.get("/v1/session").await.expect_problem(401, "unauthenticated");
    // It ends when the first one would have.
    for _ in 0..(12 * 60 / 20 - 2) {
        app.clock.advance(Duration::from_mins(20));
        next.client.get("/v1/session").await.expect(200);
    }
    app.clock.advance(Duration::from_mins(20));
    next.client.get("/v1/session").await.expect_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_clinic_without_dashboard_access_is_404() {
    let app = App::start().await;
    let (session, other, there) = sign_in_with_two_clinics(&app).await;
    let users = other.get("/v1/autoScribe/users?email=grace@clinic.example").await.expect(200);
    let path = format!("/v1/autoScribe/users/{}", users["users"][0]["userId"].as_str().unwrap());
    other.patch(&path, &json!({"hasDashboardAccess": false})).await.expect(200);
    for clinic in [there.as_str(), "01890a5d-ac96-774b-bcce-b302099a8057"] {
        let answer = session.client.post("/v1/session/clinic", &json!({"clinicId": clinic})).await;
        answer.expect_problem(404, "clinic_not_found");
    }
    session.client.get("/v1/session").await.expect(200);
}

#[tokio::test]
async fn a_clinic_that_added_the_person_after_sign_in_needs_the_password() {
    let app = App::start().await;
    let session = {
        app.invite_and_confirm(&admin("grace@clinic.example"), Some(PASSWORD)).await;
        app.open_unconfirmed_session("grace@clinic.example").await
    };
    app.clock.advance(Duration::from_secs(1));
    // The link alone confirms a member without dashboard access, who gets it later.
    let other = app.create_other_clinic().await;
    let invited = other.invite(&member("grace@clinic.example")).await;
    let token = app.token_in(&other, &invited).await;
    let user: Value = app.as_invitee().accept(&json!({"token": token})).await.expect(200);
    let path = format!("/v1/autoScribe/users/{}", user["userId"].as_str().unwrap());
    other.patch(&path, &json!({"hasDashboardAccess": true})).await.expect(200);
    let who = session.client.get("/v1/session").await.expect(200);
    let clinics = who["clinics"].as_array().unwrap();
    let there = clinics.iter().find(|clinic| clinic["clinicId"] != app.clinic_id).unwrap();
    let body = json!({"clinicId": there["clinicId"]});
    session.client.post("/v1/session/clinic", &body).await.expect_problem(403, "password_needed");
    session.confirm_password().await;
    session.client.post("/v1/session/clinic", &body).await.expect(200);
}
