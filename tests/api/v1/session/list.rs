//! `GET /v1/sessions`, `DELETE /v1/sessions/{sessionId}` and `POST /v1/sessions/end-others`.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{App, BrowserSession, PASSWORD, TestResponse, admin, dashboard_member};

async fn list(session: &BrowserSession) -> Vec<Value> {
    session.client.get("/v1/sessions").await.expect(200)["sessions"].as_array().unwrap().clone()
}

async fn end(session: &BrowserSession, id: &str) -> TestResponse {
    let path = format!("/v1/sessions/{id}");
    TestResponse::fetch(session.client.request(Method::DELETE, &path)).await
}

#[tokio::test]
async fn a_person_lists_and_ends_their_own_sessions() {
    let app = App::start().await;
    let first = app.confirm_and_sign_in(&dashboard_member("grace@clinic.example")).await;
    app.clock.advance(Duration::from_secs(5));
    let second = app.open_session("grace@clinic.example").await;
    // The acceptance started one too.
    let sessions = list(&second).await;
    assert_eq!(sessions.len(), 3);
    let current: Vec<bool> = sessions.iter().map(|s| s["current"].as_bool().unwrap()).collect();
    assert_eq!(current, [true, false, false], "newest first");
    assert_eq!(sessions[0]["clinicId"], app.clinic_id);
    assert!(sessions[0]["networkAddress"].is_string());
    let older = first.client.get("/v1/session").await.str("sessionId");
    end(&second, &older).await.expect(200);
    first.client.get("/v1/session").await.expect_problem(401, "unauthenticated");
    end(&second, &older).await.expect_problem(404, "session_not_found");
    end(&second, "x").await.expect_problem(404, "session_not_found");
    assert_eq!(list(&second).await.len(), 2);
}

#[tokio::test]
async fn ending_the_others_leaves_the_current_session() {
    let app = App::start().await;
    let first = app.confirm_and_sign_in(&dashboard_member("grace@clinic.example")).await;
    let second = app.open_session("grace@clinic.example").await;
    second.client.post("/v1/sessions/end-others", &json!({})).await.expect(200);
    first.client.get("/v1/session").await.expect_problem(401, "unauthenticated");
    assert_eq!(list(&second).await.len(), 1);
}

#[tokio::test]
async fn sessions_in_other_clinics_are_listed_and_other_peoples_are_not() {
    let app = App::start().await;
    app.invite_and_confirm(&admin("grace@clinic.example"), Some(PASSWORD)).await;
    let here = app.open_session("grace@clinic.example").await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let other = app.create_other_clinic().await;
    let invited = other.invite(&dashboard_member("grace@clinic.example")).await;
    let token = app.token_in(&other, &invited).await;
    let body = json!({"token": token, "password": PASSWORD});
    app.as_invitee().accept(&body).await.expect(200);
    let sessions = list(&here).await;
    let clinics = sessions.iter().filter(|session| session["clinicId"] != app.clinic_id).count();
    assert_eq!(clinics, 1);
    let id = here.client.get("/v1/session").await.str("sessionId");
    end(&boss, &id).await.expect_problem(404, "session_not_found");
    here.client.get("/v1/session").await.expect(200);
}

#[tokio::test]
async fn an_ended_session_is_not_listed() {
    let app = App::start().await;
    app.invite_and_confirm(&dashboard_member("grace@clinic.example"), Some(PASSWORD)).await;
    app.clock.advance(Duration::from_mins(30));
    let session = app.open_session("grace@clinic.example").await;
    assert_eq!(list(&session).await.len(), 1);
}
