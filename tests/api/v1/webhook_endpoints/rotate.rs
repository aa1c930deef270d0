//! `POST /v1/webhookEndpoints/{webhookEndpointId}/rotate`.

use std::time::Duration;

use domain::credentials::keyring::{Keyring, TokenKey, WebhookSecrets};
use serde_json::json;

use crate::support::{App, WEBHOOKS, WebhookReceiver, admin};

#[tokio::test]
async fn both_secrets_sign_until_the_overlap_ends() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await.client;
    let receiver = WebhookReceiver::start().await;
    let made = app.create_webhook(&boss, &receiver).await;
    let path = format!("{WEBHOOKS}/{}/rotate", made["webhookEndpointId"].as_str().unwrap());
    let rotated = boss.post(&path, &json!({ "overlapHours": 24 })).await.expect(200);
    let [old, new] = [&made, &rotated].map(|one| one["secret"].as_str().unwrap());
    assert_ne!(old, new);
    let ends: Vec<_> = rotated["secrets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["endsAt"].is_string())
        .collect();
    assert_eq!(ends, [true, false]);
    app.emit("user.updated").await;
    app.clock.advance(Duration::from_hours(24));
    app.emit("user.updated").await;
    let [both, one] = receiver.deliveries("user.updated").try_into().ok().unwrap();
    assert_eq!((both.signatures(), one.signatures()), (2, 1));
    assert!(both.is_signed_with(old) && both.is_signed_with(new));
    assert!(one.is_signed_with(new) && !one.is_signed_with(old));
    assert_eq!(app.list_audit_records("webhook.rotated").await.len(), 1);
}

/// A fifth secret would end the first one, which a receiver may still use.
#[tokio::test]
async fn four_secrets_sign_at_most_and_none_ends_before_its_time() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await.client;
    let receiver = WebhookReceiver::start().await;
    let made = app.create_webhook(&boss, &receiver).await;
    let path = format!("{WEBHOOKS}/{}/rotate", made["webhookEndpointId"].as_str().unwrap());
    let rotate = async |hours: u32| boss.post(&path, &json!({ "overlapHours": hours })).await;
    for _ in 0..3 {
        rotate(24).await.expect(200);
    }
    rotate(24).await.expect_problem(409, "too_many_secrets");
    app.emit("user.updated").await;
    let [all] = receiver.deliveries("user.updated").try_into().ok().unwrap();
    assert_eq!(all.signatures(), 4);
    assert!(all.is_signed_with(made["secret"].as_str().unwrap()));
    let only = rotate(0).await.expect(200);
    assert_eq!(only["secrets"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_secret_that_leaked_ends_at_once() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await.client;
    let receiver = WebhookReceiver::start().await;
    let made = app.create_webhook(&boss, &receiver).await;
    let path = format!("{WEBHOOKS}/{}/rotate", made["webhookEndpointId"].as_str().unwrap());
    let rotated = boss.post(&path, &json!({ "overlapHours": 0 })).await.expect(200);
    app.emit("user.updated").await;
    let [only] = receiver.deliveries("user.updated").try_into().ok().unwrap();
    assert_eq!(only.signatures(), 1);
    assert!(only.is_signed_with(rotated["secret"].as_str().unwrap()));
    for hours in [json!(169), json!(-1), json!(null)] {
        let answer = boss.post(&path, &json!({ "overlapHours": hours })).await;
        assert_eq!(answer.status, 422, "{}", answer.text);
    }
}

/// The operator replaced the keys that secrets derive from.
#[tokio::test]
async fn an_endpoint_whose_key_is_gone_sends_nothing_until_it_is_rotated() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await.client;
    let receiver = WebhookReceiver::start().await;
    let made = app.create_webhook(&boss, &receiver).await;
    let id = &made["webhookEndpointId"];
    let other = Keyring::<WebhookSecrets>::new(TokenKey { kid: 2, secret: vec![9; 43] }, vec![]);
    app.replace_webhook_keys(&other);
    assert_eq!(app.read_webhook(&boss, id).await["needsRotation"], true);
    app.emit("user.updated").await;
    assert!(receiver.deliveries("user.updated").is_empty());
    let listed = app.list_deliveries(&boss, id, "").await;
    assert_eq!(listed[0]["failure"], "secret_unavailable");
    assert_eq!(app.read_webhook(&boss, id).await["failingSince"], json!(null), "our own fault");
    let path = format!("{WEBHOOKS}/{}/rotate", id.as_str().unwrap());
    let rotated = boss.post(&path, &json!({ "overlapHours": 1 })).await.expect(200);
    assert_eq!(rotated["needsRotation"], false);
    app.run_webhooks_after(Duration::from_mins(6)).await;
    let [sent] = receiver.deliveries("user.updated").try_into().ok().unwrap();
    assert!(sent.is_signed_with(rotated["secret"].as_str().unwrap()));
}
