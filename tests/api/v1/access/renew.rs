//! `POST /v1/access/renew`: what ends a view ends it at its next renewal, and introspection tells
//! at once.

use std::time::Duration;

use domain::credentials::api_key::Scope;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, App, RENEW, claims};

#[tokio::test]
async fn a_view_is_renewed_until_it_ends() {
    let app = App::start().await;
    let reader = app.reader().await;
    let first = app.view(&reader).await;
    let mut token = first.clone();
    for _ in 0..14 {
        app.clock.advance(Duration::from_mins(4));
        let answer = app.renew(&token).await;
        assert_eq!(answer.expect(200)["tokenType"], "Bearer");
        assert_eq!(answer.headers["cache-control"], "no-store");
        token = answer.str("viewToken");
    }
    let mut same = claims(&first);
    let last = claims(&token);
    assert!(same["exp"].as_i64() < last["exp"].as_i64());
    for time in ["iat", "exp"] {
        same[time] = last[time].clone();
    }
    assert_eq!(same, last, "all but the times stays");
    app.clock.advance(Duration::from_mins(4));
    app.over(&token).await;
    app.over(&first).await;
    assert_eq!(app.audited("access.redeemed").await.len(), 1, "a renewal is not audited");
}

#[tokio::test]
async fn a_token_older_than_five_minutes_renews_nothing() {
    let app = App::start().await;
    let token = app.view(&app.reader().await).await;
    app.clock.advance(Duration::from_secs(270));
    app.renew(&token).await.expect(200);
    app.clock.advance(Duration::from_secs(30));
    app.over(&token).await;
}

/// What ends views, with the reason that the audit then knows.
async fn ends(change: impl AsyncFnOnce(&App, &str), reason: &str) {
    let app = App::start().await;
    let reader = app.reader().await;
    let token = app.view(&reader).await;
    assert_eq!(app.introspected(&token).await["active"], true);
    app.renew(&token).await.expect(200);
    change(&app, &reader).await;
    app.over(&token).await;
    assert_eq!(app.refusals().await, [reason.to_owned()].into());
}

async fn patch(app: &App, user: &str, change: Value) {
    let path = format!("/v1/autoScribe/users/{user}");
    app.as_pacs().patch(&path, &change).await.expect(200);
}

#[tokio::test]
async fn revoking_the_users_access_ends_an_open_view() {
    let change = async |app: &App, user: &str| {
        let path = "/v1/autoScribe/users/revoke-access";
        app.as_pacs().post(path, &json!({ "userId": user })).await.expect(200);
    };
    ends(change, "user_not_allowed").await;
}

#[tokio::test]
async fn losing_the_permission_to_report_ends_an_open_view() {
    let change = async |app: &App, user: &str| {
        patch(app, user, json!({ "canCreateReports": false })).await;
    };
    ends(change, "user_not_allowed").await;
}

#[tokio::test]
async fn a_deactivated_npi_ends_an_open_view() {
    let change = async |app: &App, _: &str| {
        app.registry.says_like("1234567893", "2000000077");
        app.make_due("1234567893").await;
        assert_eq!(app.verify().await.changed, 1);
    };
    ends(change, "user_not_allowed").await;
}

#[tokio::test]
async fn revoking_the_view_ends_it() {
    let change = async |app: &App, user: &str| {
        app.end_access(&json!({ "userId": user })).await.expect(200);
    };
    ends(change, "revoked").await;
}

#[tokio::test]
async fn revoking_an_api_key_ends_only_its_own_views() {
    let app = App::start().await;
    let reader = app.reader().await;
    let pacs = app.as_pacs_with(&[Scope::AccessIssue]).await;
    let token = app.opened(&app.link_by(&pacs, &reader).await).await;
    let other = app.view(&reader).await;
    app.renew(&token).await.expect(200);
    app.deactivate_keys_but_the_first().await;
    app.over(&token).await;
    assert_eq!(app.refusals().await, ["issuer_not_allowed".to_owned()].into());
    app.renew(&other).await.expect(200);
}

#[tokio::test]
async fn a_new_npi_is_in_the_next_token() {
    let app = App::start().await;
    let reader = app.reader().await;
    let token = app.view(&reader).await;
    let change = json!({ "lastName": "Nakamura", "npiNumber": "2000000010" });
    patch(&app, &reader, change).await;
    let renewed = app.renew(&token).await.str("viewToken");
    assert_eq!(claims(&renewed)["npi"], "2000000010");
    assert_eq!(app.introspected(&token).await["npi"], "2000000010");
}

#[tokio::test]
async fn a_missing_token_or_another_scheme_is_401() {
    let app = App::start().await;
    let token = app.view(&app.reader().await).await;
    let answer = Answer::of(app.as_invitee().request(Method::POST, RENEW)).await;
    answer.problem(401, "view_token_required");
    for (scheme, code) in [("DPoP", "dpop_proof_invalid"), ("Basic", "dpop_proof_invalid")] {
        let request = app.as_invitee().request(Method::POST, RENEW);
        let request = request.header("authorization", format!("{scheme} {token}"));
        Answer::of(request).await.problem(401, code);
    }
    let request = app.as_invitee().request(Method::POST, RENEW);
    let request = request.header("authorization", format!("bearer {token}"));
    Answer::of(request).await.expect(200);
}

#[tokio::test]
async fn a_database_outage_neither_renews_nor_ends_a_view() {
    let app = App::with_faults().await;
    let token = app.view(&app.reader().await).await;
    app.fail_database("BatchGetItem", emulator::DatabaseFault::Internal);
    app.renew(&token).await.problem(503, "unavailable");
    app.heal_database();
    app.renew(&token).await.expect(200);
}
