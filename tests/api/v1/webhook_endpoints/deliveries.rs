//! `GET /v1/webhookEndpoints/{webhookEndpointId}/deliveries`.

use std::time::Duration;

use serde_json::json;

use crate::support::{App, WEBHOOKS, WebhookReceiver, admin};

#[tokio::test]
async fn deliveries_are_listed_with_status_and_answer_code() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await.client;
    let receiver = WebhookReceiver::start().await;
    let made = app.create_webhook(&boss, &receiver).await;
    let id = &made["webhookEndpointId"];
    app.clock.advance(Duration::from_secs(1));
    let delivered = app.emit("user.updated").await;
    app.clock.advance(Duration::from_secs(1));
    receiver.set_status(503);
    let failed = app.emit("invitation.accepted").await;
    let all = app.list_deliveries(&boss, id, "").await;
    let ids: Vec<_> = all.iter().map(|one| one["eventId"].as_str().unwrap()).collect();
    assert_eq!(ids[..2], [&failed, &delivered], "newest first");
    assert_eq!(all[2]["type"], "webhook.challenge");
    let [newest, before, _] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!((&newest["status"], &newest["statusCode"]), (&json!("pending"), &json!(503)));
    assert!(newest["nextAttemptAt"].is_string() && newest["lastAttemptAt"].is_string());
    assert_eq!((&before["status"], &before["statusCode"]), (&json!("delivered"), &json!(200)));
    assert_eq!((&before["attempts"], &before["nextAttemptAt"]), (&json!(1), &json!(null)));
    let pending = app.list_deliveries(&boss, id, "?status=pending").await;
    assert_eq!(pending.len(), 1);
    let path = format!("{WEBHOOKS}/{}/deliveries", id.as_str().unwrap());
    boss.get(&format!("{path}?status=late")).await.expect_problem(422, "status_unknown");
    let page = boss.get(&format!("{path}?limit=2")).await.expect(200);
    assert_eq!(page["hasMore"], true);
    let rest = format!("{path}?limit=2&cursor={}", page["cursor"].as_str().unwrap());
    assert_eq!(boss.get(&rest).await.expect(200)["deliveries"].as_array().unwrap().len(), 1);
    app.clock.advance(Duration::from_hours(30 * 24));
    let later = app.open_session("boss@clinic.example").await.client;
    assert!(app.list_deliveries(&later, id, "").await.is_empty(), "they are kept for 30 days");
}

#[tokio::test]
async fn the_text_of_a_challenge_is_not_shown() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await.client;
    let receiver = WebhookReceiver::start().await;
    let made = app.create_webhook(&boss, &receiver).await;
    let path = format!("{WEBHOOKS}/{}/deliveries", made["webhookEndpointId"].as_str().unwrap());
    let text = receiver.deliveries("webhook.challenge")[0].json()["data"]["challenge"].clone();
    assert!(!boss.get(&path).await.text.contains(text.as_str().unwrap()));
}
