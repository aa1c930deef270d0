//! The events of people, deliveries and keys, and their order.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::credentials::key_set::KeySet;
use serde_json::{Value, json};

use crate::support::{
    App, PASSWORD, SecretsManager, admin, events_of_type, member, read_feed, types_of,
};

const ADDRESS: &str = "ada@clinic.example";

async fn resend(app: &App, id: &str) {
    let path = format!("/v1/autoScribe/users/invitations/{id}/resend");
    app.as_pacs().post(&path, &json!({})).await.expect(200);
}

#[tokio::test]
async fn changes_of_a_person_are_events_in_order() {
    let app = App::start_without_mailer().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let user = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    let id = user["userId"].as_str().unwrap();
    let path = format!("/v1/autoScribe/users/{id}");
    boss.client.patch(&path, &json!({ "canManageStudies": false })).await.expect(200);
    let body = json!({ "userId": id });
    for route in ["revoke-access", "reactivate", "revoke-access", "release"] {
        boss.client.post(&format!("/v1/autoScribe/users/{route}"), &body).await.expect(200);
    }
    let later = app.as_pacs().invite(&member("late@clinic.example")).await.str("invitationId");
    let path = format!("/v1/autoScribe/users/invitations/{later}");
    app.as_pacs().patch(&path, &json!({ "canManageStudies": false })).await.expect(200);
    let revoke = json!({ "invitationId": later });
    app.as_pacs().post("/v1/autoScribe/users/invitations/revoke", &revoke).await.expect(200);
    app.append_events().await;
    let events = app.list_events().await;
    let about = |name: &str, id: &str| -> Vec<Value> {
        events.iter().filter(|event| event["data"][name] == id).cloned().collect()
    };
    let found = about("userId", id);
    assert_eq!(
        types_of(&found),
        [
            "invitation.created",
            "invitation.accepted",
            "user.updated",
            "user.deactivated",
            "user.reactivated",
            "user.deactivated",
            "user.released"
        ]
    );
    assert_eq!(found[2]["data"]["actor"], boss.user_id);
    assert_eq!(found[2]["data"]["canManageStudies"], false);
    assert_eq!(
        types_of(&about("invitationId", &later)),
        ["invitation.created", "invitation.edited", "invitation.revoked"]
    );
}

#[tokio::test]
async fn a_transfer_names_both_owners() {
    let app = App::start_without_mailer().await;
    let owner = app.confirm_and_sign_in_owner().await;
    let next = app.invite_and_confirm(&admin("boss@clinic.example"), Some(PASSWORD)).await;
    owner.confirm_password().await;
    let body = json!({ "userId": next["userId"] });
    owner.client.post("/v1/clinic/transfer-ownership", &body).await.expect(200);
    app.append_events().await;
    let events = app.list_events().await;
    let transfer = events_of_type(&events, "ownership.transferred");
    assert_eq!(transfer.len(), 1);
    let data = &transfer[0]["data"];
    assert_eq!((&data["userId"], &data["level"]), (&next["userId"], &json!("owner")));
    assert_eq!(data["previousOwnerId"], owner.user_id);
    let former = events_of_type(&events, "user.updated");
    assert_eq!((former.len(), &former[0]["data"]["level"]), (1, &json!("admin")));
}

#[tokio::test]
async fn a_delivery_is_an_event_each_time_it_changes() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&member(ADDRESS)).await.str("invitationId");
    app.wait_for_emails(ADDRESS, 1).await;
    let first = app.captured(ADDRESS).remove(0);
    app.report(&first, "DeliveryDelay", &json!({})).await.unwrap();
    app.report(&first, "Send", &json!({})).await.unwrap();
    app.report_bounce(&first).await;
    app.report_bounce(&first).await;
    let path = format!("/v1/autoScribe/users/invitations/{id}");
    app.as_pacs().patch(&path, &json!({ "firstName": "Greta" })).await.expect(200);
    app.clock.advance(Duration::from_secs(61));
    resend(&app, &id).await;
    app.wait_for_emails(ADDRESS, 2).await;
    app.wait_for_delivery(&id, "sent").await;
    for _ in 0..2 {
        app.append_events().await;
    }
    let events = app.list_events().await;
    let about = events.iter().filter(|event| event["data"]["invitationId"] == id);
    let found: Vec<_> = about
        .map(|event| match event["data"]["delivery"].as_str() {
            Some(delivery) => delivery,
            None => event["type"].as_str().unwrap(),
        })
        .collect();
    assert_eq!(
        found,
        [
            "invitation.created",
            "sent",
            "delayed",
            "bounced",
            "invitation.edited",
            "invitation.resent",
            "sent"
        ]
    );
}

