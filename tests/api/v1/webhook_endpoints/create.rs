//! `POST /v1/webhookEndpoints`.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{App, WEBHOOKS, WebhookReceiver, admin, dashboard_member};

#[tokio::test]
async fn an_endpoint_is_active_once_its_receiver_answers_the_challenge() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let receiver = WebhookReceiver::start().await;
    let made = app.create_webhook(&boss.client, &receiver).await;
    assert_eq!(made["status"], "pending");
    assert_eq!((&made["eventTypes"], &made["verifiedAt"]), (&json!(null), &json!(null)));
    assert_eq!(made["createdBy"], boss.user_id);
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_"), "{secret}");
    let [challenge] = receiver.deliveries("webhook.challenge").try_into().ok().unwrap();
    assert!(challenge.is_signed_with(secret));
    assert_eq!(challenge.header("webhook-id"), challenge.json()["id"]);
    let now = app.read_webhook(&boss.client, &made["webhookEndpointId"]).await;
    assert_eq!((&now["status"], now["verifiedAt"].is_string()), (&json!("active"), true));
    assert!(!app.dump_table().await.contains(&secret[6..]), "the secret is never stored");
    assert_eq!(app.list_audit_records("webhook.created").await.len(), 1);
    assert_eq!(app.list_audit_records("webhook.verified").await.len(), 1);
}

#[tokio::test]
async fn a_receiver_that_does_not_repeat_the_challenge_gets_no_events() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let receiver = WebhookReceiver::start().await;
    receiver.set_answers_challenge(false);
    let made = app.create_webhook(&boss.client, &receiver).await;
    let id = &made["webhookEndpointId"];
    assert_eq!(app.read_webhook(&boss.client, id).await["status"], "pending");
    let [challenge] = app.list_deliveries(&boss.client, id, "").await.try_into().unwrap();
    assert_eq!(challenge["failure"], "challenge_not_answered");
    assert_eq!((&challenge["status"], &challenge["attempts"]), (&json!("pending"), &json!(1)));
    app.emit("invitation.accepted").await;
    assert!(receiver.deliveries("invitation.accepted").is_empty());
    assert_eq!(app.list_deliveries(&boss.client, id, "").await.len(), 1);
}

#[tokio::test]
async fn all_invalid_fields_of_an_endpoint_are_reported_at_once() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let wanted = json!({ "url": "https://10.0.0.1/", "description": "", "eventTypes": ["user.updated", "x"], "y": 1 });
    let answer = boss.client.post(WEBHOOKS, &wanted).await;
    answer.expect_problem(422, "fields_invalid");
    let expected = [
        ("url", "webhook_url_invalid"),
        ("description", "description_invalid"),
        ("eventTypes[1]", "event_type_unknown"),
        ("y", "unknown_field"),
    ];
    assert_eq!(
        answer.field_errors(),
        expected.map(|(field, code)| (field.to_owned(), code.to_owned()))
    );
    for url in ["http://pacs.example/", "https://localhost/", "https://pacs.example:8443/", ""] {
        let wanted = json!({ "url": url, "description": "PACS" });
        let answer = boss.client.post(WEBHOOKS, &wanted).await;
        answer.expect_problem(422, "webhook_url_invalid");
    }
}

#[tokio::test]
async fn only_a_manager_with_a_confirmed_password_creates_endpoints() {
    let app = App::start().await;
    let wanted = json!({ "url": "https://pacs.example/", "description": "PACS" });
    app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let boss = app.open_unconfirmed_session("boss@clinic.example").await;
    boss.client.post(WEBHOOKS, &wanted).await.expect_problem(403, "password_needed");
    let member = app.confirm_and_sign_in(&dashboard_member("ada@clinic.example")).await;
    member.client.post(WEBHOOKS, &wanted).await.expect_problem(403, "forbidden");
    app.as_pacs().post(WEBHOOKS, &wanted).await.expect_problem(403, "forbidden");
    assert!(app.list_audit_records("webhook.created").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clinic_has_at_most_10_endpoints_even_if_many_are_created_at_once() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let create = |n: usize| {
        let client = boss.client.clone();
        let wanted = json!({ "url": format!("https://pacs{n}.example/"), "description": "PACS" });
        // Concurrent writes may conflict six times in a row, which the caller repeats.
        async move {
            loop {
                let answer = client.post(WEBHOOKS, &wanted).await;
                if answer.status != 409 || answer.json()["code"] != "conflict" {
                    return answer;
                }
            }
        }
    };
    let answers = (0..13).map(create).collect::<JoinSet<_>>().join_all().await;
    let made: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
    let refused = answers.iter().filter(|answer| answer.status == 409);
    assert_eq!(made.len(), 10);
    refused.for_each(|answer| {
        answer.expect_problem(409, "too_many_webhooks");
    });
    let end = format!("{WEBHOOKS}/{}/end", made[0].str("webhookEndpointId"));
    boss.client.post(&end, &json!({})).await.expect(200);
    let wanted = json!({ "url": "https://other.example/", "description": "PACS" });
    boss.client.post(WEBHOOKS, &wanted).await.expect(201);
    boss.client.post(WEBHOOKS, &wanted).await.expect_problem(409, "too_many_webhooks");
}

#[tokio::test]
async fn a_clinic_that_ends_endpoints_again_and_again_has_100_in_a_month() {
    let app = App::start_without_mailer().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await.client;
    let wanted = json!({ "url": "https://pacs.example/", "description": "PACS" });
    for _ in 0..100 {
        let made = boss.post(WEBHOOKS, &wanted).await.str("webhookEndpointId");
        boss.post(&format!("{WEBHOOKS}/{made}/end"), &json!({})).await.expect(200);
    }
    boss.post(WEBHOOKS, &wanted).await.expect_problem(409, "too_many_webhooks");
}

#[tokio::test]
async fn an_idempotency_key_stores_no_secret() {
    let app = App::start().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let wanted = json!({ "url": "https://pacs.example/", "description": "PACS" });
    let header = ("idempotency-key", "k-1");
    let first: Value = boss.client.post_with(WEBHOOKS, &wanted, header).await.expect(201);
    let second: Value = boss.client.post_with(WEBHOOKS, &wanted, header).await.expect(201);
    assert_ne!(first["webhookEndpointId"], second["webhookEndpointId"]);
    assert!(!app.dump_table().await.contains("whsec_"));
}
