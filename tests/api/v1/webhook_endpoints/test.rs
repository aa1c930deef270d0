//! `POST /v1/webhookEndpoints/{webhookEndpointId}/test`.

use serde_json::json;

use crate::support::{App, WEBHOOKS, WebhookReceiver, admin};

#[tokio::test]
async fn a_test_event_reaches_only_a_verified_receiver() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await.client;
    let receiver = WebhookReceiver::start().await;
    let made = app.create_webhook(&boss, &receiver).await;
    let path = format!("{WEBHOOKS}/{}/test", made["webhookEndpointId"].as_str().unwrap());
    let sent = boss.post(&path, &json!({})).await.expect(200);
    app.wait_for_queue().await;
    let [received] = receiver.deliveries("webhook.test").try_into().ok().unwrap();
    assert_eq!(received.header("webhook-id"), sent["eventId"]);
    assert!(received.is_signed_with(made["secret"].as_str().unwrap()));
    let silent = WebhookReceiver::start().await;
    silent.set_answers_challenge(false);
    let other = app.create_webhook(&boss, &silent).await;
    let path = format!("{WEBHOOKS}/{}/test", other["webhookEndpointId"].as_str().unwrap());
    boss.post(&path, &json!({})).await.expect_problem(409, "webhook_not_active");
    assert!(silent.deliveries("webhook.test").is_empty());
}