/// Records of the audit, and those of deliveries, which come from another shard.
fn shards(app: &App) -> (Vec<Value>, Vec<Value>) {
    let records = app.stream_for_events().into_iter();
    records.partition(|record| record["eventName"] == "INSERT")
}

#[tokio::test]
async fn events_of_one_invitation_keep_their_order_across_shards() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&member(ADDRESS)).await.str("invitationId");
    app.wait_for_emails(ADDRESS, 1).await;
    app.report_bounce(&app.captured(ADDRESS).remove(0)).await;
    let revoke = json!({ "invitationId": id });
    app.as_pacs().post("/v1/autoScribe/users/invitations/revoke", &revoke).await.expect(200);
    let (audit, deliveries) = shards(&app);
    let number = |record: &Value| record["dynamodb"]["SequenceNumber"].clone();
    let failed = |answer: &Value| answer["batchItemFailures"][0]["itemIdentifier"].clone();
    let own: Vec<_> = deliveries
        .iter()
        .filter(|record| record["dynamodb"]["NewImage"]["id"]["S"] == id)
        .cloned()
        .collect();
    let early = app.call_events(&own).await;
    assert_eq!(failed(&early), number(&own[0]), "its invitation is not in the feed");
    assert!(app.list_events().await.is_empty());
    let answer = app.call_events(&audit).await;
    assert_eq!(failed(&answer), number(audit.last().unwrap()), "the bounce comes before");
    assert_eq!(app.call_events(&own).await["batchItemFailures"], json!([]));
    let rest = &audit[audit.len() - 1..];
    assert_eq!(app.call_events(rest).await["batchItemFailures"], json!([]));
    let events = app.list_events().await;
    let found: Vec<_> = events
        .iter()
        .filter(|event| event["data"]["invitationId"] == id)
        .map(|event| event["data"]["delivery"].as_str().or(event["type"].as_str()).unwrap())
        .collect();
    assert_eq!(found, ["invitation.created", "sent", "bounced", "invitation.revoked"]);
}

#[tokio::test]
async fn a_lost_event_holds_up_the_others_for_ten_minutes() {
    let app = App::start().await;
    app.as_pacs().invite(&member(ADDRESS)).await.expect(201);
    app.wait_for_emails(ADDRESS, 1).await;
    let (_, deliveries) = shards(&app);
    assert_ne!(app.call_events(&deliveries).await["batchItemFailures"], json!([]));
    app.clock.advance(Duration::from_mins(10));
    assert_eq!(app.call_events(&deliveries).await["batchItemFailures"], json!([]));
    let events = app.list_events().await;
    assert_eq!(types_of(&events), ["invitation.delivery_changed"; 2]);
}

#[tokio::test]
async fn a_call_waits_once_for_all_clinics_and_appends_what_is_ready_first() {
    let app = App::start().await;
    app.as_pacs().invite(&member(ADDRESS)).await.expect(201);
    app.wait_for_emails(ADDRESS, 1).await;
    for n in 0..4 {
        let other = app.create_other_clinic().await;
        let email = format!("p{n}@clinic.example");
        other.invite(&member(&email)).await.expect(201);
        app.wait_for_emails(&email, 1).await;
    }
    app.wait_until_delivered().await;
    let (audit, deliveries) = shards(&app);
    let clinics: BTreeSet<_> = deliveries.iter().map(|record| key(record, "PK")).collect();
    assert_eq!(clinics.len(), 5);
    // The audit of the first clinic is ready, and every delivery comes too early.
    let own = |record: &&Value| key(record, "PK").contains(&app.clinic_id);
    let ready: Vec<_> = audit.iter().filter(own).filter(|r| !is_invitation(r)).cloned().collect();
    let batch = [ready, deliveries].concat();
    let started = Instant::now();
    let early = app.call_events(&batch).await;
    assert!(started.elapsed() < Duration::from_secs(6), "{:?}", started.elapsed());
    assert_ne!(early["batchItemFailures"], json!([]));
    assert_eq!(types_of(&app.list_events().await), ["api_key.created"], "without a wait");
    let started = Instant::now();
    let batch = json!({ "Records": batch });
    let late = app.try_events_for(&batch, Duration::from_secs(5)).await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(1), "no time is left to wait");
    assert_ne!(late["batchItemFailures"], json!([]));
}

