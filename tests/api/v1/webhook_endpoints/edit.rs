//! `PATCH /v1/webhookEndpoints/{webhookEndpointId}`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{App, WEBHOOKS, WebhookReceiver, admin, with};

fn path(made: &Value) -> String {
    format!("{WEBHOOKS}/{}", made["webhookEndpointId"].as_str().unwrap())
}

#[tokio::test]
async fn another_receiver_has_to_answer_first_and_events_wait_for_it() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await.client;
    let (old, new) = (WebhookReceiver::start().await, WebhookReceiver::start().await);
    let made = app.create_webhook(&boss, &old).await;
    new.set_status(500);
    let soon = boss.patch(&path(&made), &json!({ "url": new.url })).await;
    soon.expect_problem(429, "challenge_too_soon");
    app.clock.advance(Duration::from_mins(1));
    let changed = boss.patch(&path(&made), &json!({ "url": new.url })).await.expect(200);
    assert_eq!((&changed["status"], &changed["url"]), (&json!("pending"), &json!(new.url)));
    app.wait_for_queue().await;
    app.emit("invitation.accepted").await;
    assert!(old.deliveries("invitation.accepted").is_empty());
    assert!(new.deliveries("invitation.accepted").is_empty(), "not before it answered");
    new.set_status(200);
    // The next attempt at the challenge, and then the event.
    app.run_webhooks_after(Duration::from_mins(6)).await;
    app.run_webhooks_after(Duration::from_mins(16)).await;
    let id = &made["webhookEndpointId"];
    assert_eq!(app.read_webhook(&boss, id).await["status"], "active");
    assert_eq!(new.deliveries("invitation.accepted").len(), 1);
    assert!(old.deliveries("invitation.accepted").is_empty());
}

#[tokio::test]
async fn other_fields_need_no_challenge_and_an_unchanged_one_leaves_no_record() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await.client;
    let receiver = WebhookReceiver::start().await;
    let made = app.create_webhook(&boss, &receiver).await;
    let change = json!({ "description": "Harbor", "eventTypes": ["user.updated"] });
    let changed = boss.patch(&path(&made), &change).await.expect(200);
    assert_eq!((&changed["status"], &changed["description"]), (&json!("active"), &json!("Harbor")));
    let sent_back = with(changed.clone(), json!({}));
    assert_eq!(boss.patch(&path(&made), &sent_back).await.expect(200), changed);
    assert_eq!(app.list_audit_records("webhook.changed").await.len(), 1);
    app.emit("invitation.accepted").await;
    app.emit("user.updated").await;
    assert!(receiver.deliveries("invitation.accepted").is_empty());
    assert_eq!(receiver.deliveries("user.updated").len(), 1);
    let all = boss.patch(&path(&made), &json!({ "eventTypes": null })).await.expect(200);
    assert_eq!(all["eventTypes"], json!(null));
}

#[tokio::test]
async fn a_change_needs_a_valid_value_and_the_password() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await.client;
    let receiver = WebhookReceiver::start().await;
    let path = path(&app.create_webhook(&boss, &receiver).await);
    for (change, code) in [
        (json!({ "url": "https://127.0.0.1/" }), "webhook_url_invalid"),
        (json!({ "url": null }), "required"),
        (json!({ "description": "" }), "description_invalid"),
    ] {
        boss.patch(&path, &change).await.expect_problem(422, code);
    }
    let later = app.open_unconfirmed_session("boss@clinic.example").await.client;
    let change = json!({ "description": "Harbor" });
    later.patch(&path, &change).await.expect_problem(403, "password_needed");
    boss.post(&format!("{path}/end"), &json!({})).await.expect(200);
    boss.patch(&path, &change).await.expect_problem(409, "webhook_ended");
}

/// An auditor asks where events went.
#[tokio::test]
async fn the_audit_has_the_hosts_and_no_more_of_the_url() {
    let app = App::start_without_mailer().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await.client;
    let new = json!({ "url": "https://one.example/hook?key=s3cret", "description": "Harbor PACS" });
    let made = boss.post(WEBHOOKS, &new).await.expect(201);
    for url in ["https://two.example/hook", "https://two.example/other/s3cret"] {
        app.clock.advance(Duration::from_mins(1));
        boss.patch(&path(&made), &json!({ "url": url })).await.expect(200);
    }
    let query = format!("object={}", made["webhookEndpointId"].as_str().unwrap());
    let page = boss.get(&format!("/v1/auditEvents?{query}")).await.expect(200);
    assert!(!page.to_string().contains("s3cret"), "{page}");
    let hosts = |event: &Value| {
        let [before, after] = ["receiverBefore", "receiverAfter"].map(|name| event[name].clone());
        (event["action"].clone(), before, after)
    };
    let found: Vec<_> = page["auditEvents"].as_array().unwrap().iter().map(hosts).collect();
    let expected = [
        ("webhook.changed", None, None),
        ("webhook.changed", Some("one.example"), Some("two.example")),
        ("webhook.created", None, Some("one.example")),
    ];
    assert_eq!(found, expected.map(|(action, from, to)| (json!(action), json!(from), json!(to))));
}
