//! `GET /v1/apiKeys`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{App, admin, with};

#[tokio::test]
async fn keys_are_listed_newest_first_in_pages() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    for n in 0..3 {
        let wanted = json!({"description": format!("key {n}"), "scopes": ["users:read"]});
        boss.client.post("/v1/apiKeys", &wanted).await.expect(201);
    }
    let first = boss.client.get("/v1/apiKeys?limit=3").await.expect(200);
    let names = |page: &Value| -> Vec<String> {
        let keys = page["apiKeys"].as_array().unwrap().iter();
        keys.map(|key| key["description"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&first), ["key 2", "key 1", "key 0"]);
    assert_eq!(first["hasMore"], true);
    let next = format!("/v1/apiKeys?limit=3&cursor={}", first["cursor"].as_str().unwrap());
    let last = boss.client.get(&next).await.expect(200);
    assert_eq!((names(&last), &last["hasMore"]), (vec!["First key".to_owned()], &json!(false)));
    boss.client.get("/v1/apiKeys?cursor=x").await.expect_problem(400, "cursor_invalid");
}

#[tokio::test]
async fn the_last_use_of_a_key_is_recorded_at_most_once_an_hour() {
    let app = App::start_with_faults().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let last_use = async || {
        let page = boss.client.get("/v1/apiKeys").await.expect(200);
        page["apiKeys"][0]["lastUsedAt"].clone()
    };
    // The first key has been used to invite the admin.
    let first = last_use().await;
    assert_ne!(first, Value::Null);
    app.clock.advance(Duration::from_mins(10));
    app.as_pacs().get("/v1/autoScribe/users").await.expect(200);
    assert_eq!(last_use().await, first);
    // The session has ended by now, so the admin signs in again below.
    app.clock.advance(Duration::from_mins(50));
    app.as_pacs().get("/v1/autoScribe/users").await.expect(200);
    let boss = app.open_session("boss@clinic.example").await;
    let page = boss.client.get("/v1/apiKeys").await.expect(200);
    assert_ne!(page["apiKeys"][0]["lastUsedAt"], first);
}

#[tokio::test]
async fn a_request_succeeds_when_its_key_use_cannot_be_recorded() {
    let app = App::start_with_faults().await;
    app.fail_database("UpdateItem", emulator::DatabaseFault::Internal);
    app.as_pacs().get("/v1/autoScribe/users").await.expect(200);
}

#[tokio::test]
async fn a_list_names_who_created_each_key() {
    let app = App::start_with_faults().await;
    let boss =
        with(admin("boss@clinic.example"), json!({ "firstName": "Beth", "lastName": "Boss" }));
    let boss = app.confirm_and_sign_in(&boss).await.client;
    for n in 0..3 {
        let wanted = json!({"description": format!("key {n}"), "scopes": ["users:read"]});
        let created = boss.post("/v1/apiKeys", &wanted).await.expect(201);
        assert_eq!(created.get("createdByName"), None);
    }
    app.wait_until_delivered().await;
    app.reset_units();
    let page = boss.get("/v1/apiKeys").await.expect(200);
    let keys = page["apiKeys"].as_array().unwrap().iter();
    let names: Vec<_> = keys.map(|key| key.get("createdByName").and_then(Value::as_str)).collect();
    let beth = Some("Beth Boss");
    assert_eq!(names, [beth, beth, beth, None], "the operator has no name");
    // The caller, the last uses of the keys, and the names.
    assert_eq!(app.calls_made(), [("BatchGetItem", 3), ("Query", 1)]);
}
