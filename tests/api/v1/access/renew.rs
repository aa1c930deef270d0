//! `POST /v1/access/renew`. An ended view is refused at its next renewal, and introspection shows it at once.

use std::time::Duration;

use domain::credentials::api_key::Scope;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{App, RENEW, TestResponse, claims};

#[tokio::test]
async fn a_view_is_renewed_until_it_ends() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    let first = app.open_view(&reader).await;
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
    assert_eq!(same, last, "only the times change");
    app.clock.advance(Duration::from_mins(4));
    app.assert_view_ended(&token).await;
    app.assert_view_ended(&first).await;
    assert_eq!(
        app.list_audit_records("access.redeemed").await.len(),
        1,
        "a renewal is not audited"
    );
}

#[tokio::test]
async fn a_token_older_than_five_minutes_renews_nothing() {
    let app = App::start().await;
    let token = app.open_view(&app.confirm_reader().await).await;
    app.clock.advance(Duration::from_secs(270));
    app.renew(&token).await.expect(200);
    app.clock.advance(Duration::from_secs(30));
    app.assert_view_ended(&token).await;
}

/// Asserts that a change ends an open view, and that the audit has the reason.
async fn assert_change_ends_view(change: impl AsyncFnOnce(&App, &str), reason: &str) {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    let token = app.open_view(&reader).await;
    assert_eq!(app.introspect(&token).await["active"], true);
    app.renew(&token).await.expect(200);
    change(&app, &reader).await;
    app.assert_view_ended(&token).await;
    assert_eq!(app.list_refusals().await, [reason.to_owned()].into());
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
    assert_change_ends_view(change, "user_not_allowed").await;
}

#[tokio::test]
async fn losing_the_permission_to_report_ends_an_open_view() {
    let change = async |app: &App, user: &str| {
        patch(app, user, json!({ "canCreateReports": false })).await;
    };
    assert_change_ends_view(change, "user_not_allowed").await;
}

#[tokio::test]
async fn a_deactivated_npi_ends_an_open_view() {
    let change = async |app: &App, _: &str| {
        app.registry.answer_as("1234567893", "2000000077");
        app.make_due("1234567893").await;
        assert_eq!(app.run_verifier().await.changed, 1);
    };
    assert_change_ends_view(change, "user_not_allowed").await;
}

#[tokio::test]
async fn revoking_the_view_ends_it() {
    let change = async |app: &App, user: &str| {
        app.end_access(&json!({ "userId": user })).await.expect(200);
    };
    assert_change_ends_view(change, "revoked").await;
}

#[tokio::test]
async fn revoking_an_api_key_ends_only_its_own_views() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    let pacs = app.create_pacs(&[Scope::AccessIssue, Scope::AccessDictate]).await;
    let token = app.open_link(&app.issue_link_as(&pacs, &reader).await).await;
    let other = app.open_view(&reader).await;
    app.renew(&token).await.expect(200);
    app.deactivate_other_keys().await;
    app.assert_view_ended(&token).await;
    assert_eq!(app.list_refusals().await, ["issuer_not_allowed".to_owned()].into());
    app.renew(&other).await.expect(200);
}

#[tokio::test]
async fn a_new_npi_is_in_the_next_token() {
    let app = App::start().await;
    let reader = app.confirm_reader().await;
    let token = app.open_view(&reader).await;
    let change = json!({ "lastName": "Nakamura", "npiNumber": "2000000010" });
    patch(&app, &reader, change).await;
    let renewed = app.renew(&token).await.str("viewToken");
    assert_eq!(claims(&renewed)["npi"], "2000000010");
    assert_eq!(app.introspect(&token).await["npi"], "2000000010");
}

#[tokio::test]
async fn a_missing_token_or_another_scheme_is_401() {
    let app = App::start().await;
    let token = app.open_view(&app.confirm_reader().await).await;
    let answer = TestResponse::fetch(app.as_invitee().request(Method::POST, RENEW)).await;
    answer.expect_problem(401, "view_token_required");
    for (scheme, code) in [("DPoP", "dpop_proof_invalid"), ("Basic", "dpop_proof_invalid")] {
        let request = app.as_invitee().request(Method::POST, RENEW);
        let request = request.header("authorization", format!("{scheme} {token}"));
        TestResponse::fetch(request).await.expect_problem(401, code);
    }
    let request = app.as_invitee().request(Method::POST, RENEW);
    let request = request.header("authorization", format!("bearer {token}"));
    TestResponse::fetch(request).await.expect(200);
}

#[tokio::test]
async fn a_database_outage_neither_renews_nor_ends_a_view() {
    let app = App::start_with_faults().await;
    let token = app.open_view(&app.confirm_reader().await).await;
    app.fail_database("BatchGetItem", emulator::DatabaseFault::Internal);
    app.renew(&token).await.expect_problem(503, "unavailable");
    app.heal_database();
    app.renew(&token).await.expect(200);
}
