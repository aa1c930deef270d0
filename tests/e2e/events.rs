//! The event feed: a change is appended once, also if a record comes again, late or broken.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::time::Clock as _;
use emulator::DatabaseFault;
use serde_json::json;

use crate::support::{App, events_of_type, member, read_feed, types_of};

const ADDRESS: &str = "ada@clinic.example";

#[tokio::test]
async fn an_invite_appears_in_the_feed_by_itself() {
    let app = App::start_with_events().await;
    let id = app.as_pacs().invite(&member(ADDRESS)).await.str("invitationId");
    for _ in 0..300 {
        let events = app.list_events().await;
        let sent = events_of_type(&events, "invitation.delivery_changed");
        let found = sent.iter().find(|event| event["data"]["invitationId"] == id);
        if let Some(sent) = found {
            let data = &sent["data"];
            assert_eq!(
                (&data["delivery"], &data["previousDelivery"]),
                (&json!("sent"), &json!("queued"))
            );
            let created = events_of_type(&events, "invitation.created");
            assert!(created.iter().any(|event| event["data"]["invitationId"] == id));
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no event of the email: {:?}", app.list_events().await);
}

#[tokio::test]
async fn a_batch_that_is_delivered_again_repeats_nothing() {
    let app = App::start_without_mailer().await;
    for n in 0..40 {
        app.as_pacs().invite(&member(&format!("p{n}@clinic.example"))).await.expect(201);
    }
    let records = app.stream_for_events();
    // The function ends before the stream knows that it appended the events.
    app.call_events(&records[..30]).await;
    let first = app.list_events().await;
    for _ in 0..2 {
        assert_eq!(app.call_events(&records).await["batchItemFailures"], json!([]));
    }
    let all = app.list_events().await;
    assert_eq!((&all[..first.len()], all.len()), (&first[..], 42));
    let ids: BTreeSet<_> = all.iter().map(|e| e["id"].to_string()).collect();
    assert_eq!(ids.len(), 42);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_runs_append_each_event_once() {
    let app = App::start_without_mailer().await;
    for n in 0..20 {
        app.as_pacs().invite(&member(&format!("p{n}@clinic.example"))).await.expect(201);
    }
    let records = app.stream_for_events();
    let (ahead, behind) = records.split_at(11);
    let answers = tokio::join!(
        app.call_events(&records),
        app.call_events(behind),
        app.call_events(&records),
        app.call_events(ahead)
    );
    for answer in [answers.0, answers.1, answers.2, answers.3] {
        assert_eq!(answer["batchItemFailures"], json!([]));
    }
    let events = app.list_events().await;
    assert_eq!(events.len(), 22, "{:?}", types_of(&events));
}

#[tokio::test]
async fn a_failed_append_is_reported_and_retried() {
    let app = App::start_with_faults_without_mailer().await;
    app.as_pacs().invite(&member(ADDRESS)).await.expect(201);
    let other = app.create_other_clinic().await;
    let records = app.stream_for_events();
    let sequence = |n: usize| &records[n]["dynamodb"]["SequenceNumber"];
    assert_eq!(records.len(), 7, "four records of the first clinic, and three of the other");
    app.fail_database("TransactWriteItems", DatabaseFault::Internal);
    let answer = app.call_events(&records).await;
    assert_eq!(answer["batchItemFailures"], json!([{ "itemIdentifier": sequence(1) }]));
    app.heal_database();
    // The first clinic's events are appended, and then the database fails.
    app.pass_next("TransactWriteItems", 1);
    app.fail_next("TransactWriteItems", DatabaseFault::Internal);
    app.fail_next("TransactWriteItems", DatabaseFault::Internal);
    app.fail_next("TransactWriteItems", DatabaseFault::Internal);
    let answer = app.call_events(&records).await;
    assert_eq!(answer["batchItemFailures"], json!([{ "itemIdentifier": sequence(5) }]));
    assert_eq!(app.call_events(&records[5..]).await["batchItemFailures"], json!([]));
    assert_eq!(app.list_events().await.len(), 3);
    assert_eq!(read_feed(&other, "0").await.0.len(), 2);
}

#[tokio::test]
async fn a_lost_answer_appends_once() {
    let app = App::start_with_faults_without_mailer().await;
    app.as_pacs().invite(&member(ADDRESS)).await.expect(201);
    let records = app.stream_for_events();
    app.fail_next("TransactWriteItems", DatabaseFault::AnswerLost);
    app.call_events(&records).await;
    app.call_events(&records).await;
    assert_eq!(app.list_events().await.len(), 3);
}

#[tokio::test]
async fn conflicts_are_retried_and_then_reported() {
    let app = App::start_with_faults_without_mailer().await;
    let records = app.stream_for_events();
    app.fail_with_conflicts(5);
    assert_eq!(app.call_events(&records).await["batchItemFailures"], json!([]));
    app.as_pacs().invite(&member(ADDRESS)).await.expect(201);
    let records = app.changes_for_events();
    app.fail_with_conflicts(100);
    let answer = app.call_events(&records[3..]).await;
    assert_eq!(
        answer["batchItemFailures"][0]["itemIdentifier"],
        records[3]["dynamodb"]["SequenceNumber"]
    );
}

#[tokio::test]
async fn an_unreadable_record_does_not_block_the_others() {
    let app = App::start_without_mailer().await;
    app.as_pacs().invite(&member(ADDRESS)).await.expect(201);
    let mut records = app.stream_for_events();
    records[1]["dynamodb"]["NewImage"]["an"] = json!({ "S": "invitation.erased" });
    assert_eq!(app.call_events(&records).await["batchItemFailures"], json!([]));
    assert_eq!(types_of(&app.list_events().await), ["api_key.created", "invitation.created"]);
}

#[tokio::test]
async fn an_operator_appends_what_is_missing() {
    let app = App::start_without_mailer().await;
    app.clock.advance(Duration::from_secs(1));
    app.as_pacs().invite(&member(ADDRESS)).await.expect(201);
    let mut records = app.stream_for_events();
    let lost = records.remove(1);
    app.call_events(&records).await;
    let call = async |from: &str, to: &str| {
        let range = json!({ "clinicId": app.clinic_id, "from": from, "to": to });
        app.try_events(&json!({ "appendMissing": range })).await
    };
    let now = app.clock.now();
    let (from, to) = (now.minus(Duration::from_hours(30)).to_string(), now.to_string());
    for appended in [1, 0] {
        assert_eq!(call(&from, &to).await.unwrap(), json!({ "appended": appended }));
    }
    let events = app.list_events().await;
    let lost = lost["dynamodb"]["Keys"]["SK"]["S"].as_str().unwrap().replace("evt_", "whe_");
    assert_eq!((events.len(), &events[2]["id"]), (3, &json!(lost)), "late, at the end");
    let all = async |from: &str, to: &str| {
        let range = json!({ "appendMissing": { "from": from, "to": to } });
        app.try_events(&range).await.unwrap()
    };
    let other = app.create_other_clinic().await;
    assert_eq!(all(&from, "9999-01-01T00:00:00Z").await, json!({ "appended": 2 }));
    assert_eq!(read_feed(&other, "0").await.0.len(), 2, "without an id, of every clinic");
    let range = json!({ "appendMissing": { "from": from, "to": to } });
    let answer = app.try_events_for(&range, Duration::from_secs(1)).await.unwrap();
    assert_eq!(answer, json!({ "appended": 0, "continueFrom": from }));
    for (from, to) in [("2020-01-01T00:00:00Z", to.as_str()), ("yesterday", &to), (&from, "")] {
        assert!(call(from, to).await.is_err(), "{from} {to}");
    }
}
