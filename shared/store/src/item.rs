//! Items to and from structs.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::key::Key;
use crate::{Store, StoreError, attr};

/// An item as DynamoDB has it, or as a stream record carries it.
pub type RawItem = HashMap<String, AttributeValue>;

/// Text as an attribute.
pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// A number as an attribute.
pub(crate) fn number(value: impl Into<i128>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

/// For counts that most items do not have.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
pub(crate) fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl Key {
    pub(crate) fn into_attributes(self) -> RawItem {
        HashMap::from([(attr::PK.to_owned(), text(self.pk)), (attr::SK.to_owned(), text(self.sk))])
    }

    /// The key of an item that was read; empty parts when it has none.
    pub(crate) fn of(item: &RawItem) -> Self {
        let part = |name| item.get(name).and_then(|v| v.as_s().ok()).cloned().unwrap_or_default();
        Self { pk: part(attr::PK), sk: part(attr::SK) }
    }
}

/// How fresh a read is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// Sees every write that was answered: strongly consistent.
    Latest,
    /// May miss a write of the last moment, at half the price: eventually consistent.
    Recent,
}

impl Store {
    /// The item that `body` becomes under `key`.
    pub(crate) fn encode(&self, key: Key, body: &impl Serialize) -> Result<RawItem, StoreError> {
        let mut item: RawItem =
            serde_dynamo::to_item(body).map_err(|e| self.corrupt(&key, e.to_string()))?;
        item.extend(key.into_attributes());
        Ok(item)
    }

    /// The struct in an item.
    pub(crate) fn decode<T: DeserializeOwned>(&self, item: &RawItem) -> Result<T, StoreError> {
        let value = serde_dynamo::AttributeValue::from(AttributeValue::M(item.clone()));
        let input = serde_dynamo::Deserializer::from_attribute_value(value);
        serde_path_to_error::deserialize(input).map_err(|e| {
            let path = e.path().to_string();
            // A missing field has no path of its own; serde names it in the message.
            let field = if path == "." { e.inner().to_string() } else { path };
            self.corrupt(&Key::of(item), field)
        })
    }

    /// The error that names a field of an item.
    pub(crate) fn corrupt(&self, key: &Key, field: impl Into<String>) -> StoreError {
        StoreError::Corrupt {
            table: self.table.clone(),
            key: format!("{key:?}"),
            field: field.into(),
        }
    }

    /// One strongly consistent read.
    pub(crate) async fn get(&self, key: &Key) -> Result<Option<RawItem>, StoreError> {
        let request = self.client.get_item().table_name(&self.table).consistent_read(true);
        let answer = request.set_key(Some(key.clone().into_attributes())).send().await;
        answer.map(|found| found.item).map_err(|e| StoreError::from_sdk(&e))
    }

    /// All items of a partition within sort-key bounds, strongly consistent: for partitions that
    /// hold little.
    pub(crate) async fn query_between(
        &self,
        partition: &str,
        (from, to): (&str, &str),
    ) -> Result<Vec<RawItem>, StoreError> {
        let condition = format!("{} = :pk AND {} BETWEEN :from AND :to", attr::PK, attr::SK);
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression(condition)
            .expression_attribute_values(":pk", text(partition))
            .expression_attribute_values(":from", text(from))
            .expression_attribute_values(":to", text(to))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut found = Vec::new();
        while let Some(item) = pages.next().await {
            found.push(item.map_err(|e| StoreError::from_sdk(&e))?);
        }
        Ok(found)
    }

    /// Strongly consistent reads of up to 100 keys at once, in the order of the keys.
    pub(crate) async fn get_all(&self, keys: &[Key]) -> Result<Vec<Option<RawItem>>, StoreError> {
        self.batch(keys, Reads::Latest).await
    }

    /// Reads of up to 100 different keys at once, in the order of the keys.
    pub(crate) async fn batch(
        &self,
        keys: &[Key],
        reads: Reads,
    ) -> Result<Vec<Option<RawItem>>, StoreError> {
        use aws_sdk_dynamodb::types::KeysAndAttributes;
        let mut found: Vec<RawItem> = Vec::new();
        let mut missing: Vec<RawItem> = keys.iter().cloned().map(Key::into_attributes).collect();
        for _ in 0..5 {
            if missing.is_empty() {
                break;
            }
            let wanted = KeysAndAttributes::builder()
                .set_keys(Some(missing))
                .consistent_read(reads == Reads::Latest)
                .build();
            let wanted = wanted.map_err(|e| StoreError::Refused(e.to_string()))?;
            let answer =
                self.client.batch_get_item().request_items(&self.table, wanted).send().await;
            let answer = answer.map_err(|e| StoreError::from_sdk(&e))?;
            found.extend(
                answer.responses.unwrap_or_default().remove(&self.table).unwrap_or_default(),
            );
            let rest = answer.unprocessed_keys.unwrap_or_default().remove(&self.table);
            missing = rest.map(|rest| rest.keys).unwrap_or_default();
        }
        if !missing.is_empty() {
            return Err(StoreError::Unavailable("keys left unprocessed".to_owned()));
        }
        let take = |key: &Key| found.iter().position(|item| Key::of(item) == *key);
        Ok(keys.iter().map(|key| take(key).map(|at| found[at].clone())).collect())
    }
}
