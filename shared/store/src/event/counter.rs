//! The counter of a clinic's feed.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use domain::event::{EventNumber, FeedEpoch};
use domain::ids::ClinicId;

use crate::item::{number, number_of};
use crate::{Part, Store, StoreError, Transaction, attr, key};

/// What a clinic's counter holds.
#[derive(Clone, Copy, Default)]
pub(super) struct Counter {
    pub(super) newest: EventNumber,
    /// Until when the newest event is kept, in seconds. Later events are kept at least as long, so that events
    /// expire in the order of their numbers.
    pub(super) ttl: i64,
    pub(super) epoch: FeedEpoch,
}

impl Store {
    pub(super) async fn read_counter(&self, clinic: ClinicId) -> Result<Counter, StoreError> {
        let item = self.get(&key::event_counter(clinic)).await?.unwrap_or_default();
        Ok(Counter {
            newest: EventNumber::new(number_of(&item, attr::EVENT_NUMBER)),
            ttl: number_of(&item, attr::NEWEST_TTL),
            epoch: FeedEpoch::new(number_of(&item, attr::FEED_EPOCH)),
        })
    }

    /// Whether a clinic has a feed, which begins with its first event.
    pub async fn has_feed(&self, clinic: ClinicId) -> Result<bool, StoreError> {
        Ok(self.read_counter(clinic).await?.newest != EventNumber::START)
    }

    /// Moves the counter from what was read to another newest event, and until when that is kept.
    pub(super) fn move_counter(
        &self,
        clinic: ClinicId,
        from: Counter,
        (newest, ttl): (EventNumber, i64),
    ) -> Result<TransactWriteItem, StoreError> {
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key::event_counter(clinic).into_attributes()))
            .update_expression(format!(
                "SET {0} = :newest, {1} = :ttl, {2} = if_not_exists({2}, :epoch)",
                attr::EVENT_NUMBER,
                attr::NEWEST_TTL,
                attr::FEED_EPOCH
            ))
            .expression_attribute_values(":newest", number(newest.get()))
            .expression_attribute_values(":ttl", number(ttl))
            .expression_attribute_values(":epoch", number(fastrand::u64(..)));
        let update = if from.newest == EventNumber::START {
            update.condition_expression(format!("attribute_not_exists({})", attr::PK))
        } else {
            update
                .condition_expression(format!("{} = :before", attr::EVENT_NUMBER))
                .expression_attribute_values(":before", number(from.newest.get()))
        };
        let update = update.build().map_err(|e| StoreError::Refused(e.to_string()))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}

impl Transaction {
    /// Renews the epoch of a clinic's feed, if it has one. Readers start again: no cursor of before is valid.
    pub fn restart_feed(&mut self, clinic: ClinicId) -> Result<(), StoreError> {
        let update = format!("SET {} = :epoch", attr::FEED_EPOCH);
        let condition = format!("attribute_exists({})", attr::PK);
        let values = HashMap::from([(":epoch".to_owned(), number(fastrand::u64(..)))]);
        self.update(Part::Feed, key::event_counter(clinic), &update, &condition, values)
    }
}
