//! Writes of single items that may be repeated.
//!
//! The SDK repeats a write whose answer was lost or late. The repeat would meet what the first attempt wrote:
//! its condition would fail, or it would add a second time. So each write leaves its id in the item. A repeat
//! that finds its own id changes nothing, and counts as written. If all answers are lost, the item shows whether
//! it was written. A counter that others write too may still count a repeat twice, if their write comes between
//! the two attempts. Counts that must be exact use a transaction, whose client token makes it repeatable.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use domain::time::Timestamp;

use crate::item::{RawItem, number};
use crate::key::Key;
use crate::{Store, StoreError, attr};

/// How often a write is tried while transactions hold its item.
const ATTEMPTS: usize = 6;

/// How a write ended.
pub(crate) enum WriteOutcome {
    /// The item is written, by this attempt or an earlier one. This is the new item.
    Written(RawItem),
    /// The condition does not hold. This is the stored item. It is empty if there is none.
    Unmet(RawItem),
}

/// A write of one item.
pub(crate) struct ItemWrite {
    kind: Kind,
    condition: String,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

enum Kind {
    /// Replaces the item.
    Put(RawItem),
    /// Changes attributes of the item, in the clauses of [`CLAUSES`].
    Update { key: Key, clauses: [Vec<String>; 3] },
}

const CLAUSES: [&str; 3] = ["SET", "ADD", "REMOVE"];

impl ItemWrite {
    /// Replaces an item, or creates it.
    pub(crate) fn put(mut item: RawItem) -> Self {
        let id = number(fastrand::u64(..));
        item.insert(attr::WRITE_ID.to_owned(), id.clone());
        Self::new(Kind::Put(item), id)
    }

    /// Changes an item, or creates it.
    pub(crate) fn update(key: Key) -> Self {
        let id = number(fastrand::u64(..));
        Self::new(Kind::Update { key, clauses: Default::default() }, id.clone())
            .set(attr::WRITE_ID, id)
    }

    fn new(kind: Kind, id: AttributeValue) -> Self {
        Self {
            kind,
            condition: format!("(attribute_not_exists({0}) OR {0} <> :write)", attr::WRITE_ID),
            names: HashMap::new(),
            values: HashMap::from([(":write".to_owned(), id)]),
        }
    }

    /// Sets an attribute.
    pub(crate) fn set(self, attribute: &str, value: AttributeValue) -> Self {
        self.clause(0, attribute, &format!(" = :{attribute}"))
            .value(&format!(":{attribute}"), value)
    }

    /// Adds to a number. A missing one counts as 0.
    pub(crate) fn add(self, attribute: &str, value: i64) -> Self {
        self.clause(1, attribute, &format!(" :{attribute}"))
            .value(&format!(":{attribute}"), number(value))
    }

    /// Removes an attribute.
    pub(crate) fn remove(self, attribute: &str) -> Self {
        self.clause(2, attribute, "")
    }

    /// Adds to a clause of an update. Attributes have placeholders, because `ttl` is a reserved word.
    fn clause(mut self, clause: usize, attribute: &str, change: &str) -> Self {
        if let Kind::Update { clauses, .. } = &mut self.kind {
            clauses[clause].push(format!("#{attribute}{change}"));
            self.names.insert(format!("#{attribute}"), attribute.to_owned());
        }
        self
    }

    /// Requires that this condition holds. It may name the attribute `ttl` as `#ttl`.
    pub(crate) fn when(mut self, condition: &str) -> Self {
        self.condition = format!("{} AND ({condition})", self.condition);
        if condition.contains("#ttl") {
            self.names.insert("#ttl".to_owned(), "ttl".to_owned());
        }
        self
    }

    /// A value that a condition names.
    pub(crate) fn value(mut self, name: &str, value: AttributeValue) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }

    /// The id that the write leaves.
    pub(crate) fn id(&self) -> &AttributeValue {
        &self.values[":write"]
    }

    fn names(&self) -> Option<HashMap<String, String>> {
        (!self.names.is_empty()).then(|| self.names.clone())
    }

    /// Whether this write left the item.
    fn is_own(&self, stored: &RawItem) -> bool {
        stored.get(attr::WRITE_ID).is_some_and(|id| id == self.id())
    }

