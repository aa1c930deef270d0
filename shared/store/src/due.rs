//! What is due: items that an index partition lists by when they are.

use domain::time::Timestamp;

use crate::item::{RawItem, text};
use crate::{Store, StoreError, attr};

/// A part of a list of what is due.
#[derive(Debug)]
pub struct DuePage<T> {
    /// The first due date first.
    pub items: Vec<T>,
    /// Where the list goes on. `None` at its end.
    pub next: Option<DueStart>,
}

/// Where a list of what is due goes on.
#[derive(Clone, Debug)]
pub struct DueStart(RawItem);

impl Store {
    /// Lists the items of an index partition that are due at `until`. The index lags behind the table, so the same
    /// item can be listed again after it has changed.
    pub(crate) async fn query_due(
        &self,
        partition: String,
        until: Timestamp,
        (limit, start): (i32, Option<DueStart>),
    ) -> Result<DuePage<RawItem>, StoreError> {
        let condition = format!("{} = :due AND {} <= :until", attr::GSI4PK, attr::GSI4SK);
        let found = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(attr::GSI4)
            .key_condition_expression(condition)
            .expression_attribute_values(":due", text(partition))
            // After every id of this instant.
            .expression_attribute_values(":until", text(format!("{until}#~")))
            .set_exclusive_start_key(start.map(|DueStart(key)| key))
            .limit(limit)
            .send()
            .await
            .map_err(|e| StoreError::from_sdk(&e))?;
        let next = found.last_evaluated_key.map(DueStart);
        Ok(DuePage { items: found.items.unwrap_or_default(), next })
    }
}

/// An item's key in the index. Empty if it is not listed.
pub(crate) fn due_key(item: &RawItem) -> String {
    item.get(attr::GSI4SK).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default()
}
