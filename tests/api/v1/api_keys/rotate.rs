//! `POST /v1/apiKeys/{apiKeyId}/rotate`, and keys that expire.

use std::time::Duration;

use domain::time::Clock as _;
use serde_json::{Value, json};

use crate::support::{App, BrowserSession, admin};

const USERS: &str = "/v1/autoScribe/users";

async fn create(boss: &BrowserSession, extra: Value) -> Value {
    let mut wanted = json!({"description": "Harbor PACS", "scopes": ["users:read"]});
    wanted.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    boss.client.post("/v1/apiKeys", &wanted).await.expect(201)
}

async fn rotate(boss: &BrowserSession, key: &Value, hours: u32) -> Value {
    boss.confirm_password().await;
    let path = format!("/v1/apiKeys/{}/rotate", key["apiKeyId"].as_str().unwrap());
    boss.client.post(&path, &json!({"overlapHours": hours})).await.expect(200)
}

async fn works(app: &App, key: &Value) -> bool {
    let answer = app.as_holder_of(key["apiKey"].as_str().unwrap()).get(USERS).await;
    if answer.status == 401 {
        answer.expect_problem(401, "unauthenticated");
        let challenge = answer.headers["www-authenticate"].to_str().unwrap();
        assert!(challenge.contains("invalid_token"), "{challenge}");
    }
    answer.status == 200
}

#[tokio::test]
async fn the_old_secret_works_until_the_overlap_ends_and_the_key_stays_the_same() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let old = create(&boss, json!({})).await;
    let new = rotate(&boss, &old, 2).await;
    assert_eq!(new["apiKeyId"], old["apiKeyId"]);
    assert_ne!(new["apiKey"], old["apiKey"]);
    assert!(works(&app, &old).await && works(&app, &new).await);
    let list = boss.client.get("/v1/apiKeys").await.expect(200);
    let secrets = &list["apiKeys"][0]["secrets"];
    assert_eq!(secrets[0]["madeBy"], boss.user_id);
    assert!(secrets[0]["endsAt"].is_string() && secrets[1]["endsAt"].is_null(), "{secrets}");
    assert!(secrets[0]["lastUsedAt"].is_string() && secrets[1]["lastUsedAt"].is_string());
    app.clock.advance(Duration::from_mins(119));
    assert!(works(&app, &old).await);
    app.clock.advance(Duration::from_mins(1));
    assert!(!works(&app, &old).await && works(&app, &new).await);
    assert_eq!(app.list_audit_records("api_key.rotated").await.len(), 1);
    assert!(!app.dump_table().await.contains(new["apiKey"].as_str().unwrap()));
}

#[tokio::test]
async fn without_an_overlap_or_after_two_rotations_the_first_secret_stops_at_once() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let first = create(&boss, json!({})).await;
    let second = rotate(&boss, &first, 0).await;
    assert!(!works(&app, &first).await && works(&app, &second).await);
    let third = rotate(&boss, &second, 168).await;
    assert!(works(&app, &second).await && works(&app, &third).await, "the third one is in use now");
    let fourth = rotate(&boss, &third, 168).await;
    let mut found = Vec::new();
    for key in [&second, &third, &fourth] {
        found.push(works(&app, key).await);
    }
    assert_eq!(found, [false, true, true]);
}

#[tokio::test]
async fn a_repeated_rotation_whose_answer_was_lost_leaves_the_secret_in_use() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let in_use = create(&boss, json!({})).await;
    assert!(works(&app, &in_use).await);
    let lost = rotate(&boss, &in_use, 24).await;
    let repeated = rotate(&boss, &in_use, 24).await;
    assert!(works(&app, &in_use).await && works(&app, &repeated).await);
    assert!(!works(&app, &lost).await);
}

#[tokio::test]
async fn a_revoked_key_loses_both_secrets_and_cannot_be_rotated() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let old = create(&boss, json!({})).await;
    let new = rotate(&boss, &old, 24).await;
    let path = |verb: &str| format!("/v1/apiKeys/{}/{verb}", old["apiKeyId"].as_str().unwrap());
    boss.client.post(&path("revoke"), &json!({})).await.expect(200);
    assert!(!works(&app, &old).await && !works(&app, &new).await);
    let again = boss.client.post(&path("rotate"), &json!({"overlapHours": 0})).await;
    again.expect_problem(409, "api_key_revoked");
}

