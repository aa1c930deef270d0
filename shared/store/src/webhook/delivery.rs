//! Reads and writes of deliveries.

use domain::ids::{ClinicId, DeliveryId, WebhookId};
use domain::time::Timestamp;
use domain::webhook::{DeliveryRef, WebhookDelivery, WebhookEvent, WebhookStatus};
use futures_util::future::join_all;

use super::delivery_item::DeliveryItem;
use crate::item::{RawItem, number, text};
use crate::page::{Page, PageBuilder, PageRequest, below, readable};
use crate::transaction::Precondition;
use crate::write::{ItemWrite, WriteOutcome};
use crate::{CommitOutcome, Part, Store, StoreError, Transaction, attr, key};

/// How many deliveries are written at the same time.
const AT_ONCE: usize = 10;

impl Store {
    /// Queues events of one clinic for every endpoint that gets them, each once. Returns what is due. A repeat
    /// changes nothing and returns the same.
    ///
    /// Events for a disabled endpoint are kept as canceled, so that they can be replayed.
    pub async fn queue_webhook_deliveries(
        &self,
        clinic: ClinicId,
        events: &[WebhookEvent],
        now: Timestamp,
    ) -> Result<Vec<DeliveryRef>, StoreError> {
        let (mut all, mut due) = (Vec::new(), Vec::new());
        let endpoints = self.load_webhooks(clinic).await?;
        for event in events {
            for endpoint in endpoints.iter().filter(|endpoint| endpoint.takes(event)) {
                let delivery = WebhookDelivery::new(clinic, endpoint.id, event.clone(), now);
                if matches!(endpoint.status, WebhookStatus::Disabled(_)) {
                    all.push(delivery.cancel());
                } else {
                    due.push(delivery.reference());
                    all.push(delivery);
                }
            }
        }
        for some in all.chunks(AT_ONCE) {
            let writes = some.iter().map(|delivery| self.create_webhook_delivery(delivery, now));
            join_all(writes).await.into_iter().collect::<Result<(), _>>()?;
        }
        Ok(due)
    }

    /// Writes a delivery if there is none with its id.
    async fn create_webhook_delivery(
        &self,
        delivery: &WebhookDelivery,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let item =
            self.encode(key::delivery(delivery.reference()), &DeliveryItem::new(delivery, now))?;
        let write = ItemWrite::put(item).when(&format!("attribute_not_exists({})", attr::PK));
        self.write(write).await.map(|_| ())
    }

    /// Loads a delivery.
    pub async fn load_webhook_delivery(
        &self,
        id: DeliveryRef,
    ) -> Result<Option<WebhookDelivery>, StoreError> {
        let found = self.get(&key::delivery(id)).await?;
        found.map(|raw| self.decode_webhook_delivery(&raw)).transpose()
    }

    fn decode_webhook_delivery(&self, raw: &RawItem) -> Result<WebhookDelivery, StoreError> {
        self.decode_with(raw, |item: DeliveryItem| item.try_into())
    }

    /// Writes a changed delivery if the stored version is the previous one.
    pub async fn write_webhook_delivery(
        &self,
        next: &WebhookDelivery,
        now: Timestamp,
    ) -> Result<CommitOutcome, StoreError> {
        let key = key::delivery(next.reference());
        let write = ItemWrite::put(self.encode(key, &DeliveryItem::new(next, now))?)
            .when(&format!("{} = :expected", attr::VERSION))
            .value(":expected", number(next.version.saturating_sub(1)));
        Ok(match self.write(write).await? {
            WriteOutcome::Written(_) => CommitOutcome::Committed,
            WriteOutcome::Unmet(_) => CommitOutcome::Conflict(vec![Part::Delivery]),
        })
    }

    /// Lists one page of an endpoint's deliveries that `keep` accepts, the newest event first.
    pub async fn list_webhook_deliveries(
        &self,
        (clinic, endpoint): (ClinicId, WebhookId),
        page: PageRequest<DeliveryId>,
        keep: impl Fn(&WebhookDelivery) -> bool,
    ) -> Result<Page<WebhookDelivery, DeliveryId>, StoreError> {
        let mut builder = PageBuilder::new(page);
        let prefix = key::deliveries_of(endpoint);
        while let Some((after, size)) = builder.next_read() {
            let last = after.map_or([0xff; 16], |id| below(id.bytes()));
            let [from, to] =
                [[0; 16], last].map(|id| format!("{prefix}{}", DeliveryId::from_bytes(id)));
            let raw = self.query_newest(&key::clinic_partition(clinic), (from, to), size).await?;
            let id = |sk: &str| DeliveryId::parse(sk.strip_prefix(&prefix)?).ok();
            let chunk = self.decode_chunk(&raw, id, |item| self.decode_webhook_delivery(item))?;
            builder.add(chunk, &keep);
        }
        Ok(builder.finish())
    }

    /// Loads some deliveries of an endpoint after an id, or from `since` on, the oldest event first. Leaves out
    /// corrupt ones. Returns where to continue. `None` after the last ones.
    pub async fn load_webhook_deliveries_since(
        &self,
        (clinic, endpoint): (ClinicId, WebhookId),
        (since, after): (Timestamp, Option<DeliveryId>),
        limit: i32,
    ) -> Result<(Vec<WebhookDelivery>, Option<DeliveryId>), StoreError> {
        let prefix = key::deliveries_of(endpoint);
        let from = after.map_or_else(|| DeliveryId::floor(since), next_id);
        let last = DeliveryId::from_bytes([0xff; 16]);
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression(format!(
                "{} = :pk AND {} BETWEEN :from AND :to",
                attr::PK,
                attr::SK
            ))
            .expression_attribute_values(":pk", text(key::clinic_partition(clinic)))
            .expression_attribute_values(":from", text(format!("{prefix}{from}")))
            .expression_attribute_values(":to", text(format!("{prefix}{last}")))
            .consistent_read(true)
            .limit(limit)
            .send()
            .await
            .map_err(|e| StoreError::from_sdk(&e))?;
        let raw = answer.items();
        let more = answer.last_evaluated_key().is_some();
        let id = |item: &RawItem| {
            let sk = key::Key::of(item).sk;
            DeliveryId::parse(sk.strip_prefix(&prefix)?).ok()
        };
        let next = raw.last().and_then(id).filter(|_| more);
        Ok((readable(raw.iter().map(|raw| self.decode_webhook_delivery(raw)))?, next))
    }
}

/// The id just above this one.
fn next_id(id: DeliveryId) -> DeliveryId {
    DeliveryId::from_bytes(u128::from_be_bytes(*id.bytes()).saturating_add(1).to_be_bytes())
}

impl Transaction {
    /// Queues a delivery that does not exist yet.
    pub fn put_webhook_delivery(&mut self, delivery: &WebhookDelivery) -> Result<(), StoreError> {
        let item = DeliveryItem::new(delivery, delivery.created_at);
        let key = key::delivery(delivery.reference());
        self.put(Part::Delivery, key, &item, None, &Precondition::Absent)
    }

    /// Writes a changed delivery if the stored version is the previous one.
    pub fn replace_webhook_delivery(
        &mut self,
        next: &WebhookDelivery,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let expect = Precondition::Version(next.version.saturating_sub(1));
        let (key, item) = (key::delivery(next.reference()), DeliveryItem::new(next, now));
        self.put(Part::Delivery, key, &item, None, &expect)
    }
}
