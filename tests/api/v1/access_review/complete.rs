//! A review is complete, or it is refused.

use std::time::Duration;

use serde_json::{Value, json};

use super::{REVIEW, USERS, boss, find_person, pass_hours, person, review, start, today};
use crate::support::{App, TestResponse, member};

async fn read(app: &App) -> TestResponse {
    boss(app).await.get(REVIEW).await
}

fn refused(answer: &TestResponse) {
    answer.expect_problem(503, "review_not_ready");
    assert_eq!(answer.headers["retry-after"], "1");
}

/// The sort key of a kept record of an object with this action.
async fn kept_record(app: &App, object: &str, action: &str) -> String {
    let items = app.load_items().await;
    let text = |item: &store::RawItem, name: &str| {
        item.get(name).and_then(|value| value.as_s().ok().cloned()).unwrap_or_default()
    };
    let found = items.iter().find(|item| {
        text(item, "PK").starts_with("REVIEW#")
            && text(item, "SK").starts_with(object)
            && text(item, "an") == action
    });
    text(found.expect("a record"), "SK")
}

#[tokio::test]
async fn a_change_that_has_not_come_yet_refuses_the_review() {
    let app = start().await;
    let user = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    refused(&read(&app).await);
    app.append_events().await;
    read(&app).await.expect(200);
    let path = format!("{USERS}/{}", user["userId"].as_str().unwrap());
    for manages in [false, true] {
        let change = json!({ "canManageStudies": manages });
        app.as_pacs().patch(&path, &change).await.expect(200);
    }
    refused(&read(&app).await);
    app.append_events().await;
    let found = read(&app).await.expect(200);
    assert_eq!(person(&found, &user["userId"])["periods"].as_array().unwrap().len(), 3);
    boss(&app)
        .await
        .post("/v1/apiKeys", &json!({ "description": "k", "scopes": ["users:read"] }))
        .await
        .expect(201);
    refused(&read(&app).await);
}

#[tokio::test]
async fn a_view_that_has_not_come_for_ten_seconds_refuses_the_review() {
    let app = start().await;
    let reader = app.confirm_reader().await;
    app.append_events().await;
    app.open_view(&reader).await;
    let found = read(&app).await.expect(200);
    assert_eq!(person(&found, &json!(reader))["openViewCount"], 0, "it takes a moment");
    app.clock.advance(Duration::from_secs(15));
    refused(&read(&app).await);
    app.append_events().await;
    let found = read(&app).await.expect(200);
    assert_eq!(person(&found, &json!(reader))["openViewCount"], 1);
    // What came later does not matter to an earlier day.
    let day = today(&app);
    app.clock.advance_to_full_day();
    app.append_events().await;
    app.open_view(&reader).await;
    app.clock.advance(Duration::from_secs(15));
    refused(&read(&app).await);
    boss(&app).await.get(&format!("{REVIEW}?at={day}")).await.expect(200);
}

#[tokio::test]
async fn a_lost_record_refuses_the_review_until_the_operator_keeps_it_again() {
    let app = start().await;
    let user = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    let id = user["userId"].as_str().unwrap();
    for change in ["revoke-access", "reactivate"] {
        let body = json!({ "userId": id });
        app.as_pacs().post(&format!("{USERS}/{change}"), &body).await.expect(200);
    }
    let before = review(&app, "").await;
    let partition = format!("REVIEW#{}", app.clinic_id);
    let lost = kept_record(&app, id, "user.deactivated").await;
    app.delete_item(&partition, &lost).await;
    refused(&read(&app).await);
    pass_hours(&app, 40 * 24);
    let range = |command: &str, from: &str| {
        let range =
            json!({ "clinicId": app.clinic_id, "from": from, "to": "2100-01-01T00:00:00Z" });
        json!({ command: range })
    };
    let kept = app.try_events(&range("keepReview", "2000-01-01T00:00:00Z")).await.unwrap();
    assert!(kept["kept"].as_u64().unwrap() >= 6 && kept.get("nextTo").is_none(), "{kept}");
    let day = before["at"].as_str().unwrap();
    let found = review(&app, &format!("?at={day}")).await;
    let of = |review: &Value| person(review, &user["userId"])["periods"].clone();
    assert_eq!(of(&found)[0], of(&before)[0]);
    assert_eq!(of(&found).as_array().unwrap().len(), 2);
    let unknown = json!({ "keepReview": { "clinicId": "01920000-0000-7000-8000-000000000000", "from": "2000-01-01T00:00:00Z", "to": "2100-01-01T00:00:00Z" } });
    assert!(app.try_events(&unknown).await.is_err());
}

