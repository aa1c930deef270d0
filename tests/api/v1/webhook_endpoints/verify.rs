//! `POST /v1/webhookEndpoints/{webhookEndpointId}/verify`.

use std::time::Duration;

use serde_json::json;

use crate::support::{App, WEBHOOKS, WebhookReceiver, admin};

#[tokio::test]
async fn only_the_newest_challenge_counts_and_one_a_minute_is_sent() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await.client;
    let receiver = WebhookReceiver::start().await;
    receiver.set_answers_challenge(false);
    let made = app.create_webhook(&boss, &receiver).await;
    let id = &made["webhookEndpointId"];
    let path = format!("{WEBHOOKS}/{}/verify", id.as_str().unwrap());
    boss.post(&path, &json!({})).await.expect_problem(429, "challenge_too_soon");
    app.clock.advance(Duration::from_mins(1));
    receiver.set_answers_challenge(true);
    let sent = boss.post(&path, &json!({})).await.expect(200);
    assert_eq!((&sent["type"], &sent["status"]), (&json!("webhook.challenge"), &json!("pending")));
    app.wait_for_queue().await;
    assert_eq!(app.read_webhook(&boss, id).await["status"], "active");
    let texts: Vec<_> = receiver
        .deliveries("webhook.challenge")
        .iter()
        .map(|one| one.json()["data"]["challenge"].clone())
        .collect();
    assert_ne!(texts[0], texts[1]);
    // The first challenge is not sent again.
    app.run_webhooks_after(Duration::from_mins(10)).await;
    assert_eq!(receiver.deliveries("webhook.challenge").len(), 2);
    let listed = app.list_deliveries(&boss, id, "?status=canceled").await;
    assert_eq!(listed.len(), 1);
}

#[tokio::test]
async fn an_unknown_or_ended_endpoint_is_not_verified() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await.client;
    let unknown = format!("{WEBHOOKS}/whk_{}/verify", "0".repeat(32));
    boss.post(&unknown, &json!({})).await.expect_problem(404, "webhook_not_found");
    let receiver = WebhookReceiver::start().await;
    let made = app.create_webhook(&boss, &receiver).await;
    let path = format!("{WEBHOOKS}/{}", made["webhookEndpointId"].as_str().unwrap());
    boss.post(&format!("{path}/end"), &json!({})).await.expect(200);
    boss.post(&format!("{path}/verify"), &json!({})).await.expect_problem(409, "webhook_ended");
}