fn key(record: &Value, part: &str) -> String {
    record["dynamodb"]["Keys"][part]["S"].as_str().unwrap().to_owned()
}

fn is_invitation(record: &Value) -> bool {
    record["dynamodb"]["NewImage"]["an"]["S"].as_str().unwrap().starts_with("invitation.")
}

#[tokio::test]
async fn later_changes_of_something_unreadable_do_not_wait() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&member(ADDRESS)).await.str("invitationId");
    app.wait_for_emails(ADDRESS, 1).await;
    app.report_bounce(&app.captured(ADDRESS).remove(0)).await;
    let revoke = json!({ "invitationId": id });
    app.as_pacs().post("/v1/autoScribe/users/invitations/revoke", &revoke).await.expect(200);
    let (audit, deliveries) = shards(&app);
    let about = |record: &Value| record["dynamodb"]["NewImage"].to_string().contains(&id);
    let (mut created, mut bounced) = (audit[..audit.len() - 1].to_vec(), deliveries.clone());
    for record in created.iter_mut().filter(|record| about(record)) {
        record["dynamodb"]["NewImage"]["an"] = json!({ "S": "invitation.erased" });
    }
    let is_bounce = |record: &Value| record["dynamodb"]["NewImage"]["dl"]["S"] == "bounced";
    let bounce = bounced.iter_mut().find(|record| about(record) && is_bounce(record)).unwrap();
    bounce["dynamodb"]["NewImage"]["dl"] = json!({ "S": "vanished" });
    for batch in [&created[..], &bounced, &audit[audit.len() - 1..]] {
        assert_eq!(app.call_events(batch).await["batchItemFailures"], json!([]));
    }
    let found = async || {
        let events = app.list_events().await;
        let own = events.iter().filter(|event| event["data"]["invitationId"] == id);
        own.map(|event| {
            event["data"]["delivery"].as_str().or(event["type"].as_str()).unwrap().to_owned()
        })
        .collect::<Vec<_>>()
    };
    assert_eq!(found().await, ["sent", "invitation.revoked"]);
    app.call_events(&created).await;
    for batch in [&audit, &deliveries] {
        assert_eq!(app.call_events(batch).await["batchItemFailures"], json!([]));
    }
    let late = ["sent", "invitation.revoked", "invitation.created", "bounced"];
    assert_eq!(found().await, late, "what can be read later is appended late, once");
}

#[tokio::test]
async fn a_corrupt_entry_of_the_directory_keeps_no_event_from_the_others() {
    let app = App::start_without_mailer().await;
    let other = app.create_other_clinic().await;
    let mut entry = app.find_item("CLINIC").await;
    entry.insert("PK".to_owned(), AttributeValue::S("CLINIC#broken".to_owned()));
    entry.insert("GSI4SK".to_owned(), AttributeValue::S("broken".to_owned()));
    app.put_item(entry).await;
    let secrets = SecretsManager::start_with_clock(app.clock.clone()).await;
    secrets.put(KeySet::SigningKeys, &app.signing_keys());
    app.provision_with(&secrets, &json!({ "rotateKeys": "SigningKeys" })).await.unwrap();
    app.append_events().await;
    for reader in [app.as_pacs(), other] {
        let events = read_feed(&reader, "0").await.0;
        assert_eq!(events_of_type(&events, "signing_key.rotated").len(), 1);
    }
}

#[tokio::test]
async fn a_change_of_the_signing_keys_is_an_event_of_every_clinic() {
    let app = App::start_without_mailer().await;
    let other = app.create_other_clinic().await;
    let secrets = SecretsManager::start_with_clock(app.clock.clone()).await;
    secrets.put(KeySet::SigningKeys, &app.signing_keys());
    app.provision_with(&secrets, &json!({ "rotateKeys": "SigningKeys" })).await.unwrap();
    app.append_events().await;
    for reader in [app.as_pacs(), other] {
        let events = read_feed(&reader, "0").await.0;
        let rotated = events_of_type(&events, "signing_key.rotated");
        assert_eq!(rotated.len(), 1);
        assert_eq!(rotated[0]["data"], json!({ "actor": "operator", "step": "added" }));
    }
}
