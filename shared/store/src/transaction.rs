//! Transactions. One state change is one `TransactWriteItems`.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, ConditionCheck, Delete, Put, TransactWriteItem, Update,
};
use domain::audit::{AuditObject, AuditRecord};
use domain::event::Event;
use domain::ids::EventId;
use serde::Serialize;
use telemetry::{Metric, metric};

use crate::item::number;
use crate::key::Key;
use crate::{Store, StoreError, attr};

/// A part of a transaction, named after its item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The audit record.
    Audit,
    /// The invitation.
    Invitation,
    /// The user.
    User,
    /// The claim on the address.
    EmailClaim,
    /// The claim on the NPI.
    NpiClaim,
    /// The account or its membership.
    Account,
    /// The clinic's counts of owners and admins.
    Clinic,
    /// The clinic's settings.
    ClinicSettings,
    /// The condition that the granter of an invitation may still grant it.
    Granter,
    /// The API key.
    ApiKey,
    /// An email other than an invitation.
    Notice,
    /// The caller, who must still be entitled to the change.
    Caller,
    /// A session.
    Session,
    /// The temporary access.
    Grant,
    /// The assignment of the study.
    Assignment,
    /// The counters of an attempt with a password.
    Attempts,
    /// An item that cannot be read.
    Marked,
    /// A webhook endpoint.
    Webhook,
    /// The count of a clinic's webhook endpoints.
    WebhookCount,
    /// The delivery of an event to a webhook endpoint.
    Delivery,
    /// The counter of a clinic's event feed.
    Feed,
}

/// How a transaction ended.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommitOutcome {
    /// Everything is written.
    Committed,
    /// Nothing is written. Read and decide again. The list holds the parts that did not meet their
    /// condition. It is empty if another transaction was in progress.
    Conflict(Vec<Part>),
}

/// What a write requires of the stored item.
pub(crate) enum Precondition {
    /// The item does not exist.
    Absent,
    /// The item has this version.
    Version(u64),
}

/// How many items a transaction gets before [`Transaction::room`] is zero. DynamoDB takes 100.
const ITEMS: usize = 95;

/// A state change that is being put together. It always starts with its audit record.
#[must_use = "nothing is written before commit"]
pub struct Transaction {
    store: Store,
    parts: Vec<(Part, TransactWriteItem)>,
    /// The key of the first audit record. The record exists exactly if the transaction was committed.
    record: Option<Key>,
    /// The objects of the records that have an event, with its id.
    events: Vec<(AuditObject, EventId)>,
    /// What a commit counts.
    metrics: Vec<Metric>,
}

impl Transaction {
    /// Creates an empty transaction. [`Store::transaction`] adds the audit record.
    pub(crate) fn new(store: &Store) -> Self {
        Self {
            store: store.clone(),
            parts: Vec::new(),
            record: None,
            events: Vec::new(),
            metrics: Vec::new(),
        }
    }

    /// Notes the event of an audit record, if it has one.
    pub(crate) fn note_event(&mut self, record: &AuditRecord) {
        self.events.extend(Event::of_record(record).map(|event| (record.object, event.id)));
    }

    /// The event of an object's record in this transaction. The record comes before the object.
    pub(crate) fn event_of(&self, is_object: impl Fn(&AuditObject) -> bool) -> Option<EventId> {
        self.events.iter().find(|(object, _)| is_object(object)).map(|(_, event)| *event)
    }

    /// Counts a metric if the transaction is committed.
    pub(crate) fn count_on_commit(&mut self, metric: Metric) {
        self.metrics.push(metric);
    }

    /// How many more items an optional part, such as emails, may add. A few stay free for the rest.
    pub fn room(&self) -> usize {
        ITEMS.saturating_sub(self.parts.len())
    }

    /// Writes a whole item.
    pub(crate) fn put(
        &mut self,
        role: Part,
        key: Key,
        body: &impl Serialize,
        extra: Option<[(&str, String); 2]>,
        expect: &Precondition,
    ) -> Result<(), StoreError> {
        if role == Part::Audit && self.record.is_none() {
            self.record = Some(key.clone());
        }
        let mut item = self.store.encode(key, body)?;
        item.extend(
            extra
                .into_iter()
                .flatten()
                .map(|(name, value)| (name.to_owned(), AttributeValue::S(value))),
        );
        let put = Put::builder().table_name(&self.store.table).set_item(Some(item));
        let put = match expect {
            Precondition::Absent => {
                put.condition_expression(format!("attribute_not_exists({})", attr::PK))
            }
            Precondition::Version(version) => put
                .condition_expression(format!("{} = :expected", attr::VERSION))
                .expression_attribute_values(":expected", number(*version)),
        };
        let put = put.build().map_err(|e| StoreError::Refused(e.to_string()))?;
        self.parts.push((role, TransactWriteItem::builder().put(put).build()));
        Ok(())
    }

    /// Requires that `condition` holds for an item, without changing it.
    pub(crate) fn check(
        &mut self,
        role: Part,
        key: Key,
        condition: &str,
        values: HashMap<String, AttributeValue>,
    ) -> Result<(), StoreError> {
        let check = ConditionCheck::builder()
            .table_name(&self.store.table)
            .set_key(Some(key.into_attributes()))
            .condition_expression(condition)
            .set_expression_attribute_values((!values.is_empty()).then_some(values))
            .build()
            .map_err(|e| StoreError::Refused(e.to_string()))?;
        self.parts.push((role, TransactWriteItem::builder().condition_check(check).build()));
        Ok(())
    }

