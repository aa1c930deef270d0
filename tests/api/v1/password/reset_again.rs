//! `POST /v1/password/reset` again, after its answer was lost.

use std::time::Duration;

use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{App, PASSWORD, TestClient, TestResponse, dashboard_member};

const GRACE: &str = "grace@clinic.example";
const NEW: &str = "violet-anchor-pumice";
const OTHER: &str = "another-quartz-lagoon";

async fn reset_as(client: &TestClient, token: &str, password: &str) -> TestResponse {
    client.post("/v1/password/reset", &json!({"token": token, "password": password})).await
}

async fn reset(app: &App, token: &str, password: &str) -> TestResponse {
    reset_as(&app.as_invitee(), token, password).await
}

/// A clinic with Grace, and the token of a link to reset her password.
async fn start() -> (App, String) {
    let app = App::start_with_faults().await;
    app.clock.advance_to_full_hour();
    app.invite_and_confirm(&dashboard_member(GRACE), Some(PASSWORD)).await;
    app.wait_until_delivered().await;
    let token = app.request_reset_token(GRACE).await;
    (app, token)
}

#[tokio::test]
async fn a_reset_whose_answer_was_lost_repeats_with_the_same_password() {
    let (app, token) = start().await;
    app.lose_answers_from_transaction();
    reset(&app, &token, NEW).await.expect_problem(503, "unavailable");
    app.heal_database();
    app.sign_in(GRACE, PASSWORD).await.expect_problem(401, "credentials_wrong");
    let counted = app.sum_attempts().await;
    let session = app.session_from(&app.sign_in(GRACE, NEW).await);
    app.clock.advance(Duration::from_secs(25));
    let first = reset(&app, &token, NEW).await.expect(200);
    assert_eq!(reset(&app, &token, NEW).await.expect(200), first);
    session.client.get("/v1/session").await.expect(200);
    assert_eq!(app.list_audit_records("password.reset").await.len(), 1);
    assert_eq!(app.sum_attempts().await, counted, "the right password does not stay counted");
    app.clock.advance(Duration::from_secs(5));
    reset(&app, &token, NEW).await.expect_problem(404, "token_invalid");
}

#[tokio::test]
async fn another_password_at_a_used_link_counts_as_a_wrong_one() {
    let (app, token) = start().await;
    reset(&app, &token, NEW).await.expect(200);
    for guess in 1..=10 {
        reset(&app, &token, OTHER).await.expect_problem(404, "token_invalid");
        let (_, wrong) = app.sum_attempts().await;
        assert_eq!(wrong, 3 * guess, "for the address, the network, and both");
    }
    reset(&app, &token, NEW).await.expect_problem(429, "too_many_attempts");
    app.sign_in(GRACE, NEW).await.expect_problem(429, "too_many_attempts");
    assert_eq!(app.list_audit_records("password.reset").await.len(), 1);
    let elsewhere = app.as_invitee().with_address("127.0.0.2");
    reset_as(&elsewhere, &token, NEW).await.expect(200);
}

#[tokio::test]
async fn only_the_link_that_set_the_password_repeats() {
    let (app, older) = start().await;
    let token = app.request_reset_token(GRACE).await;
    reset(&app, &token, NEW).await.expect(200);
    let counted = app.sum_attempts().await;
    for password in [NEW, OTHER] {
        reset(&app, &older, password).await.expect_problem(404, "token_invalid");
    }
    assert_eq!(app.sum_attempts().await, counted, "another link judges no password");
    let session = app.session_from(&app.sign_in(GRACE, NEW).await);
    let change = json!({"currentPassword": NEW, "newPassword": OTHER});
    session.client.post("/v1/password/change", &change).await.expect(200);
    for password in [NEW, OTHER] {
        reset(&app, &token, password).await.expect_problem(404, "token_invalid");
    }
}

#[tokio::test]
async fn a_reset_does_not_repeat_for_a_person_who_was_deactivated_or_released() {
    let app = App::start().await;
    let user = app.invite_and_confirm(&dashboard_member(GRACE), Some(PASSWORD)).await;
    app.wait_until_delivered().await;
    let token = app.request_reset_token(GRACE).await;
    reset(&app, &token, NEW).await.expect(200);
    for verb in ["revoke-access", "release"] {
        let path = format!("/v1/autoScribe/users/{verb}");
        app.as_pacs().post(&path, &json!({"userId": user["userId"]})).await.expect(200);
        reset(&app, &token, NEW).await.expect_problem(404, "token_invalid");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_resets_with_one_password_set_it_once() {
    let (app, token) = start().await;
    let send = |n: usize| {
        let (client, token) = (app.as_invitee(), token.clone());
        let password = if n == 0 { OTHER } else { NEW };
        async move { (password, reset_as(&client, &token, password).await.status.as_u16()) }
    };
    let answers = (0..8).map(send).collect::<JoinSet<_>>().join_all().await;
    let winner = if answers.contains(&(NEW, 200)) { NEW } else { OTHER };
    for (password, status) in answers {
        assert_eq!(status, if password == winner { 200 } else { 404 }, "{password}");
    }
    assert_eq!(app.list_audit_records("password.reset").await.len(), 1);
    app.sign_in(GRACE, winner).await.expect(200);
}
