//! Deliveries to receivers: retries, disabled endpoints, lost messages and fairness.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use domain::time::Clock as _;
use serde_json::{Value, json};

use crate::support::{App, TestClient, WEBHOOKS, WebhookReceiver, admin, text_of};

const MINUTE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);

/// A clinic whose only manager is `boss@clinic.example`, with a verified receiver.
struct Setting {
    app: App,
    boss: TestClient,
    receiver: WebhookReceiver,
    id: Value,
}

impl Setting {
    async fn start() -> Self {
        let app = App::start().await;
        let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await.client;
        let receiver = WebhookReceiver::start().await;
        let made = app.create_webhook(&boss, &receiver).await;
        Self { app, boss, receiver, id: made["webhookEndpointId"].clone() }
    }

    /// Signs in again, because the clock moved past the end of the session.
    async fn sign_in_again(&mut self) {
        self.boss = self.app.open_session("boss@clinic.example").await.client;
    }

    async fn delivery_of(&self, event: &str) -> Value {
        let all = self.app.list_deliveries(&self.boss, &self.id, "?limit=100").await;
        all.into_iter().find(|one| one["eventId"] == event).expect("the delivery")
    }

    async fn endpoint(&self) -> Value {
        self.app.read_webhook(&self.boss, &self.id).await
    }

    /// The texts of the emails about a disabled webhook that the manager got.
    async fn emails_about_webhooks(&self) -> Vec<String> {
        self.app.wait_until_delivered().await;
        let texts = self.app.sent_emails("boss@clinic.example");
        texts.iter().map(text_of).filter(|text| text.contains("webhook")).collect()
    }

    fn received(&self) -> usize {
        self.receiver.deliveries("user.updated").len()
    }
}

#[tokio::test]
async fn an_event_is_tried_for_three_days_and_then_failed() {
    let mut setting = Setting::start().await;
    setting.receiver.set_status(500);
    let event = setting.app.emit("user.updated").await;
    // Each time a retry is due, and the message of a soon one is lost.
    let pauses = [6 * MINUTE, 12 * MINUTE, 35 * MINUTE, 2 * Duration::from_hours(1) + MINUTE];
    for (at, pause) in pauses.into_iter().enumerate() {
        setting.app.run_webhooks_after(pause).await;
        assert_eq!(setting.received(), 2 + at, "after {pause:?}");
    }
    // The next one is due after five hours.
    setting.app.run_webhooks_after(Duration::from_hours(4)).await;
    assert_eq!(setting.received(), 5);
    for _ in 0..40 {
        setting.app.run_webhooks_after(Duration::from_hours(2)).await;
    }
    setting.sign_in_again().await;
    let delivery = setting.delivery_of(&event).await;
    assert_eq!((&delivery["status"], &delivery["statusCode"]), (&json!("failed"), &json!(500)));
    assert_eq!(delivery["nextAttemptAt"], json!(null));
    let attempts = setting.received();
    assert!((11..=13).contains(&attempts), "{attempts}");
    assert_eq!(delivery["attempts"], attempts);
    setting.app.run_webhooks_after(DAY).await;
    assert_eq!(setting.received(), attempts);
}

