//! `POST /v1/webhookEndpoints/{webhookEndpointId}/redeliver`.

use std::time::Duration;

use domain::time::Clock as _;
use serde_json::{Value, json};

use crate::support::{App, WEBHOOKS, WebhookReceiver, admin};

fn path(made: &Value) -> String {
    format!("{WEBHOOKS}/{}/redeliver", made["webhookEndpointId"].as_str().unwrap())
}

#[tokio::test]
async fn one_delivery_is_sent_again_with_the_same_id() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await.client;
    let receiver = WebhookReceiver::start().await;
    let made = app.create_webhook(&boss, &receiver).await;
    let event = app.emit("user.updated").await;
    let id = &made["webhookEndpointId"];
    let all = app.list_deliveries(&boss, id, "").await;
    let delivery = all.iter().find(|one| one["eventId"] == event).unwrap();
    let body = json!({ "deliveryId": delivery["deliveryId"] });
    boss.post(&path(&made), &body).await.expect(200);
    app.wait_for_queue().await;
    let [first, second] = receiver.deliveries("user.updated").try_into().ok().unwrap();
    assert_eq!(first.header("webhook-id"), second.header("webhook-id"));
    assert_eq!(first.body, second.body);
    let challenge = all.iter().find(|one| one["type"] == "webhook.challenge").unwrap();
    let unknown = json!({ "deliveryId": format!("whd_{}", "0".repeat(32)) });
    for body in [unknown, json!({ "deliveryId": challenge["deliveryId"] })] {
        boss.post(&path(&made), &body).await.expect_problem(404, "delivery_not_found");
    }
    for body in [
        json!({}),
        json!({ "deliveryId": null }),
        json!({ "deliveryId": delivery["deliveryId"], "since": "2026-01-01T00:00:00Z" }),
    ] {
        boss.post(&path(&made), &body).await.expect_problem(422, "redelivery_ambiguous");
    }
}

#[tokio::test]
async fn all_events_since_a_time_are_sent_again_once() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await.client;
    let receiver = WebhookReceiver::start().await;
    let made = app.create_webhook(&boss, &receiver).await;
    let id = &made["webhookEndpointId"];
    app.emit("user.updated").await;
    app.clock.advance(Duration::from_mins(1));
    let since = app.clock.now().to_string();
    // More than a replay reads at once.
    let events: Vec<_> = (0..120).map(|_| app.new_event("invitation.accepted")).collect();
    app.queue_events(&events).await;
    app.wait_for_queue().await;
    assert_eq!(receiver.deliveries("invitation.accepted").len(), 120);
    app.clock.advance(Duration::from_secs(1));
    boss.post(&path(&made), &json!({ "since": since })).await.expect(200);
    app.wait_for_queue().await;
    assert_eq!(receiver.deliveries("invitation.accepted").len(), 240);
    assert_eq!(receiver.deliveries("user.updated").len(), 1, "it happened before");
    assert_eq!(receiver.deliveries("webhook.challenge").len(), 1);
    assert_eq!(app.read_webhook(&boss, id).await["replay"], json!(null), "it is done");
}

#[tokio::test]
async fn one_replay_at_once_runs_and_waits_for_a_receiver_that_fails() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await.client;
    let receiver = WebhookReceiver::start().await;
    let made = app.create_webhook(&boss, &receiver).await;
    let id = &made["webhookEndpointId"];
    let since = app.clock.now().to_string();
    app.emit("user.updated").await;
    receiver.set_status(500);
    app.emit("invitation.accepted").await;
    app.clock.advance(Duration::from_secs(1));
    let body = json!({ "since": since });
    boss.post(&path(&made), &body).await.expect(200);
    boss.post(&path(&made), &body).await.expect_problem(409, "replay_running");
    app.wait_for_queue().await;
    assert_eq!(receiver.deliveries("user.updated").len(), 1);
    assert!(app.read_webhook(&boss, id).await["replay"].is_object(), "it waits");
    receiver.set_status(200);
    // The failed event is due, and its success lets the replay go on.
    app.run_webhooks_after(Duration::from_mins(6)).await;
    app.run_webhooks_after(Duration::from_mins(16)).await;
    assert_eq!(receiver.deliveries("user.updated").len(), 2);
    assert_eq!(app.read_webhook(&boss, id).await["replay"], json!(null));
}