    /// Updates single attributes of an item if `condition` holds.
    pub(crate) fn update(
        &mut self,
        role: Part,
        key: Key,
        update: &str,
        condition: &str,
        values: HashMap<String, AttributeValue>,
    ) -> Result<(), StoreError> {
        let update = Update::builder()
            .table_name(&self.store.table)
            .set_key(Some(key.into_attributes()))
            .update_expression(update)
            .condition_expression(condition)
            .set_expression_attribute_values(Some(values))
            .build()
            .map_err(|e| StoreError::Refused(e.to_string()))?;
        self.parts.push((role, TransactWriteItem::builder().update(update).build()));
        Ok(())
    }

    /// Deletes an item. Requires that it exists.
    pub(crate) fn delete(&mut self, role: Part, key: Key) -> Result<(), StoreError> {
        let delete = Delete::builder()
            .table_name(&self.store.table)
            .set_key(Some(key.into_attributes()))
            .condition_expression(format!("attribute_exists({})", attr::PK))
            .build()
            .map_err(|e| StoreError::Refused(e.to_string()))?;
        self.parts.push((role, TransactWriteItem::builder().delete(delete).build()));
        Ok(())
    }

    /// Writes all parts or none. If the answer is lost, the audit record shows whether they were written.
    pub async fn commit(mut self) -> Result<CommitOutcome, StoreError> {
        let metrics = std::mem::take(&mut self.metrics);
        let outcome = self.write().await?;
        if outcome == CommitOutcome::Committed {
            metrics.into_iter().for_each(metric::count);
        }
        Ok(outcome)
    }

    async fn write(self) -> Result<CommitOutcome, StoreError> {
        let Self { store, parts, record, .. } = self;
        let (roles, items): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
        let request = store.client.transact_write_items().set_transact_items(Some(items));
        let Err(error) = request.send().await else {
            return Ok(CommitOutcome::Committed);
        };
        if let Some(outcome) = read_cancellation(&roles, &error) {
            return outcome;
        }
        let error = StoreError::from_sdk(&error);
        match record {
            Some(record) if matches!(error, StoreError::Unavailable(_)) => {
                let written = store.get(&record).await.is_ok_and(|record| record.is_some());
                if written { Ok(CommitOutcome::Committed) } else { Err(error) }
            }
            _ => Err(error),
        }
    }
}

/// Reads the outcome of a canceled transaction. Returns `None` if it failed for another reason.
fn read_cancellation(
    roles: &[Part],
    error: &SdkError<TransactWriteItemsError>,
) -> Option<Result<CommitOutcome, StoreError>> {
    match error.as_service_error()? {
        TransactWriteItemsError::TransactionCanceledException(canceled) => {
            Some(read_reasons(roles, canceled.cancellation_reasons()))
        }
        _ => None,
    }
}

/// Reads cancellation reasons. DynamoDB returns one for each part, in order.
fn read_reasons(
    roles: &[Part],
    reasons: &[CancellationReason],
) -> Result<CommitOutcome, StoreError> {
    let (mut unmet, mut conflict) = (Vec::new(), false);
    for (role, reason) in roles.iter().zip(reasons) {
        match reason.code().unwrap_or("None") {
            "None" => {}
            "ConditionalCheckFailed" => unmet.push(*role),
            "TransactionConflict" => conflict = true,
            code @ ("ThrottlingError" | "ProvisionedThroughputExceeded") => {
                return Err(StoreError::Unavailable(code.to_owned()));
            }
            code => return Err(StoreError::Refused(format!("{code} on {role:?}"))),
        }
    }
    if conflict {
        // The other transaction may change what the unmet conditions are about, so they say nothing yet.
        return Ok(CommitOutcome::Conflict(Vec::new()));
    }
    if unmet.is_empty() {
        return Err(StoreError::Unavailable("transaction canceled without a reason".to_owned()));
    }
    Ok(CommitOutcome::Conflict(unmet))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(code: &str) -> CancellationReason {
        CancellationReason::builder().code(code).build()
    }

    #[test]
    fn a_reason_belongs_to_the_part_at_its_position() {
        let roles = [Part::Audit, Part::EmailClaim, Part::Granter];
        let read = |codes: [&str; 3]| read_reasons(&roles, &codes.map(reason));
        let unmet = read(["None", "ConditionalCheckFailed", "None"]).unwrap();
        assert_eq!(unmet, CommitOutcome::Conflict(vec![Part::EmailClaim]));
        let unclear = read(["None", "ConditionalCheckFailed", "TransactionConflict"]).unwrap();
        assert_eq!(
            unclear,
            CommitOutcome::Conflict(vec![]),
            "the part in use may decide otherwise"
        );
        let conflict = read(["None", "None", "TransactionConflict"]).unwrap();
        assert_eq!(
            conflict,
            CommitOutcome::Conflict(vec![]),
            "the outcome does not name the granter"
        );
        assert!(matches!(
            read(["None", "ThrottlingError", "None"]),
            Err(StoreError::Unavailable(_))
        ));
        assert!(matches!(read(["None", "ValidationError", "None"]), Err(StoreError::Refused(_))));
        assert!(matches!(read(["None", "None", "None"]), Err(StoreError::Unavailable(_))));
    }
}
