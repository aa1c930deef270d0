//! The webhooks of the service under test.

use std::time::{Duration, Instant};

use domain::credentials::keyring::{Keyring, WebhookSecrets};
use domain::ids::{EventId, UserId, WebhookId};
use domain::time::{Clock as _, Timestamp};
use domain::webhook::{Replay, WebhookEvent, WebhookWork};
use queue::{QueuedWork, write_message};
use runtime::OsEntropy;
use serde_json::{Value, json};
use store::CommitOutcome;
use webhooks::{QueueEvent, QueueRecord, ScheduledEvent, WebhooksEvent};

use super::actor::TestClient;
use super::app::App;
use super::receiver::WebhookReceiver;

/// The path of the endpoints.
pub(crate) const WEBHOOKS: &str = "/v1/webhookEndpoints";

impl App {
    /// Creates an endpoint for a receiver.
    pub(crate) async fn create_webhook(
        &self,
        by: &TestClient,
        receiver: &WebhookReceiver,
    ) -> Value {
        let wanted = json!({ "url": receiver.url, "description": "Harbor PACS" });
        let made = by.post(WEBHOOKS, &wanted).await.expect(201);
        self.wait_for_queue().await;
        made
    }

    /// Makes an endpoint active, as if its receiver had answered, and queues an event for it. Returns the
    /// delivery.
    pub(crate) async fn activate_webhook(&self, id: &str) -> String {
        let (clinic, now) = (self.clinic(), self.clock.now());
        let id = WebhookId::parse(id).unwrap();
        let found = self.store().load_webhook(clinic, id).await.unwrap().unwrap();
        let challenge = found.challenge;
        let active = found.verify(challenge, now).unwrap();
        let written = self.store().write_webhook(&active, now).await.unwrap();
        assert_eq!(written, CommitOutcome::Committed);
        let event = self.new_event("user.updated");
        let due = self.store().queue_webhook_deliveries(clinic, &[event], now).await.unwrap();
        due[0].id.to_string()
    }

    /// Reads an endpoint from the list.
    pub(crate) async fn read_webhook(&self, by: &TestClient, id: &Value) -> Value {
        let list = by.get(WEBHOOKS).await.expect(200);
        let all = list["webhookEndpoints"].as_array().unwrap().clone();
        all.into_iter().find(|one| one["webhookEndpointId"] == *id).expect("the endpoint")
    }

    /// Lists the deliveries of an endpoint.
    pub(crate) async fn list_deliveries(
        &self,
        by: &TestClient,
        id: &Value,
        query: &str,
    ) -> Vec<Value> {
        let path = format!("{WEBHOOKS}/{}/deliveries{query}", id.as_str().unwrap());
        by.get(&path).await.expect(200)["deliveries"].as_array().unwrap().clone()
    }

    /// Replaces the keys that the secrets of webhooks derive from, as the operator does after a leak.
    pub(crate) fn replace_webhook_keys(&self, with: &Keyring<WebhookSecrets>) {
        self.running.keyrings.webhooks.replace(with);
    }

    /// An event of now.
    pub(crate) fn new_event(&self, kind: &str) -> WebhookEvent {
        let (id, at) = (EventId::new(self.clock.now(), &OsEntropy), self.clock.now());
        let data = json!({ "userId": format!("usr_{}", "0a".repeat(16)) }).to_string();
        WebhookEvent { id, kind: kind.to_owned(), at, data }
    }

    /// Queues an event for the clinic's endpoints, as the function `events` does. Returns its id.
    pub(crate) async fn emit(&self, kind: &str) -> String {
        let event = self.new_event(kind);
        self.queue_events(std::slice::from_ref(&event)).await;
        self.wait_for_queue().await;
        event.id.to_string()
    }

    /// Queues events for the clinic's endpoints, as the function `events` does.
    pub(crate) async fn queue_events(&self, events: &[WebhookEvent]) {
        let work: Vec<_> =
            self.write_deliveries(events).await.into_iter().map(QueuedWork::now).collect();
        self.running.webhooks.queue.send(&work).await.unwrap();
    }

    /// Writes the deliveries of events, and sends no message.
    pub(crate) async fn write_deliveries(&self, events: &[WebhookEvent]) -> Vec<WebhookWork> {
        let now = self.clock.now();
        let due = self.store().queue_webhook_deliveries(self.clinic(), events, now).await.unwrap();
        due.into_iter().map(WebhookWork::Deliver).collect()
    }

    /// Notes a replay of everything, and sends no message.
    pub(crate) async fn write_replay(&self, id: &Value, by: UserId) -> WebhookWork {
        let (clinic, now) = (self.clinic(), self.clock.now());
        let id = WebhookId::parse(id.as_str().unwrap()).unwrap();
        let found = self.store().load_webhook(clinic, id).await.unwrap().unwrap();
        let replay =
            Replay { since: Timestamp::EPOCH, started_at: now, started_by: by, after: None };
        let next = found.with_replay(Some(replay)).unwrap();
        let written = self.store().write_webhook(&next, now).await.unwrap();
        assert_eq!(written, CommitOutcome::Committed);
        WebhookWork::Replay(clinic, id)
    }

    /// Calls `webhooks` with a message about some work. Returns whether the message comes again.
    pub(crate) async fn call_webhooks(&self, work: WebhookWork) -> bool {
        let record = QueueRecord { message_id: "1".to_owned(), body: write_message(work) };
        let event = WebhooksEvent::Queue(QueueEvent { records: vec![record] });
        let deadline = Instant::now() + Duration::from_mins(1);
        let answer = webhooks::handle(&self.running.webhooks, event, deadline).await.unwrap();
        !answer.batch_item_failures.is_empty()
    }

    /// Waits until no message of the queue is due.
    pub(crate) async fn wait_for_queue(&self) {
        let waiting = self.running.wait_for_queue();
        tokio::time::timeout(Duration::from_mins(1), waiting).await.expect("an idle queue");
    }

    /// Moves the clock ahead and calls `webhooks` as its schedule does.
    pub(crate) async fn run_webhooks_after(&self, pause: Duration) {
        self.clock.advance(pause);
        let scheduled = ScheduledEvent { detail_type: "Scheduled Event".to_owned() };
        let event = WebhooksEvent::Scheduled(scheduled);
        let deadline = Instant::now() + Duration::from_mins(1);
        webhooks::handle(&self.running.webhooks, event, deadline).await.unwrap();
        self.wait_for_queue().await;
    }
}
