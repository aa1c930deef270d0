//! A person whose authority has ended tries to use what they still hold.

use serde_json::{Value, json};

use crate::support::{App, BrowserSession, PASSWORD, TestResponse, admin, member};

/// Tries every kind of change with a session. Returns the answers.
async fn try_changes(app: &App, session: &BrowserSession, other: &str) -> Vec<TestResponse> {
    let client = &session.client;
    let user = |id: &str| format!("/v1/autoScribe/users/{id}");
    let key = json!({"description": "backdoor", "scopes": ["users:write", "access:issue"]});
    let promote = json!({"level": "admin", "hasDashboardAccess": true});
    vec![
        client.post("/v1/apiKeys", &key).await,
        client.post(&format!("/v1/apiKeys/{}/revoke", app.api_key_id), &json!({})).await,
        client.invite(&admin("accomplice@clinic.example")).await,
        client.invite(&member("accomplice@clinic.example")).await,
        client.patch(&user(&session.user_id), &promote).await,
        client.patch(&user(other), &json!({"lastName": "Renamed"})).await,
        client.post("/v1/autoScribe/users/revoke-access", &json!({"userId": other})).await,
        client.post("/v1/autoScribe/users/reactivate", &json!({"userId": session.user_id})).await,
        client.get("/v1/autoScribe/users").await,
        client.get("/v1/auditEvents").await,
        client.get("/v1/accessReview").await,
    ]
}

/// An admin with a session, another admin, and what the table holds of people and keys.
async fn start() -> (App, BrowserSession, String) {
    let app = App::start().await;
    app.confirm_owner().await;
    let other = app.invite_and_confirm(&admin("other@clinic.example"), Some(PASSWORD)).await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    (app, boss, other["userId"].as_str().unwrap().to_owned())
}

async fn assert_all_refused(
    app: &App,
    session: &BrowserSession,
    other: &str,
    (status, code): (u16, &str),
) {
    let before = app.list_audit_records("api_key.created").await.len();
    for answer in try_changes(app, session, other).await {
        answer.expect_problem(status, code);
    }
    assert_eq!(app.list_audit_records("api_key.created").await.len(), before);
}

#[tokio::test]
async fn a_deactivated_admin_can_do_nothing_and_not_come_back() {
    let (app, boss, other) = start().await;
    let body = json!({"userId": boss.user_id});
    app.as_pacs().post("/v1/autoScribe/users/revoke-access", &body).await.expect(200);
    assert_all_refused(&app, &boss, &other, (401, "unauthenticated")).await;
}

#[tokio::test]
async fn a_demoted_admin_cannot_promote_themselves_or_plant_a_key() {
    let (app, boss, other) = start().await;
    let path = format!("/v1/autoScribe/users/{}", boss.user_id);
    let plain = json!({"level": "member", "canManageStudies": false});
    app.as_pacs().patch(&path, &plain).await.expect(200);
    assert_all_refused(&app, &boss, &other, (403, "forbidden")).await;
}

#[tokio::test]
async fn a_signed_out_session_makes_no_key() {
    let (app, boss, other) = start().await;
    assert_eq!(boss.sign_out().await.status, 204);
    assert_all_refused(&app, &boss, &other, (401, "unauthenticated")).await;
}

#[tokio::test]
async fn a_session_from_before_a_password_reset_makes_no_key() {
    let (app, boss, other) = start().await;
    app.reset_password("boss@clinic.example", "violet-anchor-pumice").await;
    assert_all_refused(&app, &boss, &other, (401, "unauthenticated")).await;
}

#[tokio::test]
async fn a_demoted_admin_cannot_replay_an_answer_with_a_persons_data() {
    let (app, boss, _) = start().await;
    let invite = member("ada@clinic.example");
    let replay = async || {
        let key = ("idempotency-key", "first");
        boss.client.post_with("/v1/autoScribe/users", &invite, key).await
    };
    replay().await.expect(201);
    assert_eq!(replay().await.headers["idempotent-replayed"], "true");
    let path = format!("/v1/autoScribe/users/{}", boss.user_id);
    app.as_pacs().patch(&path, &json!({"level": "member"})).await.expect(200);
    let refused = replay().await;
    refused.expect_problem(403, "forbidden");
    assert!(!refused.text.contains("ada@clinic.example"));
}

#[tokio::test]
async fn an_invitation_of_a_deactivated_admin_or_a_revoked_key_is_not_accepted() {
    let (app, boss, _) = start().await;
    let token = async |invited: TestResponse| app.token(&invited.str("invitationId"), 1);
    let by_boss = token(boss.client.invite(&member("a@clinic.example")).await).await;
    let new_key = json!({"description": "PACS", "scopes": ["users:write"]});
    let key: Value = boss.client.post("/v1/apiKeys", &new_key).await.expect(201);
    let pacs = app.as_holder_of(key["apiKey"].as_str().unwrap());
    let by_key = token(pacs.invite(&member("b@clinic.example")).await).await;
    let owner = app.open_session("owner@riverside.example").await;
    let revoke = format!("/v1/apiKeys/{}/revoke", key["apiKeyId"].as_str().unwrap());
    owner.client.post(&revoke, &json!({})).await.expect(200);
    let body = json!({"userId": boss.user_id});
    owner.client.post("/v1/autoScribe/users/revoke-access", &body).await.expect(200);
    for token in [by_boss, by_key] {
        let answer = app.as_invitee().accept(&json!({"token": token})).await;
        answer.expect_problem(409, "inviter_not_authorized");
    }
}
