//! What happens to the API keys of a person who is deactivated or demoted, or stops owning the clinic.

use serde_json::{Value, json};

use crate::support::{App, BrowserSession, admin, member};

const USERS: &str = "/v1/autoScribe/users";

async fn create_key(by: &BrowserSession, scopes: &[&str]) -> Value {
    let wanted = json!({"description": "Harbor PACS", "scopes": scopes});
    by.client.post("/v1/apiKeys", &wanted).await.expect(201)
}

#[tokio::test]
async fn a_manager_who_goes_leaves_a_decision_about_their_keys() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let key = create_key(&boss, &["users:read"]).await;
    let pacs = app.as_holder_of(key["apiKey"].as_str().unwrap());
    let path = format!("{USERS}/{}", boss.user_id);
    let revoke = format!("{USERS}/revoke-access");
    let demote = |keys: Value| json!({"level": "member", "keys": keys});
    let undecided = owner.client.patch(&path, &json!({"level": "member"})).await;
    let problem = undecided.expect_problem(409, "keys_to_decide");
    let expected = json!([{"apiKeyId": key["apiKeyId"], "description": "Harbor PACS"}]);
    assert_eq!(problem["keys"], expected);
    let body = json!({"userId": boss.user_id});
    owner.client.post(&revoke, &body).await.expect_problem(409, "keys_to_decide");
    let wrong = owner.client.patch(&path, &demote(json!("burn"))).await;
    assert_eq!(wrong.field_errors(), [("keys".to_owned(), "keys_unknown".to_owned())]);
    owner.client.patch(&path, &demote(json!("keep"))).await.expect(200);
    pacs.get(USERS).await.expect(200);
    let promote = json!({"level": "admin", "hasDashboardAccess": true});
    owner.client.patch(&path, &promote).await.expect(200);
    let end = json!({"userId": boss.user_id, "keys": "end"});
    owner.client.post(&revoke, &end).await.expect(200);
    pacs.get(USERS).await.expect_problem(401, "unauthenticated");
    assert_eq!(app.list_audit_records("api_key.revoked").await.len(), 1);
    // A member or a manager without keys needs no decision.
    let plain = app.invite_and_confirm(&member("plain@clinic.example"), None).await;
    let body = json!({"userId": plain["userId"]});
    owner.client.post(&revoke, &body).await.expect(200);
}

#[tokio::test]
async fn a_manager_cannot_keep_their_own_keys_by_stepping_down_first() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let key = create_key(&boss, &["users:read"]).await;
    let path = format!("{USERS}/{}", boss.user_id);
    let keep = json!({"level": "member", "keys": "keep"});
    boss.client.patch(&path, &keep).await.expect_problem(403, "forbidden");
    owner.client.patch(&path, &keep).await.expect(200);
    let body = json!({"userId": boss.user_id});
    let revoke = format!("{USERS}/revoke-access");
    let undecided = owner.client.post(&revoke, &body).await;
    undecided.expect_problem(409, "keys_to_decide");
    let end = json!({"userId": boss.user_id, "keys": "end"});
    owner.client.post(&revoke, &end).await.expect(200);
    let pacs = app.as_holder_of(key["apiKey"].as_str().unwrap());
    pacs.get(USERS).await.expect_problem(401, "unauthenticated");
}

#[tokio::test]
async fn an_owner_who_transfers_ends_the_keys_that_only_an_owner_makes() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let plain = create_key(&owner, &["users:read"]).await;
    let strong = create_key(&owner, &["users:read", "admins:write"]).await;
    let transfer = "/v1/clinic/transfer-ownership";
    let undecided = owner.client.post(transfer, &json!({"userId": boss.user_id})).await;
    let problem = undecided.expect_problem(409, "keys_to_decide");
    assert_eq!(problem["keys"][0]["apiKeyId"], strong["apiKeyId"]);
    assert_eq!(problem["keys"].as_array().unwrap().len(), 1);
    let end = json!({"userId": boss.user_id, "keys": "end"});
    owner.client.post(transfer, &end).await.expect(200);
    let works = async |key: &Value| {
        app.as_holder_of(key["apiKey"].as_str().unwrap()).get(USERS).await.status == 200
    };
    assert_eq!([works(&plain).await, works(&strong).await], [true, false]);
}

#[tokio::test]
async fn a_key_cannot_end_itself_with_its_maker() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let key = create_key(&boss, &["users:write"]).await;
    let path = format!("{USERS}/{}", boss.user_id);
    let keep = json!({"level": "member", "keys": "keep"});
    owner.client.patch(&path, &keep).await.expect(200);
    let pacs = app.as_holder_of(key["apiKey"].as_str().unwrap());
    let end = json!({"userId": boss.user_id, "keys": "end"});
    let refused = pacs.post(&format!("{USERS}/revoke-access"), &end).await;
    refused.expect_problem(409, "cannot_end_own_key");
}
