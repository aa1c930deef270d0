//! `POST /v1/invitation/lookup`.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::support::{App, TestResponse, member, radiologist, with};

async fn lookup(app: &App, token: &str) -> TestResponse {
    app.as_invitee().post("/v1/invitation/lookup", &json!({"token": token})).await
}

#[tokio::test]
async fn a_lookup_shows_the_clinic_the_permissions_and_the_expiry() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&radiologist("ada@clinic.example")).await.str("invitationId");
    let seen = lookup(&app, &app.token(&id, 1)).await.expect(200);
    for (field, value) in [
        ("clinicName", json!("Riverside Imaging")),
        ("inviter", Value::Null),
        ("firstName", json!("Ada")),
        ("email", json!("ada@clinic.example")),
        ("canCreateReports", json!(true)),
        ("needsPassword", json!(false)),
        ("accountExists", json!(false)),
        ("status", json!("sent")),
        ("level", json!("member")),
        ("npiNumber", json!("1234567893")),
    ] {
        assert_eq!(seen[field], value, "{field}");
    }
    assert_eq!(seen["expiry"], app.read_invitation(&id).await["expiry"]);
}

#[tokio::test]
async fn repeated_lookups_change_nothing() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&member("grace@clinic.example")).await.str("invitationId");
    app.wait_for_emails("grace@clinic.example", 1).await;
    let before = app.count_items().await;
    let invitation = app.read_invitation(&id).await;
    for _ in 0..5 {
        lookup(&app, &app.token(&id, 1)).await.expect(200);
    }
    assert_eq!(app.read_invitation(&id).await, invitation);
    assert_eq!(app.count_items().await, before);
}

#[tokio::test]
async fn every_invalid_token_gets_the_same_404() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&member("grace@clinic.example")).await.str("invitationId");
    let good = app.token(&id, 1);
    let mut bytes = URL_SAFE_NO_PAD.decode(&good).unwrap();
    bytes[40] ^= 1;
    let tampered = URL_SAFE_NO_PAD.encode(&bytes);
    let foreign = app.foreign_token(&id);
    let nowhere = app.token(&format!("inv_{}", "0".repeat(32)), 1);
    let mut bodies = Vec::new();
    let next = app.token(&id, 2);
    for token in [
        "",
        "x",
        &good[1..],
        &good[..60],
        &tampered,
        &next,
        &foreign,
        &nowhere,
        &format!("{good}A"),
        "é",
    ] {
        for route in ["lookup", "accept", "reject"] {
            let mut body = app
                .as_invitee()
                .present(route, &json!({"token": token}))
                .await
                .expect_problem(404, "token_invalid");
            body["requestId"] = Value::Null;
            bodies.push(body);
        }
        app.as_invitee()
            .post("/v1/invitation/request-new", &json!({"token": token}))
            .await
            .expect(202);
    }
    assert!(bodies.windows(2).all(|two| two[0] == two[1]));
    lookup(&app, &good).await.expect(200);
}

#[tokio::test]
async fn an_expired_link_is_410() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&member("grace@clinic.example")).await.str("invitationId");
    app.clock.advance(Duration::from_hours(7 * 24));
    for route in ["lookup", "accept", "reject"] {
        let body = json!({"token": app.token(&id, 1)});
        let answer = app.as_invitee().present(route, &body).await;
        let problem = answer.expect_problem(410, "invitation_expired");
        assert_eq!(problem["clinicName"], "Riverside Imaging", "{route}");
        assert_eq!(problem["canRequestNew"], true, "{route}: the clinic has a reply address");
    }
}

#[tokio::test]
async fn a_link_of_a_clinic_that_no_one_can_be_asked_in_says_so() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&member("grace@clinic.example")).await.str("invitationId");
    let clinic = format!("CLINIC#{}", app.clinic_id);
    app.remove_attribute(&clinic, "CLINIC", "rt").await;
    app.clock.advance(Duration::from_hours(7 * 24));
    let body = json!({"token": app.token(&id, 1)});
    let problem = app.as_invitee().post("/v1/invitation/lookup", &body).await;
    let problem = problem.expect_problem(410, "invitation_expired");
    assert_eq!(problem["canRequestNew"], false);
    let answer = app.as_invitee().post("/v1/invitation/request-new", &body).await.expect(202);
    assert_eq!(answer, json!({ "told": false }));
}

#[tokio::test]
async fn a_lookup_of_a_used_link_says_accepted() {
    let app = App::start().await;
    let user = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    let id = user["userId"].as_str().unwrap().replace("usr_", "inv_");
    assert_eq!(lookup(&app, &app.token(&id, 1)).await.expect(200)["status"], "accepted");
}

#[tokio::test]
async fn a_lookup_says_that_the_account_exists() {
    let app = App::start().await;
    let admin =
        with(member("boss@clinic.example"), json!({"level": "admin", "hasDashboardAccess": true}));
    app.invite_and_confirm(&admin, Some("lantern-gravel-otter")).await;
    let elsewhere = app.create_other_clinic().await;
    let invited = elsewhere.invite(&admin).await;
    let seen = lookup(&app, &app.token_in(&elsewhere, &invited).await).await.expect(200);
    assert_eq!((&seen["accountExists"], &seen["needsPassword"]), (&json!(true), &json!(true)));
}