#[tokio::test]
async fn an_expired_key_counts_as_revoked() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let end = app.clock.now().plus(Duration::from_mins(5));
    let key = create(&boss, json!({"expiresAt": end.to_string()})).await;
    assert_eq!(key["expiresAt"], end.to_string());
    assert!(works(&app, &key).await);
    app.clock.advance(Duration::from_mins(5));
    assert!(!works(&app, &key).await);
    let list = boss.client.get("/v1/apiKeys").await.expect(200);
    assert_eq!(list["apiKeys"][0]["status"], "expired");
    let path = format!("/v1/apiKeys/{}/rotate", key["apiKeyId"].as_str().unwrap());
    let rotate = boss.client.post(&path, &json!({"overlapHours": 0})).await;
    rotate.expect_problem(409, "api_key_expired");
}

#[tokio::test]
async fn invalid_values_of_a_key_and_a_rotation_are_refused() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let wanted = |field: &str, value: Value| {
        let mut wanted = json!({"description": "x", "scopes": ["users:read"]});
        wanted[field] = value;
        wanted
    };
    for (field, value, code) in [
        ("expiresAt", json!("2020-01-01T00:00:00Z"), "expires_at_past"),
        ("expiresAt", json!("tomorrow"), "time_invalid"),
        ("accessScope", json!("own"), "access_scope_unknown"),
    ] {
        let answer = boss.client.post("/v1/apiKeys", &wanted(field, value)).await;
        assert_eq!(answer.status, 422, "{}", answer.text);
        assert_eq!(answer.field_errors(), [(field.to_owned(), code.to_owned())]);
    }
    let key = create(&boss, json!({"accessScope": "self", "expiresAt": null})).await;
    assert_eq!(key["accessScope"], "self");
    let path = format!("/v1/apiKeys/{}/rotate", key["apiKeyId"].as_str().unwrap());
    for hours in [json!(169), json!(-1), json!("2"), json!(null)] {
        let answer = boss.client.post(&path, &json!({"overlapHours": hours})).await;
        assert_eq!(answer.status, 422, "{}", answer.text);
    }
    let unknown = "/v1/apiKeys/01890a5d-ac96-774b-bcce-b302099a8057/rotate";
    let answer = boss.client.post(unknown, &json!({"overlapHours": 0})).await;
    answer.expect_problem(404, "api_key_not_found");
}

#[tokio::test]
async fn a_key_bound_to_its_own_access_sees_and_ends_no_other() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await;
    let reader = app.confirm_reader().await;
    let rights = json!({"scopes": ["access:issue", "access:introspect"], "accessScope": "self"});
    let key = create(&owner, rights).await;
    let own = app.as_holder_of(key["apiKey"].as_str().unwrap());
    let view = json!({"userId": reader, "studyInstanceUid": "1.2"});
    let issue = "/v1/autoScribe/studies/viewer-only-reroute-url";
    let theirs = app.as_pacs().post(issue, &view).await.expect(200);
    let mine = own.post(issue, &view).await.expect(200);
    let ids = async |client: &crate::support::TestClient| {
        let page = client.get("/v1/access?active=true").await.expect(200);
        let access = page["access"].as_array().unwrap().iter();
        access.map(|access| access["accessId"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&own).await, [mine["accessId"].clone()]);
    assert_eq!(ids(&app.as_pacs()).await.len(), 2, "a key for all sees both");
    let foreign = own.post("/v1/access/revoke", &json!({"accessId": theirs["accessId"]})).await;
    foreign.expect_problem(404, "access_not_found");
    let done = own.post("/v1/access/revoke", &json!({"userId": reader})).await;
    let message = done.str("message");
    assert!(message.contains("that you can see"), "{message}");
    assert_eq!(ids(&app.as_pacs()).await, [theirs["accessId"].clone()]);
}