#[tokio::test]
async fn the_second_attempt_comes_after_five_seconds() {
    let setting = Setting::start().await;
    setting.receiver.set_status(500);
    let event = setting.app.emit("user.updated").await;
    setting.receiver.set_status(200);
    let start = Instant::now();
    while setting.delivery_of(&event).await["status"] == "pending" {
        assert!(start.elapsed() < Duration::from_secs(40));
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(start.elapsed() > Duration::from_secs(3), "not before");
    assert_eq!(setting.received(), 2);
    assert_eq!(setting.endpoint().await["failingSince"], json!(null), "it recovered");
}

#[tokio::test]
async fn retry_after_is_honored() {
    let setting = Setting::start().await;
    setting.receiver.set_status(429);
    setting.receiver.set_header("retry-after", "7200");
    let event = setting.app.emit("user.updated").await;
    setting.app.run_webhooks_after(Duration::from_mins(110)).await;
    assert_eq!(setting.received(), 1);
    setting.receiver.set_status(200);
    setting.app.run_webhooks_after(11 * MINUTE).await;
    assert_eq!(setting.received(), 2);
    let mut setting = setting;
    setting.sign_in_again().await;
    assert_eq!(setting.delivery_of(&event).await["status"], "delivered");
}

#[tokio::test]
async fn retry_after_of_a_receiver_that_fails_already_holds_up_every_event() {
    let setting = Setting::start().await;
    setting.receiver.set_status(500);
    setting.app.emit("user.updated").await;
    setting.receiver.set_status(503);
    setting.receiver.set_header("retry-after", "7200");
    setting.app.run_webhooks_after(6 * MINUTE).await;
    assert_eq!(setting.received(), 2);
    setting.app.emit("user.updated").await;
    setting.receiver.set_status(200);
    setting.app.run_webhooks_after(50 * MINUTE).await;
    setting.app.run_webhooks_after(50 * MINUTE).await;
    assert_eq!(setting.received(), 2, "not before two hours are over");
    setting.app.run_webhooks_after(30 * MINUTE).await;
    setting.app.run_webhooks_after(30 * MINUTE).await;
    assert_eq!(setting.received(), 4);
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_is_not_followed() {
    let setting = Setting::start().await;
    let other = WebhookReceiver::start().await;
    setting.receiver.set_status(302);
    setting.receiver.set_header("location", &other.url);
    let event = setting.app.emit("user.updated").await;
    let delivery = setting.delivery_of(&event).await;
    assert_eq!((&delivery["status"], &delivery["statusCode"]), (&json!("pending"), &json!(302)));
    assert!(other.deliveries("user.updated").is_empty());
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_disabled_and_its_events_can_be_replayed() {
    let setting = Setting::start().await;
    let since = setting.app.clock.now().to_string();
    setting.receiver.set_status(410);
    let event = setting.app.emit("user.updated").await;
    let endpoint = setting.endpoint().await;
    assert_eq!(
        (&endpoint["status"], &endpoint["disabledReason"]),
        (&json!("disabled"), &json!("gone"))
    );
    assert_eq!(setting.delivery_of(&event).await["status"], "canceled");
    let [text] = setting.emails_about_webhooks().await.try_into().unwrap();
    assert!(text.contains("Harbor PACS"), "{text}");
    assert_eq!(setting.app.list_audit_records("webhook.disabled").await.len(), 1);
    // Nothing is sent, and nothing is lost.
    let missed = setting.app.emit("user.updated").await;
    assert_eq!(setting.received(), 1);
    setting.receiver.set_status(200);
    setting.app.clock.advance(MINUTE);
    let path = format!("{WEBHOOKS}/{}", setting.id.as_str().unwrap());
    let post = async |end: &str, body: Value| {
        setting.boss.post(&format!("{path}/{end}"), &body).await.expect(200);
        setting.app.wait_for_queue().await;
    };
    post("verify", json!({})).await;
    assert_eq!(setting.endpoint().await["status"], "active");
    post("redeliver", json!({ "since": since })).await;
    for event in [event, missed] {
        assert_eq!(setting.delivery_of(&event).await["status"], "delivered");
    }
    assert_eq!(setting.received(), 3);
}

#[tokio::test]
async fn five_days_of_failures_disable_an_endpoint_and_email_the_managers() {
    let mut setting = Setting::start().await;
    setting.receiver.set_status(500);
    setting.app.emit("user.updated").await;
    assert!(setting.endpoint().await["failingSince"].is_string());
    for _ in 0..4 {
        setting.app.run_webhooks_after(DAY).await;
        setting.app.emit("user.updated").await;
        setting.app.run_webhooks_after(6 * MINUTE).await;
    }
    setting.sign_in_again().await;
    assert_eq!(setting.endpoint().await["status"], "active", "not yet");
    setting.app.run_webhooks_after(DAY).await;
    setting.app.emit("user.updated").await;
    setting.sign_in_again().await;
    let endpoint = setting.endpoint().await;
    let disabled = (&json!("disabled"), &json!("failing"));
    assert_eq!((&endpoint["status"], &endpoint["disabledReason"]), disabled);
    assert_eq!(setting.emails_about_webhooks().await.len(), 1);
}

#[tokio::test]
async fn a_lost_message_loses_nothing() {
    let setting = Setting::start().await;
    let (app, event) = (&setting.app, setting.app.new_event("user.updated"));
    let now = app.clock.now();
    let events = std::slice::from_ref(&event);
    let due = app.store().queue_webhook_deliveries(app.clinic(), events, now).await.unwrap();
    assert_eq!(due.len(), 1, "and no message is sent");
    app.run_webhooks_after(4 * MINUTE).await;
    assert_eq!(setting.received(), 0);
    app.run_webhooks_after(2 * MINUTE).await;
    assert_eq!(setting.received(), 1);
    // The stream delivers a batch of events again.
    app.queue_events(events).await;
    app.wait_for_queue().await;
    assert_eq!(setting.received(), 1, "an event is queued once");
}

/// The queue delivers a message twice, or the schedule queues what is in the queue.
#[tokio::test(flavor = "multi_thread")]
async fn messages_that_come_many_times_make_one_attempt() {
    let setting = Setting::start().await;
    setting.receiver.set_delay(Duration::from_millis(300));
    let event = setting.app.new_event("user.updated");
    for _ in 0..10 {
        setting.app.queue_events(std::slice::from_ref(&event)).await;
    }
    setting.app.wait_for_queue().await;
    assert_eq!(setting.received(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_answer_of_the_former_receiver_does_not_disable_the_new_one() {
    let setting = Setting::start().await;
    let (app, new) = (&setting.app, WebhookReceiver::start().await);
    setting.receiver.set_status(410);
    setting.receiver.set_delay(Duration::from_secs(2));
    app.queue_events(&[app.new_event("user.updated")]).await;
    while setting.received() == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    app.clock.advance(MINUTE);
    let path = format!("{WEBHOOKS}/{}", setting.id.as_str().unwrap());
    setting.boss.patch(&path, &json!({ "url": new.url })).await.expect(200);
    app.wait_for_queue().await;
    assert_eq!(setting.endpoint().await["status"], "active");
    assert!(setting.emails_about_webhooks().await.is_empty());
}

/// One endpoint does not answer. The events of the other one do not wait for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_endpoint_does_not_delay_the_others() {
    let setting = Setting::start().await;
    let (app, dead) = (&setting.app, WebhookReceiver::start().await);
    app.create_webhook(&setting.boss, &dead).await;
    dead.set_delay(MINUTE);
    let events: Vec<_> = (0..100).map(|_| app.new_event("user.updated")).collect();
    let start = Instant::now();
    app.queue_events(&events).await;
    while setting.received() < 100 {
        // An attempt at the dead one takes 10 s.
        assert!(start.elapsed() < Duration::from_secs(9), "{} of 100", setting.received());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // Once it is known to fail, one attempt at a time is made, and the other events wait.
    app.wait_for_queue().await;
    let more: Vec<_> = (0..50).map(|_| app.new_event("user.updated")).collect();
    app.queue_events(&more).await;
    app.wait_for_queue().await;
    let attempts = dead.deliveries("user.updated").len();
    assert!(
        (2..=50).contains(&attempts),
        "{attempts} attempts at the dead endpoint for 150 events"
    );
    assert_eq!(setting.received(), 150);
}

/// More events than the function has places, each in a call of its own. If each attempt at the dead endpoint took a
/// place for 10 s, the other endpoint would wait for one.
#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_has_just_died_does_not_take_every_place() {
    const EVENTS: usize = 150;
    let setting = Setting::start().await;
    let (app, dead) = (&setting.app, WebhookReceiver::start().await);
    app.create_webhook(&setting.boss, &dead).await;
    dead.set_delay(MINUTE);
    app.queue_events(&[app.new_event("user.updated")]).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    for _ in 1..EVENTS {
        app.queue_events(&[app.new_event("user.updated")]).await;
    }
    while setting.received() < EVENTS {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let attempts = dead.deliveries("user.updated").len();
    assert!((1..=30).contains(&attempts), "{attempts} attempts at the dead endpoint");
    // Nothing is lost once it lives again.
    dead.set_delay(Duration::ZERO);
    app.wait_for_queue().await;
    for _ in 0..3 {
        app.run_webhooks_after(16 * MINUTE).await;
    }
    assert_eq!(setting.received(), EVENTS, "each once");
    let ids: BTreeSet<_> = dead
        .deliveries("user.updated")
        .iter()
        .map(|one| one.header("webhook-id").to_owned())
        .collect();
    assert_eq!(ids.len(), EVENTS);
}
