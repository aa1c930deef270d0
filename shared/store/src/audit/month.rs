//! The keys of all items in the partitions of the audit, also of those that the service did not write.

use domain::ids::ClinicId;
use domain::time::Timestamp;

use super::partition;
use crate::item::text;
use crate::key::Key;
use crate::{Store, StoreError, attr};

/// The first month of which a table may have records.
const FIRST_MONTH: &str = "2026-11";

/// The key and the time of an item in a partition of the audit, as the table has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRecord {
    /// The sort key, which is the id of a record.
    pub id: String,
    /// The time in milliseconds. `None` if the item has none.
    pub at: Option<i64>,
}

/// The first instant of each month of which a table may have records: from that of `from`, or the first one, to
/// that of `to`.
pub fn audit_months(from: Option<Timestamp>, to: Timestamp) -> Vec<Timestamp> {
    let first = from.map_or_else(|| FIRST_MONTH.to_owned(), Timestamp::month);
    let mut months = vec![to.month_start()];
    while let Some(month) = months.last().filter(|month| month.month() > first) {
        months.push(month.previous_month());
    }
    months.reverse();
    months
}

/// Some of them, in the order of their keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRecords {
    /// The items.
    pub items: Vec<StoredRecord>,
    /// The sort key after which the list continues. `None` at its end.
    pub next: Option<String>,
}

impl Store {
    /// Lists a clinic's records of a month.
    pub async fn list_stored_records(
        &self,
        (clinic, month): (ClinicId, &str),
        after: Option<&str>,
    ) -> Result<StoredRecords, StoreError> {
        let partition = partition(clinic, month);
        let start = after.map(|sk| Key { pk: partition.clone(), sk: sk.to_owned() });
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression(format!("{} = :pk", attr::PK))
            .expression_attribute_values(":pk", text(&partition))
            .projection_expression("PK, SK, #at")
            .expression_attribute_names("#at", "at")
            .consistent_read(true)
            .set_exclusive_start_key(start.map(Key::into_attributes))
            .send()
            .await
            .map_err(|error| StoreError::from_sdk(&error))?;
        let next = answer.last_evaluated_key().map(|key| Key::of(key).sk);
        let items = answer.items().iter().map(|item| {
            let at = item.get("at").and_then(|at| at.as_n().ok());
            StoredRecord { id: Key::of(item).sk, at: at.and_then(|at| at.parse().ok()) }
        });
        Ok(StoredRecords { items: items.collect(), next })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_in_order_and_begin_with_the_service() {
        let months = |from: Option<&str>, to: &str| -> Vec<String> {
            let time = |text: &str| Timestamp::parse(text).unwrap();
            audit_months(from.map(time), time(to)).into_iter().map(Timestamp::month).collect()
        };
        assert_eq!(months(None, "2027-01-31T23:59:59Z"), ["2026-11", "2026-12", "2027-01"]);
        assert_eq!(
            months(Some("2026-12-31T00:00:00Z"), "2027-01-01T00:00:00Z"),
            ["2026-12", "2027-01"]
        );
        assert_eq!(months(Some("2027-01-05T00:00:00Z"), "2027-01-06T00:00:00Z"), ["2027-01"]);
    }
}
