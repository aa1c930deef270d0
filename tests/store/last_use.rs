//! What functions that may write nothing else write: when a key or a session was last used. The policy
//! `NoteUsePolicy` of the template refuses a write of any other attribute, and one that returns attributes.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{App, TestClient, dashboard_member};

async fn write_of_a_read(app: &App, caller: &TestClient) -> Value {
    app.watch_writes();
    caller.get("/v1/autoScribe/users").await.expect(200);
    let writes = app.watched_writes();
    assert_eq!(writes.len(), 1, "{writes:?}");
    serde_json::from_slice(&writes[0].body).unwrap()
}

#[tokio::test]
async fn a_read_writes_only_the_time_of_last_use() {
    let app = App::start_with_faults_without_mailer().await;
    let session = app.confirm_and_sign_in(&dashboard_member("grace@clinic.example")).await;
    app.clock.advance(Duration::from_mins(10));
    let by_session = write_of_a_read(&app, &session.client).await;
    app.clock.advance(Duration::from_hours(2));
    let by_key = write_of_a_read(&app, &app.as_pacs()).await;
    for write in [by_session, by_key] {
        assert_eq!(write["UpdateExpression"], "SET lu = :at", "{write}");
        for absent in ["ReturnValues", "ExpressionAttributeNames"] {
            assert_eq!(write.get(absent), None, "{write}");
        }
        let condition = write["ConditionExpression"].as_str().unwrap();
        let known = ["PK", "SK", "lu", "AND", "OR", "attribute_exists", "attribute_not_exists"];
        let words = condition.split(|c: char| !c.is_alphanumeric() && !"_:".contains(c));
        for word in words.filter(|word| !word.is_empty() && !word.starts_with(':')) {
            assert!(known.contains(&word), "{word} in {condition}");
        }
        assert_eq!(write["Key"].as_object().unwrap().len(), 2, "{}", json!(write));
    }
}