#[tokio::test]
async fn records_that_come_twice_and_in_any_order_change_nothing() {
    let app = start().await;
    let user = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    let reader = app.confirm_reader().await;
    app.open_view(&reader).await;
    let body = json!({ "userId": user["userId"] });
    for change in ["revoke-access", "reactivate"] {
        app.as_pacs().post(&format!("{USERS}/{change}"), &body).await.expect(200);
    }
    let mut records = app.changes_for_events();
    records.reverse();
    app.call_events(&records).await;
    let found = read(&app).await.expect(200);
    app.append_events().await;
    let again = read(&app).await.expect(200);
    assert_eq!(found["people"][0]["openViews"], again["people"][0]["openViews"]);
    let periods = |review: &Value| {
        let periods = person(review, &user["userId"])["periods"].as_array().unwrap().len();
        (periods, review["people"].as_array().unwrap().len())
    };
    assert_eq!((periods(&found), periods(&again)), ((2, 3), (2, 3)));
}

#[tokio::test]
async fn a_batch_whose_records_were_not_kept_is_delivered_again() {
    let app = App::start_with_faults_without_mailer().await;
    app.as_pacs().invite(&member("p0@clinic.example")).await.expect(201);
    app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    let records = app.changes_for_events();
    app.fail_database("PutItem", emulator::DatabaseFault::Internal);
    let answer = app.call_events(&records).await;
    app.heal_database();
    let failed = answer["batchItemFailures"].as_array().unwrap();
    assert_eq!(failed.len(), 1, "{answer}");
    let number = &failed[0]["itemIdentifier"];
    let first = records.iter().position(|one| one["dynamodb"]["SequenceNumber"] == *number);
    let kept = &records[first.unwrap()]["dynamodb"]["NewImage"]["an"]["S"];
    assert_eq!(kept, "api_key.created", "the first record that a review needs");
    assert_eq!(app.call_events(&records).await["batchItemFailures"], json!([]));
}

#[tokio::test]
async fn a_person_with_a_corrupt_item_is_left_out_and_counted() {
    let app = start().await;
    let user = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    let reader = app.confirm_reader().await;
    app.open_view(&reader).await;
    app.append_events().await;
    let id = user["userId"].as_str().unwrap();
    let accepted = kept_record(&app, id, "invitation.accepted").await;
    app.remove_attribute(&format!("REVIEW#{}", app.clinic_id), &accepted, "an").await;
    let found = read(&app).await.expect(200);
    assert_eq!((&found["skipped"], find_person(&found, &user["userId"])), (&json!(1), None));
    assert!(find_person(&found, &json!(reader)).is_some());
    let page = boss(&app).await.get(&format!("{REVIEW}?format=csv")).await;
    assert!(page.text.contains("\r\nskipped,1,,"), "{}", page.text);
    let key = kept_record(&app, "key:", "api_key.created").await;
    app.remove_attribute(&format!("REVIEW#{}", app.clinic_id), &key, "ac").await;
    let found = read(&app).await.expect(200);
    assert_eq!((&found["skipped"], &found["apiKeys"]), (&json!(2), &json!([])));
    let item = app.find_item(&reader).await;
    app.corrupt_item(&item).await;
    assert_eq!(read(&app).await.expect(200)["skipped"], 3);
}
