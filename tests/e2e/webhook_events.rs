//! From a committed change to the receivers of webhooks.

use std::time::{Duration, Instant};

use domain::time::Clock as _;
use emulator::DatabaseFault;
use serde_json::{Value, json};

use crate::support::{App, ReceivedDelivery, TestClient, WEBHOOKS, WebhookReceiver, admin, member};

const ADDRESS: &str = "ada@clinic.example";

async fn sign_in_manager(app: &App) -> TestClient {
    app.confirm_and_sign_in(&admin("boss@clinic.example")).await.client
}

/// What the receiver got about an invitation, without changes of its email.
fn about(receiver: &WebhookReceiver, invitation: &str) -> Vec<ReceivedDelivery> {
    let kinds = ["invitation.created", "invitation.accepted"];
    let all = kinds.into_iter().flat_map(|kind| receiver.deliveries(kind));
    all.filter(|one| one.json()["data"]["invitationId"] == invitation).collect()
}

async fn wait_for(receiver: &WebhookReceiver, invitation: &str, count: usize) {
    for _ in 0..600 {
        if about(receiver, invitation).len() >= count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{} of {count} deliveries", about(receiver, invitation).len());
}

/// Appends the events of everything so far. Then the stream shows the feed's new items.
async fn append_and_queue(app: &App) {
    app.append_events().await;
    app.append_events().await;
    app.wait_for_queue().await;
}

#[tokio::test]
async fn a_receiver_learns_of_an_invitation_and_its_acceptance_by_itself() {
    let app = App::start_with_events().await;
    let boss = sign_in_manager(&app).await;
    let receiver = WebhookReceiver::start().await;
    let secret = app.create_webhook(&boss, &receiver).await["secret"].clone();
    let id = app.as_pacs().invite(&member(ADDRESS)).await.str("invitationId");
    wait_for(&receiver, &id, 1).await;
    let token = app.token(&id, 1);
    app.as_invitee().accept(&json!({ "token": token })).await.expect(200);
    wait_for(&receiver, &id, 2).await;
    app.wait_for_queue().await;
    let received = about(&receiver, &id);
    let feed: Vec<Value> = app
        .list_events()
        .await
        .into_iter()
        .filter(|event| event["data"]["invitationId"] == id)
        .filter(|event| event["type"] != "invitation.delivery_changed")
        .collect();
    assert_eq!(received.iter().map(ReceivedDelivery::json).collect::<Vec<_>>(), feed);
    let types: Vec<_> = feed.iter().map(|event| &event["type"]).collect();
    assert_eq!(types, ["invitation.created", "invitation.accepted"]);
    for delivery in &received {
        assert!(delivery.is_signed_with(secret.as_str().unwrap()));
        assert_eq!(delivery.header("webhook-id"), delivery.json()["id"]);
    }
}

#[tokio::test]
async fn an_event_is_not_sent_while_the_endpoint_is_pending() {
    let app = App::start().await;
    let boss = sign_in_manager(&app).await;
    let receiver = WebhookReceiver::start().await;
    receiver.set_answers_challenge(false);
    let made = app.create_webhook(&boss, &receiver).await;
    let early = app.as_pacs().invite(&member(ADDRESS)).await.str("invitationId");
    append_and_queue(&app).await;
    assert_eq!(app.list_events().await.last().unwrap()["data"]["invitationId"], early);
    receiver.set_answers_challenge(true);
    app.clock.advance(Duration::from_mins(2));
    let verify = format!("{WEBHOOKS}/{}/verify", made["webhookEndpointId"].as_str().unwrap());
    boss.post(&verify, &json!({})).await.expect(200);
    app.wait_for_queue().await;
    assert_eq!(app.read_webhook(&boss, &made["webhookEndpointId"]).await["status"], "active");
    let before = app.stream_for_events().len();
    let late = app.as_pacs().invite(&member("grace@clinic.example")).await.str("invitationId");
    app.call_events(&app.stream_for_events()[before..]).await;
    app.call_events(&app.stream_for_events()[before..]).await;
    app.wait_for_queue().await;
    assert_eq!(about(&receiver, &late).len(), 1);
    assert!(about(&receiver, &early).is_empty());
}

#[tokio::test]
async fn a_record_that_comes_twice_makes_one_delivery() {
    let app = App::start().await;
    let boss = sign_in_manager(&app).await;
    let receiver = WebhookReceiver::start().await;
    let made = app.create_webhook(&boss, &receiver).await;
    append_and_queue(&app).await;
    let id = app.as_pacs().invite(&member(ADDRESS)).await.str("invitationId");
    receiver.set_status(500);
    append_and_queue(&app).await;
    // The first attempt failed, and the stream delivers everything again.
    append_and_queue(&app).await;
    receiver.set_status(200);
    // One attempt finds that the receiver works again. The others follow.
    app.run_webhooks_after(Duration::from_mins(10)).await;
    app.run_webhooks_after(Duration::from_mins(16)).await;
    append_and_queue(&app).await;
    let received = about(&receiver, &id);
    assert_eq!(received.len(), 2, "one attempt failed, and one succeeded");
    assert_eq!(received[0].header("webhook-id"), received[1].header("webhook-id"));
    assert_eq!(received[0].body, received[1].body);
    let all = app.list_deliveries(&boss, &made["webhookEndpointId"], "?limit=100").await;
    let event = received[0].header("webhook-id");
    let [delivery] = all.iter().filter(|one| one["eventId"] == event).collect::<Vec<_>>()[..]
    else {
        panic!("{all:?}")
    };
    assert_eq!(delivery["status"], "delivered");
}

#[tokio::test]
async fn a_delivery_that_could_not_be_queued_is_queued_when_the_record_comes_again() {
    let app = App::start_with_faults().await;
    let boss = sign_in_manager(&app).await;
    let receiver = WebhookReceiver::start().await;
    app.create_webhook(&boss, &receiver).await;
    app.append_events().await;
    let before = app.stream_for_events().len();
    let id = app.as_pacs().invite(&member(ADDRESS)).await.str("invitationId");
    app.wait_until_delivered().await;
    app.call_events(&app.stream_for_events()[before..]).await;
    let records = app.stream_for_events();
    let feed = |record: &&Value| {
        record["dynamodb"]["Keys"]["PK"]["S"].as_str().unwrap().starts_with("EVENTS#")
    };
    let first = records[before..].iter().find(feed).unwrap()["dynamodb"]["SequenceNumber"].clone();
    app.fail_database("PutItem", DatabaseFault::Internal);
    let answer = app.call_events(&records[before..]).await;
    assert_eq!(answer["batchItemFailures"], json!([{ "itemIdentifier": first }]));
    app.heal_database();
    assert!(about(&receiver, &id).is_empty());
    let answer = app.call_events(&records[before..]).await;
    assert_eq!(answer["batchItemFailures"], json!([]));
    app.wait_for_queue().await;
    assert_eq!(about(&receiver, &id).len(), 1);
}

#[tokio::test]
async fn deliveries_of_many_events_are_written_at_the_same_time() {
    let app = App::start_with_faults_without_mailer().await;
    let boss = sign_in_manager(&app).await;
    let wanted = json!({ "url": "https://pacs.example/hook", "description": "Harbor PACS" });
    let made = boss.post(WEBHOOKS, &wanted).await.expect(201);
    app.activate_webhook(made["webhookEndpointId"].as_str().unwrap()).await;
    let count = async || {
        let items = app.load_items().await;
        let is_delivery = |sk: &str| sk.starts_with("DELIVERY#");
        items.iter().filter(|item| is_delivery(item["SK"].as_s().unwrap())).count()
    };
    let before = count().await;
    let events: Vec<_> = (0..40).map(|_| app.new_event("user.updated")).collect();
    app.slow_database(Duration::from_millis(50));
    for _ in 0..2 {
        let (started, now) = (Instant::now(), app.clock.now());
        let queued = app.store().queue_webhook_deliveries(app.clinic(), &events, now).await;
        assert_eq!(queued.unwrap().len(), 40, "a repeat returns the same");
        assert!(started.elapsed() < Duration::from_millis(1500), "{:?}", started.elapsed());
    }
    app.heal_database();
    assert_eq!(count().await, before + 40);
}

#[tokio::test]
async fn an_operator_queues_deliveries_that_events_of_the_feed_lack() {
    let app = App::start().await;
    let boss = sign_in_manager(&app).await;
    let receiver = WebhookReceiver::start().await;
    app.create_webhook(&boss, &receiver).await;
    let from = app.clock.now().minus(Duration::from_mins(1)).to_string();
    let id = app.as_pacs().invite(&member(ADDRESS)).await.str("invitationId");
    // The feed gets the event, and the stream's record of it is lost.
    app.append_events().await;
    app.wait_for_queue().await;
    assert!(about(&receiver, &id).is_empty());
    let range =
        json!({ "clinicId": app.clinic_id, "from": from, "to": app.clock.now().to_string() });
    for _ in 0..2 {
        let answer = app.try_events(&json!({ "appendMissing": range })).await.unwrap();
        assert_eq!(answer["appended"], 0);
        app.wait_for_queue().await;
        assert_eq!(about(&receiver, &id).len(), 1, "once, however often the operator asks");
    }
}