    /// The outcome of a write whose condition failed. The stored item may be its own.
    fn read_unmet(&self, stored: Option<&RawItem>) -> WriteOutcome {
        let stored = stored.cloned().unwrap_or_default();
        if self.is_own(&stored) {
            WriteOutcome::Written(stored)
        } else {
            WriteOutcome::Unmet(stored)
        }
    }
}

impl Store {
    /// Carries out a write.
    pub(crate) async fn write(&self, write: ItemWrite) -> Result<WriteOutcome, StoreError> {
        let mut left = ATTEMPTS;
        loop {
            left -= 1;
            let answer = match &write.kind {
                Kind::Put(item) => self.try_put(&write, item).await,
                Kind::Update { key, clauses } => self.try_update(&write, key, clauses).await,
            };
            match answer {
                Ok(outcome) => return Ok(outcome),
                Err(Failure { held: true, .. }) if left > 0 => {}
                Err(Failure { error, .. }) => return self.find_written(&write, error).await,
            }
        }
    }

    /// Finds the item that a write left although its answers were lost.
    async fn find_written(
        &self,
        write: &ItemWrite,
        error: StoreError,
    ) -> Result<WriteOutcome, StoreError> {
        let key = match &write.kind {
            Kind::Put(item) => Key::of(item),
            Kind::Update { key, .. } => key.clone(),
        };
        if let (StoreError::Unavailable(_), Ok(Some(stored))) = (&error, self.get(&key).await)
            && write.is_own(&stored)
        {
            return Ok(WriteOutcome::Written(stored));
        }
        Err(error)
    }

    /// Sets one time of an item if `condition` holds. A repeat sets the same time, so the write leaves no id.
    /// Functions that may write nothing else can do this, because it touches one attribute and returns none.
    pub(crate) async fn set_time(
        &self,
        key: Key,
        (attribute, at): (&str, Timestamp),
        condition: &str,
        values: &[(&str, Timestamp)],
    ) -> Result<(), StoreError> {
        let values = values.iter().map(|(name, at)| ((*name).to_owned(), number(at.millis())));
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key.into_attributes()))
            .update_expression(format!("SET {attribute} = :at"))
            .condition_expression(condition)
            .set_expression_attribute_values(Some(values.collect()))
            .expression_attribute_values(":at", number(at.millis()));
        match update.send().await {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(()),
                _ => Err(StoreError::from_sdk(&error)),
            },
        }
    }

    async fn try_put(&self, write: &ItemWrite, item: &RawItem) -> Result<WriteOutcome, Failure> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item.clone()))
            .condition_expression(&write.condition)
            .set_expression_attribute_names(write.names())
            .set_expression_attribute_values(Some(write.values.clone()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let Err(error) = put.send().await else {
            return Ok(WriteOutcome::Written(item.clone()));
        };
        let held = match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(unmet)) => {
                return Ok(write.read_unmet(unmet.item()));
            }
            Some(PutItemError::TransactionConflictException(_)) => true,
            _ => false,
        };
        Err(Failure { held, error: StoreError::from_sdk(&error) })
    }

    async fn try_update(
        &self,
        write: &ItemWrite,
        key: &Key,
        clauses: &[Vec<String>; 3],
    ) -> Result<WriteOutcome, Failure> {
        let clauses = CLAUSES.iter().zip(clauses).filter(|(_, changes)| !changes.is_empty());
        let clauses = clauses.map(|(clause, changes)| format!("{clause} {}", changes.join(", ")));
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key.clone().into_attributes()))
            .update_expression(clauses.collect::<Vec<_>>().join(" "))
            .condition_expression(&write.condition)
            .set_expression_attribute_names(write.names())
            .set_expression_attribute_values(Some(write.values.clone()))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let error = match update.send().await {
            Ok(written) => {
                return Ok(WriteOutcome::Written(written.attributes.unwrap_or_default()));
            }
            Err(error) => error,
        };
        let held = match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(unmet)) => {
                return Ok(write.read_unmet(unmet.item()));
            }
            Some(UpdateItemError::TransactionConflictException(_)) => true,
            _ => false,
        };
        Err(Failure { held, error: StoreError::from_sdk(&error) })
    }
}

/// Why an attempt of a write failed.
struct Failure {
    /// A transaction holds the item.
    held: bool,
    error: StoreError,
}
