//! Reads and writes of webhook endpoints.

use std::collections::HashMap;

use domain::ids::{ClinicId, UserId, WebhookId};
use domain::time::Timestamp;
use domain::webhook::{MAX_ENDPOINTS, WebhookEndpoint};

use super::endpoint_item::EndpointItem;
use crate::item::{RawItem, number};
use crate::page::{Page, PageBuilder, PageRequest, below, readable};
use crate::transaction::Precondition;
use crate::write::{ItemWrite, WriteOutcome};
use crate::{CommitOutcome, Part, Store, StoreError, Transaction, attr, key};

impl Store {
    /// Loads the endpoint with this id in the clinic.
    pub async fn load_webhook(
        &self,
        clinic: ClinicId,
        id: WebhookId,
    ) -> Result<Option<WebhookEndpoint>, StoreError> {
        let found = self.get(&key::webhook(clinic, id)).await?;
        found.map(|raw| self.decode_webhook(&raw)).transpose()
    }

    /// Loads all endpoints of a clinic that were not ended, the oldest first. Leaves out corrupt ones.
    pub async fn load_webhooks(
        &self,
        clinic: ClinicId,
    ) -> Result<Vec<WebhookEndpoint>, StoreError> {
        let raw = self.query_webhooks(clinic).await?;
        let mut found = readable(raw.iter().map(|raw| self.decode_webhook(raw)))?;
        found.retain(WebhookEndpoint::is_live);
        Ok(found)
    }

    /// Loads the clinic's endpoints with a secret that this person made and that signs at `now`. Unlike other
    /// lists, fails on a corrupt one, because it may be theirs.
    pub async fn load_webhooks_of(
        &self,
        clinic: ClinicId,
        user: UserId,
        now: Timestamp,
    ) -> Result<Vec<WebhookEndpoint>, StoreError> {
        let raw = self.query_webhooks(clinic).await?;
        let found = raw.iter().map(|raw| self.decode_webhook(raw));
        let mut found = found.collect::<Result<Vec<_>, _>>()?;
        found.retain(|one| one.is_live() && one.secrets.has_secret_of(user, now));
        Ok(found)
    }

    /// Counts the endpoints of a clinic, with those that were ended in the last 30 days.
    pub async fn count_webhooks(&self, clinic: ClinicId) -> Result<usize, StoreError> {
        Ok(self.query_webhooks(clinic).await?.len())
    }

    async fn query_webhooks(&self, clinic: ClinicId) -> Result<Vec<RawItem>, StoreError> {
        let [from, to] = bounds([0xff; 16]);
        self.query_between(&key::clinic_partition(clinic), (&from, &to)).await
    }

    /// Lists one page of a clinic's endpoints, newest first.
    pub async fn list_webhooks(
        &self,
        clinic: ClinicId,
        page: PageRequest<WebhookId>,
    ) -> Result<Page<WebhookEndpoint, WebhookId>, StoreError> {
        let mut builder = PageBuilder::new(page);
        while let Some((after, size)) = builder.next_read() {
            let [from, to] = bounds(after.map_or([0xff; 16], |id| below(id.bytes())));
            let raw = self.query_newest(&key::clinic_partition(clinic), (from, to), size).await?;
            let id = |sk: &str| WebhookId::parse(sk.strip_prefix(key::WEBHOOK)?).ok();
            builder.add(self.decode_chunk(&raw, id, |item| self.decode_webhook(item))?, |_| true);
        }
        Ok(builder.finish())
    }

    pub(crate) fn decode_webhook(&self, raw: &RawItem) -> Result<WebhookEndpoint, StoreError> {
        self.decode_with(raw, |item: EndpointItem| item.try_into())
    }

    /// Writes the health or the replay of an endpoint if the stored version is the previous one. Nobody decided
    /// this, so there is no audit record.
    pub async fn write_webhook(
        &self,
        next: &WebhookEndpoint,
        now: Timestamp,
    ) -> Result<CommitOutcome, StoreError> {
        let key = key::webhook(next.clinic, next.id);
        let write = ItemWrite::put(self.encode(key, &EndpointItem::new(next, now))?)
            .when(&format!("{} = :expected", attr::VERSION))
            .value(":expected", number(next.version.saturating_sub(1)));
        Ok(match self.write(write).await? {
            WriteOutcome::Written(_) => CommitOutcome::Committed,
            WriteOutcome::Unmet(_) => CommitOutcome::Conflict(vec![Part::Webhook]),
        })
    }
}

/// The sort keys of the endpoints up to this id.
fn bounds(last: [u8; 16]) -> [String; 2] {
    [[0; 16], last].map(|id| format!("{}{}", key::WEBHOOK, WebhookId::from_bytes(id)))
}

impl Transaction {
    /// Writes a new endpoint. Requires that the clinic has fewer than 10.
    pub fn put_webhook(&mut self, endpoint: &WebhookEndpoint) -> Result<(), StoreError> {
        let item = EndpointItem::new(endpoint, endpoint.created_at);
        let key = key::webhook(endpoint.clinic, endpoint.id);
        self.put(Part::Webhook, key, &item, None, &Precondition::Absent)?;
        let update = format!("ADD {} :one", attr::WEBHOOKS);
        let condition =
            format!("attribute_not_exists({count}) OR {count} < :max", count = attr::WEBHOOKS);
        let values = HashMap::from([
            (":one".to_owned(), number(1)),
            (":max".to_owned(), number(MAX_ENDPOINTS)),
        ]);
        let key = key::webhook_count(endpoint.clinic);
        self.update(Part::WebhookCount, key, &update, &condition, values)
    }

    /// Writes a changed endpoint if the stored version is the previous one.
    pub fn replace_webhook(
        &mut self,
        next: &WebhookEndpoint,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let expect = Precondition::Version(next.version.saturating_sub(1));
        let (key, item) = (key::webhook(next.clinic, next.id), EndpointItem::new(next, now));
        self.put(Part::Webhook, key, &item, None, &expect)
    }

    /// Writes endpoints of one clinic that end, and counts them.
    pub fn end_webhooks(
        &mut self,
        clinic: ClinicId,
        ended: &[WebhookEndpoint],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        for endpoint in ended {
            self.replace_webhook(endpoint, now)?;
        }
        let update = format!("ADD {} :ended", attr::WEBHOOKS);
        let condition = format!("attribute_exists({})", attr::PK);
        let fewer = i64::try_from(ended.len()).unwrap_or(i64::MAX);
        let values = HashMap::from([(":ended".to_owned(), number(-fewer))]);
        self.update(Part::WebhookCount, key::webhook_count(clinic), &update, &condition, values)
    }
}
