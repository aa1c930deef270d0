//! The API keys in a review.

use serde_json::{Value, json};

use super::{boss, pass_hours, review, start, today};
use crate::support::App;

async fn create_key(app: &App, body: Value) -> String {
    boss(app).await.post("/v1/apiKeys", &body).await.expect(201);
    let page = boss(app).await.get("/v1/apiKeys?limit=1").await.expect(200);
    page["apiKeys"][0]["apiKeyId"].as_str().unwrap().to_owned()
}

fn find_key<'a>(review: &'a Value, id: &str) -> Option<&'a Value> {
    review["apiKeys"].as_array().unwrap().iter().find(|key| key["apiKeyId"] == id)
}

fn hours(key: &Value) -> [&str; 2] {
    ["from", "until"].map(|time| &key[time].as_str().unwrap()[11..13])
}

#[tokio::test]
async fn keys_show_scopes_makers_and_when_they_worked() {
    let app = start().await;
    pass_hours(&app, 2);
    let wanted = json!({ "description": "PACS", "scopes": ["users:read"] });
    let id = create_key(&app, wanted).await;
    pass_hours(&app, 2);
    let rotate = format!("/v1/apiKeys/{id}/rotate");
    boss(&app).await.post(&rotate, &json!({ "overlapHours": 0 })).await.expect(200);
    pass_hours(&app, 2);
    let revoke = format!("/v1/apiKeys/{id}/revoke");
    boss(&app).await.post(&revoke, &json!({})).await.expect(200);
    pass_hours(&app, 2);
    let found = review(&app, "").await;
    let key = find_key(&found, &id).unwrap();
    assert_eq!(hours(key), ["02", "06"]);
    assert_eq!((&key["description"], &key["scopes"]), (&json!("PACS"), &json!(["users:read"])));
    let by = |member: &str| (key[member].clone(), key[format!("{member}Name")].clone());
    let user = by("createdBy").0;
    assert_eq!(by("createdBy"), (user.clone(), json!("Grace Lind")));
    assert_eq!(by("rotatedBy"), (user.clone(), json!("Grace Lind")));
    assert_eq!(key["revokedBy"], user);
    assert_eq!((&key["revokedAt"], &key["lastUsedAt"]), (&key["until"], &Value::Null));
    let first = find_key(&found, &app.api_key_id).unwrap();
    assert_eq!((&first["createdBy"], &first["createdByName"]), (&json!("operator"), &Value::Null));
    assert_eq!(&first["lastUsedAt"].as_str().unwrap()[..10], today(&app));
    app.clock.advance_to_full_day();
    let later = review(&app, "").await;
    assert_eq!(find_key(&later, &id), None);
    assert!(find_key(&later, &app.api_key_id).is_some());
}

#[tokio::test]
async fn a_key_that_expires_works_until_then() {
    let app = start().await;
    let end = format!("{}T05:00:00Z", today(&app));
    let wanted = json!({ "description": "PACS", "scopes": ["users:read"], "expiresAt": end });
    let id = create_key(&app, wanted).await;
    pass_hours(&app, 8);
    assert_eq!(hours(find_key(&review(&app, "").await, &id).unwrap()), ["00", "05"]);
    app.clock.advance_to_full_day();
    assert_eq!(find_key(&review(&app, "").await, &id), None);
}

#[tokio::test]
async fn a_key_that_ends_with_its_maker_was_revoked_by_the_one_who_ended_it() {
    let app = start().await;
    let owner = app.confirm_and_sign_in_owner().await;
    let wanted = json!({ "description": "PACS", "scopes": ["users:read"] });
    let id = create_key(&app, wanted).await;
    let boss_id = boss(&app).await.get("/v1/session").await.expect(200)["user"]["userId"].clone();
    let body = json!({ "userId": boss_id, "keys": "end" });
    owner.client.post("/v1/autoScribe/users/revoke-access", &body).await.expect(200);
    app.append_events().await;
    let found = owner.client.get(super::REVIEW).await.expect(200);
    assert_eq!(find_key(&found, &id).unwrap()["revokedBy"], owner.user_id.as_str());
}
