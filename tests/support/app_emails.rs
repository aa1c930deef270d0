//! The emails of the service under test.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::app::App;

impl App {
    /// Every email to this address so far, as a request to SES.
    pub(crate) fn sent_emails(&self, address: &str) -> Vec<Value> {
        self.running.inbox.sent_to(address).into_iter().map(|email| email.request).collect()
    }

    /// Waits for this many emails to the address.
    pub(crate) async fn wait_for_emails(&self, address: &str, count: usize) -> Vec<Value> {
        let emails = self.running.inbox.wait_for(address, count).await;
        assert!(emails.len() >= count, "{} of {count} emails to {address}", emails.len());
        self.wait_until_delivered().await;
        self.sent_emails(address)
    }

    /// Asks for a password reset. Returns the token in the email.
    pub(crate) async fn request_reset_token(&self, email: &str) -> String {
        let before = self.sent_emails(email).len();
        self.as_invitee().post("/v1/password/forgot", &json!({"email": email})).await.expect(202);
        let emails = self.wait_for_emails(email, before + 1).await;
        let link = super::email::link_in(emails.last().unwrap());
        assert!(link.starts_with(&format!("{}/reset#token=", self.base)), "{link}");
        link.split_once("#token=").unwrap().1.to_owned()
    }

    /// Waits until every queued email was sent.
    pub(crate) async fn wait_until_delivered(&self) {
        self.running.wait_until_delivered().await.unwrap();
    }

    pub(crate) async fn wait_for_delivery(&self, id: &str, delivery: &str) -> Value {
        for _ in 0..300 {
            let invitation = self.read_invitation(id).await;
            if invitation["delivery"] == delivery {
                return invitation;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("never {delivery}: {}", self.read_invitation(id).await);
    }

    /// Every record of a queued email in the stream so far, as the event that Lambda sends to `mailer`.
    pub(crate) fn stream_event(&self) -> Value {
        let records = super::stream::read_records(&self.running.database, &self.running.table);
        let queued = |record: &Value| record["dynamodb"]["NewImage"]["dl"]["S"] == "queued";
        json!({ "Records": records.into_iter().filter(queued).collect::<Vec<_>>() })
    }

    pub(crate) async fn call_mailer(&self, event: &Value) -> Value {
        self.call_mailer_within(event, Duration::from_mins(1)).await
    }

    /// Calls `mailer` with an event, and ends its work after this time.
    pub(crate) async fn call_mailer_within(&self, event: &Value, limit: Duration) -> Value {
        let event = serde_json::from_value(event.clone()).unwrap();
        let answer = mailer::handle(&self.running.mailer, event, Instant::now() + limit).await;
        serde_json::to_value(answer).unwrap()
    }

    /// Calls `mailer` as its schedule does.
    pub(crate) async fn call_mailer_by_schedule(&self) {
        self.call_mailer(&json!({ "detail-type": "Scheduled Event" })).await;
    }
}
