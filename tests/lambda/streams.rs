//! The binaries that read the stream and the queue of webhooks.

use serde_json::json;
use tests::runtime_api::EventOutcome;

use super::{next_outcome, settings, start_function};
use crate::support::{self, App};

#[tokio::test(flavor = "multi_thread")]
async fn events_serves_each_kind_of_event_and_rejects_a_malformed_one() {
    let app = App::start_without_mailer().await;
    app.as_pacs().invite(&support::member("grace@clinic.example")).await.expect(201);
    let batch = json!({ "Records": app.stream_for_events() });
    let day = |offset: i64| {
        let now = domain::time::Clock::now(app.clock.as_ref()).millis();
        domain::time::Timestamp::from_millis(now + offset).unwrap().to_string()
    };
    let range = json!({ "clinicId": app.clinic_id, "from": day(-3_600_000), "to": day(0) });
    let wrong = json!({ "clinicId": app.clinic_id, "from": "2020-01-01T00:00:00Z", "to": day(0) });
    let events = vec![
        batch.to_string(),
        json!({ "detail-type": "Scheduled Event", "detail": {} }).to_string(),
        json!({ "sealAudit": true }).to_string(),
        json!({ "appendMissing": range }).to_string(),
        json!({ "appendMissing": wrong }).to_string(),
        r#"{"Records":7}"#.into(),
    ];
    let mut function = start_function("events", &settings(&app), events).await;
    for expected in [
        json!({ "batchItemFailures": [] }),
        json!({ "batchItemFailures": [] }),
        json!({ "batchItemFailures": [] }),
        json!({ "appended": 0 }),
    ] {
        let EventOutcome::Response(answer) = next_outcome(&mut function).await else {
            panic!("an error")
        };
        assert_eq!(answer, expected);
    }
    for _ in 0..2 {
        assert!(matches!(next_outcome(&mut function).await, EventOutcome::Error(_)));
    }
    assert_eq!(app.list_events().await.len(), 3);
    let operator = domain::ids::ClinicId::OPERATOR;
    let before = [app.hour().previous(), app.hour().previous().previous()];
    assert!(before.iter().any(|hour| app.sealed(operator, *hour).is_some()));
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_serves_messages_and_a_schedule_and_rejects_a_malformed_event() {
    let app = App::start_without_mailer().await;
    let boss = app.confirm_and_sign_in(&support::admin("boss@clinic.example")).await.client;
    let receiver = support::WebhookReceiver::start().await;
    let wanted = json!({ "url": receiver.url, "description": "PACS" });
    let id = boss.post(support::WEBHOOKS, &wanted).await.str("webhookEndpointId");
    let id = json!(id);
    let challenge = app.list_deliveries(&boss, &id, "").await.remove(0);
    let body =
        json!({ "clinic": app.clinic_id, "endpoint": id, "delivery": challenge["deliveryId"] });
    let record = json!({ "messageId": "m1", "body": body.to_string() });
    let other = json!({ "messageId": "m2", "body": "garbage" });
    let messages = json!({ "Records": [record, other] });
    let tick = json!({ "detail-type": "Scheduled Event" });
    let events = vec![messages.to_string(), tick.to_string(), "7".into()];
    let mut function = start_function("webhooks", &settings(&app), events).await;
    for _ in 0..2 {
        let EventOutcome::Response(answer) = next_outcome(&mut function).await else {
            panic!("an error")
        };
        assert_eq!(answer, json!({ "batchItemFailures": [] }));
    }
    assert_eq!(app.read_webhook(&boss, &id).await["status"], "active");
    assert!(matches!(next_outcome(&mut function).await, EventOutcome::Error(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn mailer_serves_an_event_and_rejects_a_malformed_one() {
    let app = App::start_without_mailer().await;
    let invited = app.as_pacs().invite(&support::member("grace@clinic.example")).await;
    let batch = app.stream_event().to_string();
    let mut function =
        start_function("mailer", &settings(&app), vec![batch, r#"{"Records":7}"#.into()]).await;
    let EventOutcome::Response(response) = next_outcome(&mut function).await else {
        panic!("an error")
    };
    assert_eq!(response["batchItemFailures"], json!([]));
    let invitation = app.read_invitation(&invited.str("invitationId")).await;
    assert_eq!(invitation["delivery"], "sent", "{invitation}");
    assert!(matches!(next_outcome(&mut function).await, EventOutcome::Error(_)));
}
