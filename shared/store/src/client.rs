//! The table's client: the reads that entities are made of.

use aws_sdk_dynamodb::Client;

use crate::attr;
use crate::error::StoreError;
use crate::item::{RawItem, text};
use crate::key::{self, Key};
use crate::timing::CallTimer;

/// Keys that one `BatchGetItem` takes.
pub(crate) const BATCH: usize = 100;
/// How often the keys that `BatchGetItem` left unprocessed are asked for again.
const BATCH_ROUNDS: u32 = 5;

/// The table, reached through one client. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) client: Client,
    pub(crate) table: String,
}

/// How fresh a read is (DynamoDB developer guide, "Read consistency").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consistency {
    /// Sees every write that was answered before.
    Strong,
    /// May miss a write of the last second, at half the price.
    Eventual,
}

impl Store {
    /// A store over the table of this name. Its calls are counted and timed in `telemetry`.
    pub fn new(client: &Client, table: impl Into<String>) -> Self {
        let config = client.config().to_builder().interceptor(CallTimer).build();
        let client = Client::from_conf(config);
        Self { client, table: table.into() }
    }

    /// Opens the connection before the first request, by a read whose result does not matter.
    pub async fn warm_up(&self) {
        if let Err(error) = self.get(&key::public_keys()).await {
            tracing::info!(%error, "warm-up read failed, the first request will connect");
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
        self.batch(keys, Consistency::Strong).await
    }

    /// Reads of up to 100 different keys at once, in the order of the keys.
    pub(crate) async fn batch(
        &self,
        keys: &[Key],
        reads: Consistency,
    ) -> Result<Vec<Option<RawItem>>, StoreError> {
        use aws_sdk_dynamodb::types::KeysAndAttributes;
        let mut found: Vec<RawItem> = Vec::new();
        let mut missing: Vec<RawItem> = keys.iter().cloned().map(Key::into_attributes).collect();
        for _ in 0..BATCH_ROUNDS {
            if missing.is_empty() {
                break;
            }
            let wanted = KeysAndAttributes::builder()
                .set_keys(Some(missing))
                .consistent_read(reads == Consistency::Strong)
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
