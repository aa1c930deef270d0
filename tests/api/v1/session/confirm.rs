//! `POST /v1/session/confirm`, and what needs it.

use std::time::Duration;

use serde_json::json;

use crate::support::{App, PASSWORD, admin, member, radiologist, with};

#[tokio::test]
async fn lasting_changes_need_the_password_of_the_last_10_minutes() {
    let app = App::start().await;
    app.invite_and_confirm(&admin("boss@clinic.example"), Some(PASSWORD)).await;
    let boss = app.open_unconfirmed_session("boss@clinic.example").await;
    let person = app.invite_and_confirm(&member("ada@clinic.example"), None).await;
    let user = format!("/v1/autoScribe/users/{}", person["userId"].as_str().unwrap());
    let invited = app.as_pacs().invite(&radiologist("eve@clinic.example")).await;
    let invitation = format!("/v1/autoScribe/users/invitations/{}", invited.str("invitationId"));
    let key = json!({"description": "PACS", "scopes": ["users:read"]});
    let promote = json!({"level": "admin", "hasDashboardAccess": true});
    let client = &boss.client;
    for round in 0..2 {
        let answers = [
            client.post("/v1/apiKeys", &key).await,
            client.invite(&admin(&format!("new{round}@clinic.example"))).await,
            client.patch(&user, &promote).await,
            client.patch(&invitation, &promote).await,
            client.post(&format!("{user}/attest-npi"), &json!({})).await,
            client.post(&format!("{invitation}/attest-npi"), &json!({})).await,
        ];
        for answer in answers {
            answer.expect_problem(403, "password_needed");
        }
        // What ends within the session needs no password.
        let ordinary = with(member(&format!("m{round}@clinic.example")), json!({}));
        client.invite(&ordinary).await.expect(201);
        client.get("/v1/apiKeys").await.expect(200);
        boss.confirm_password().await;
        client.post("/v1/apiKeys", &key).await.expect(201);
        client.invite(&admin(&format!("a{round}@clinic.example"))).await.expect(201);
        app.clock.advance(Duration::from_mins(10));
    }
}

#[tokio::test]
async fn a_wrong_password_confirms_nothing_and_is_counted() {
    let app = App::start().await;
    app.clock.advance_to_full_hour();
    app.invite_and_confirm(&admin("boss@clinic.example"), Some(PASSWORD)).await;
    let boss = app.open_unconfirmed_session("boss@clinic.example").await;
    for _ in 0..10 {
        let body = json!({"password": "something-else-1"});
        let answer = boss.client.post("/v1/session/confirm", &body).await;
        answer.expect_problem(401, "password_wrong");
    }
    let body = json!({"password": PASSWORD});
    let answer = boss.client.post("/v1/session/confirm", &body).await;
    answer.expect_problem(429, "too_many_attempts");
    app.sign_in("boss@clinic.example", PASSWORD).await.expect_problem(429, "too_many_attempts");
    let key = json!({"description": "PACS", "scopes": ["users:read"]});
    boss.client.post("/v1/apiKeys", &key).await.expect_problem(403, "password_needed");
}

#[tokio::test]
async fn a_confirmation_counts_for_its_session_only() {
    let app = App::start().await;
    app.invite_and_confirm(&admin("boss@clinic.example"), Some(PASSWORD)).await;
    let (here, there) = (
        app.open_unconfirmed_session("boss@clinic.example").await,
        app.open_unconfirmed_session("boss@clinic.example").await,
    );
    here.confirm_password().await;
    let key = json!({"description": "PACS", "scopes": ["users:read"]});
    here.client.post("/v1/apiKeys", &key).await.expect(201);
    there.client.post("/v1/apiKeys", &key).await.expect_problem(403, "password_needed");
}
