//! `POST /v1/webhookEndpoints/{webhookEndpointId}/end`.

use serde_json::json;

use crate::support::{App, WEBHOOKS, WebhookReceiver, admin};

#[tokio::test]
async fn an_ended_endpoint_gets_nothing_more() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await.client;
    let receiver = WebhookReceiver::start().await;
    let made = app.create_webhook(&boss, &receiver).await;
    let id = &made["webhookEndpointId"];
    let path = format!("{WEBHOOKS}/{}", id.as_str().unwrap());
    receiver.set_status(500);
    app.emit("user.updated").await;
    boss.post(&format!("{path}/end"), &json!({})).await.expect(200);
    boss.post(&format!("{path}/end"), &json!({})).await.expect(200);
    assert_eq!(app.list_audit_records("webhook.ended").await.len(), 1);
    assert_eq!(app.read_webhook(&boss, id).await["status"], "ended");
    receiver.set_status(200);
    app.emit("user.updated").await;
    app.run_webhooks_after(std::time::Duration::from_mins(10)).await;
    assert_eq!(receiver.deliveries("user.updated").len(), 1, "only the attempt before");
    let listed = app.list_deliveries(&boss, id, "?status=canceled").await;
    assert_eq!(listed.len(), 1);
    let boss = app.open_session("boss@clinic.example").await.client;
    for (end, body) in [
        ("test", json!({})),
        ("rotate", json!({ "overlapHours": 0 })),
        ("redeliver", json!({ "since": "2026-01-01T00:00:00Z" })),
    ] {
        let answer = boss.post(&format!("{path}/{end}"), &body).await;
        answer.expect_problem(409, "webhook_ended");
    }
}

/// A manager leaves who knows the secret of a webhook.
#[tokio::test]
async fn who_leaves_has_webhooks_that_need_a_decision() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await.client;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let receiver = WebhookReceiver::start().await;
    let made = app.create_webhook(&boss.client, &receiver).await;
    let id = &made["webhookEndpointId"];
    let revoke = "/v1/autoScribe/users/revoke-access";
    let undecided = owner.post(revoke, &json!({ "userId": boss.user_id })).await;
    let body = undecided.expect_problem(409, "keys_to_decide");
    let expected = json!([{ "webhookEndpointId": id, "description": "Harbor PACS" }]);
    assert_eq!((&body["webhooks"], &body["keys"]), (&expected, &json!([])));
    let ended = json!({ "userId": boss.user_id, "keys": "end" });
    owner.post(revoke, &ended).await.expect(200);
    assert_eq!(app.read_webhook(&owner, id).await["status"], "ended");
    assert_eq!(app.list_audit_records("webhook.ended").await.len(), 1);
    // The clinic has room for 10 others.
    for n in 0..10 {
        let wanted = json!({ "url": format!("https://pacs{n}.example/"), "description": "PACS" });
        owner.post(WEBHOOKS, &wanted).await.expect(201);
    }
}

#[tokio::test]
async fn a_webhook_that_someone_else_rotated_outlasts_its_creator() {
    let app = App::start().await;
    let owner = app.confirm_and_sign_in_owner().await.client;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let receiver = WebhookReceiver::start().await;
    let made = app.create_webhook(&boss.client, &receiver).await;
    let path = format!("{WEBHOOKS}/{}/rotate", made["webhookEndpointId"].as_str().unwrap());
    owner.post(&path, &json!({ "overlapHours": 0 })).await.expect(200);
    let revoke = json!({ "userId": boss.user_id });
    owner.post("/v1/autoScribe/users/revoke-access", &revoke).await.expect(200);
    let id = &made["webhookEndpointId"];
    assert_eq!(app.read_webhook(&owner, id).await["status"], "active");
}
