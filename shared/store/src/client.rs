//! The client of the table, with the reads that all entities use.

use aws_sdk_dynamodb::Client;

use domain::ids::ClinicId;

use crate::attr;
use crate::error::StoreError;
use crate::item::{RawItem, text};
use crate::key::{self, Key};
use crate::timing::CallTimer;

/// The most keys in one `BatchGetItem`.
pub(crate) const BATCH: usize = 100;
/// How often to call `BatchGetItem` while it leaves keys unprocessed.
const BATCH_ROUNDS: u32 = 5;

/// The table and its client. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) client: Client,
    pub(crate) table: String,
}

/// The consistency of a read (DynamoDB developer guide, "Read consistency").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consistency {
    /// Sees every completed write.
    Strong,
    /// May miss a write from the last second. Costs half as much.
    Eventual,
}

impl Store {
    /// Uses the table with this name. Reports every call to `telemetry`.
    pub fn new(client: &Client, table: impl Into<String>) -> Self {
        let config = client.config().to_builder().interceptor(CallTimer).build();
        let client = Client::from_conf(config);
        Self { client, table: table.into() }
    }

    /// Opens the connection before the first request. Ignores the result of its read.
    pub async fn warm_up(&self) {
        if let Err(error) = self.get(&key::clinic(ClinicId::from_bytes([0; 16]))).await {
            tracing::info!(%error, "warm-up read failed, the first request will connect");
        }
    }

    /// Reads one item, strongly consistent.
    pub(crate) async fn get(&self, key: &Key) -> Result<Option<RawItem>, StoreError> {
        let request = self.client.get_item().table_name(&self.table).consistent_read(true);
        let answer = request.set_key(Some(key.clone().into_attributes())).send().await;
        answer.map(|found| found.item).map_err(|e| StoreError::from_sdk(&e))
    }

    /// Reads all items of a partition within sort-key bounds, strongly consistent. Use it only for small
    /// partitions.
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

    /// Reads up to 100 items, strongly consistent, in the order of the keys.
    pub(crate) async fn get_all(&self, keys: &[Key]) -> Result<Vec<Option<RawItem>>, StoreError> {
        self.batch(keys, Consistency::Strong).await
    }

    /// Reads up to 100 items, in the order of the keys. The keys must differ.
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
            return Err(StoreError::Unavailable("BatchGetItem left keys unprocessed".to_owned()));
        }
        let take = |key: &Key| found.iter().position(|item| Key::of(item) == *key);
        Ok(keys.iter().map(|key| take(key).map(|at| found[at].clone())).collect())
    }
}
