//! The functions `events` and `webhooks` end at every step of a call, and are called again as AWS calls them.
//! No change is lost, none is invented, and a repeat has the same `webhook-id`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::ids::UserId;
use domain::time::Clock as _;
use segment::Hour;
use serde_json::{Value, json};

use crate::support::{App, Kill, TestClient, WebhookReceiver, admin, events_of_type, member};

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
/// Fewer ends than every call has.
const AT_LEAST: usize = 10;

async fn sign_in_manager(app: &App) -> TestClient {
    app.confirm_and_sign_in(&admin("boss@clinic.example")).await.client
}

/// Calls `events` with what the stream has shown since `from`, and lets it end. Then the stream shows the same
/// again. Returns whether the first call was done by then.
async fn call_events_twice(app: &App, from: &mut usize, kill: Kill) -> bool {
    let records = app.stream_for_events().split_off(*from);
    *from += records.len();
    let first = kill.run(app.call_events(&records)).await;
    assert_eq!(app.call_events(&records).await["batchItemFailures"], json!([]));
    first.is_some()
}

#[tokio::test]
async fn events_ends_at_every_step() {
    let app = App::start().await;
    let boss = sign_in_manager(&app).await;
    let receiver = WebhookReceiver::start().await;
    app.clock.advance(MINUTE);
    app.create_webhook(&boss, &receiver).await;
    app.append_events().await;
    app.append_events().await;
    let mut from = app.stream_for_events().len();
    let mut ends = 0;
    for kill in Kill::each() {
        let invitee = member(&format!("p{ends}@clinic.example"));
        let id = app.as_pacs().invite(&invitee).await.str("invitationId");
        let path = format!("/v1/autoScribe/users/invitations/{id}");
        app.as_pacs().patch(&path, &json!({ "firstName": "Greta" })).await.expect(200);
        // First the changes, and then the events that they became.
        let appended = call_events_twice(&app, &mut from, kill).await;
        let queued = call_events_twice(&app, &mut from, kill).await;
        ends += 1;
        if appended && queued {
            break;
        }
    }
    assert!(ends > AT_LEAST, "{ends} ends");
    app.wait_for_queue().await;
    let feed = app.list_events().await;
    // The owner and the manager were invited before.
    for (kind, before) in [("invitation.created", 2), ("invitation.edited", 0)] {
        let events = events_of_type(&feed, kind);
        let audited = app.list_audit_records(kind).await.len();
        assert_eq!((events.len(), audited), (before + ends, before + ends), "{kind}");
        let sent: BTreeMap<_, _> = events.into_iter().map(|one| (text(&one["id"]), one)).collect();
        assert_eq!(sent.len(), before + ends, "{kind}: no id twice");
        let received = receiver.deliveries(kind);
        let got: BTreeMap<_, _> =
            received.iter().map(|one| (one.header("webhook-id"), one.json())).collect();
        assert_eq!(got.len(), ends, "{kind}: all since the endpoint became active");
        assert!(got.iter().all(|(id, event)| sent[*id] == event), "{kind}");
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn webhooks_ends_at_every_step_of_a_delivery() {
    for answer in [200, 500] {
        let app = App::start().await;
        let boss = sign_in_manager(&app).await;
        let receiver = WebhookReceiver::start().await;
        app.create_webhook(&boss, &receiver).await;
        let mut ends = 0;
        for kill in Kill::each() {
            let event = app.new_event("user.updated");
            let events = std::slice::from_ref(&event);
            let [work] = app.write_deliveries(events).await[..] else { panic!("one delivery") };
            receiver.set_status(answer);
            let first = kill.run(app.call_webhooks(work)).await;
            receiver.set_status(200);
            // The message comes again, and the schedule looks for what is due.
            app.call_webhooks(work).await;
            app.run_webhooks_after(10 * MINUTE).await;
            let all = receiver.deliveries("user.updated");
            let id = event.id.to_string();
            let same = all.iter().filter(|one| one.header("webhook-id") == id);
            let bodies: Vec<_> = same.map(|one| one.body.clone()).collect();
            assert!((1..=2).contains(&bodies.len()), "{} attempts, {kill:?}", bodies.len());
            assert!(bodies.iter().all(|body| *body == event.body()));
            ends += 1;
            if first.is_some() {
                break;
            }
        }
        assert!(ends > AT_LEAST, "{ends} ends");
        let items = app.load_items().await;
        let deliveries =
            items.iter().filter(|item| item["SK"].as_s().unwrap().starts_with("DELIVERY#"));
        let states: Vec<_> = deliveries.map(|item| item["st"].as_s().unwrap()).collect();
        assert_eq!(states.len(), ends + 1, "with the challenge");
        assert!(states.iter().all(|state| *state == "delivered"), "{states:?}");
    }
}

#[tokio::test]
async fn webhooks_ends_at_every_step_of_a_replay() {
    const EVENTS: usize = 3;
    let app = App::start().await;
    let boss = sign_in_manager(&app).await;
    let receiver = WebhookReceiver::start().await;
    let id = app.create_webhook(&boss, &receiver).await["webhookEndpointId"].clone();
    for _ in 0..EVENTS {
        app.emit("user.updated").await;
    }
    let mut ends = 0;
    for kill in Kill::each() {
        app.clock.advance(MINUTE);
        let before = receiver.deliveries("user.updated").len();
        let replay = app.write_replay(&id, UserId::from_bytes([1; 16])).await;
        let first = kill.run(app.call_webhooks(replay)).await;
        // The schedule takes up the replay, and then what it queued.
        app.run_webhooks_after(10 * MINUTE).await;
        app.run_webhooks_after(10 * MINUTE).await;
        let sent = receiver.deliveries("user.updated").len() - before;
        assert_eq!(sent, EVENTS, "{kill:?}");
        ends += 1;
        if first.is_some() {
            break;
        }
    }
    assert!(ends > AT_LEAST, "{ends} ends");
    let received = receiver.deliveries("user.updated");
    let ids: BTreeSet<_> = received.iter().map(|one| one.header("webhook-id")).collect();
    assert_eq!(ids.len(), EVENTS, "repeats have the same ids");
}

#[tokio::test]
async fn events_ends_at_every_step_of_sealing() {
    /// Two whole parts, and one more.
    const RECORDS: usize = 5;
    let mut app = App::start_without_mailer().await;
    app.seal_in_parts_of(2);
    let (clinic, first) = (app.clinic(), Hour::of(app.clinic().created_at()));
    app.clock.advance_to_full_hour();
    app.clock.advance(HOUR / 4);
    app.seal_audit().await;
    let mut ends = 0;
    for kill in Kill::each() {
        for n in 0..RECORDS {
            let invitee = member(&format!("p{ends}-{n}@clinic.example"));
            app.as_pacs().invite(&invitee).await.expect(201);
        }
        app.clock.advance(HOUR);
        let run = kill.run(app.seal_audit()).await;
        ends += 1;
        if run.is_some() {
            break;
        }
    }
    assert!(ends > AT_LEAST, "{ends} ends");
    app.clock.advance(HOUR);
    app.seal_audit().await;
    let last = Hour::of(app.clock.now().minus(10 * MINUTE)).previous();
    let (counts, findings) = app.verify_sealed(clinic, (first, last)).await;
    assert_eq!(findings, []);
    // Three of the clinic's start.
    assert_eq!(counts.iter().sum::<usize>(), 3 + RECORDS * ends);
    let busy = counts.iter().filter(|count| **count == RECORDS).count();
    let mut hours = std::iter::successors(Some(first), |hour| Some(hour.next()));
    let in_parts = hours.by_ref().take_while(|hour| *hour <= last);
    let in_parts = in_parts.filter(|hour| app.sealed_parts(clinic, *hour).len() == 3).count();
    assert_eq!((busy, in_parts), (ends, ends));
}
