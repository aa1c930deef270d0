//! The mails of the service under test.

use std::time::Duration;

use serde_json::{Value, json};

use super::app::App;

impl App {
    /// Every mail to this address so far, as SES was asked to send it.
    pub(crate) fn mails(&self, address: &str) -> Vec<Value> {
        self.running.inbox.sent_to(address).into_iter().map(|mail| mail.request).collect()
    }

    /// Waits for this many mails to the address.
    pub(crate) async fn mails_to(&self, address: &str, count: usize) -> Vec<Value> {
        let mails = self.running.inbox.wait_for(address, count).await;
        assert!(mails.len() >= count, "{} of {count} mails to {address}", mails.len());
        self.settle().await;
        self.mails(address)
    }

    /// Waits until no mail is on its way.
    pub(crate) async fn settle(&self) {
        self.running.wait_until_delivered().await.unwrap();
    }

    pub(crate) async fn until_delivery(&self, id: &str, delivery: &str) -> Value {
        for _ in 0..300 {
            let invitation = self.invitation(id).await;
            if invitation["delivery"] == delivery {
                return invitation;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("never {delivery}: {}", self.invitation(id).await);
    }

    /// Every queued record of the stream so far, as Lambda hands it to `mailer`.
    pub(crate) fn stream_event(&self) -> Value {
        let records = super::stream::records(&self.running.database, &self.running.table);
        let queued = |record: &Value| record["dynamodb"]["NewImage"]["dl"]["S"] == "queued";
        json!({ "Records": records.into_iter().filter(queued).collect::<Vec<_>>() })
    }

    pub(crate) async fn call_mailer(&self, event: &Value) -> Value {
        let event = serde_json::from_value(event.clone()).unwrap();
        serde_json::to_value(mailer::handle(&self.running.mailer, event).await).unwrap()
    }
}
