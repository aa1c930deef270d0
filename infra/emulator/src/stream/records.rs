//! Reads stream records in the format that Lambda passes to functions.

use dynoxide::actions::describe_stream::DescribeStreamRequest;
use dynoxide::actions::get_records::GetRecordsRequest;
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use dynoxide::{Database, DynoxideError};
use serde_json::{Value, json};

/// The stream of one table. The embedded database has one shard per stream.
#[derive(Clone)]
pub(crate) struct StreamRecords {
    database: Database,
    arn: String,
    shard: String,
}

/// The sequence number of a record. Numbers have a fixed width, so text order is stream order.
pub(crate) fn sequence_number(record: &Value) -> &str {
    record["dynamodb"]["SequenceNumber"].as_str().unwrap_or_default()
}

impl StreamRecords {
    pub(crate) fn new(database: Database, arn: String) -> Result<Self, DynoxideError> {
        let mut records = Self { database, arn, shard: String::new() };
        records.shard = records.describe_shard()?.0;
        Ok(records)
    }

    /// Reads at most `limit` records after this sequence number, or from the oldest record.
    pub(crate) fn read_after(
        &self,
        number: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Value>, DynoxideError> {
        let start = match number {
            Some(_) => "AFTER_SEQUENCE_NUMBER",
            None => "TRIM_HORIZON",
        };
        let iterator = self.database.get_shard_iterator(GetShardIteratorRequest {
            stream_arn: self.arn.clone(),
            shard_id: self.shard.clone(),
            shard_iterator_type: start.to_owned(),
            sequence_number: number.map(str::to_owned),
        })?;
        let response = self.database.get_records(GetRecordsRequest {
            shard_iterator: iterator.shard_iterator.unwrap_or_default(),
            limit: Some(limit),
        })?;
        let records = response.records.into_iter().map(|record| {
            let mut record = serde_json::to_value(record)
                .map_err(|error| DynoxideError::InternalServerError(error.to_string()))?;
            record["eventSourceARN"] = json!(self.arn);
            Ok(record)
        });
        records.collect()
    }

    /// The sequence number of the newest record.
    pub(crate) fn newest_number(&self) -> Result<Option<String>, DynoxideError> {
        Ok(self.describe_shard()?.1)
    }

    /// The id of the shard, and the sequence number of its newest record.
    fn describe_shard(&self) -> Result<(String, Option<String>), DynoxideError> {
        let described = self.database.describe_stream(DescribeStreamRequest {
            stream_arn: self.arn.clone(),
            ..DescribeStreamRequest::default()
        })?;
        let mut shards = described.stream_description.shards;
        let shard = shards.pop().ok_or_else(|| {
            DynoxideError::ResourceNotFoundException("the stream has no shard".to_owned())
        })?;
        Ok((shard.shard_id, shard.sequence_number_range.ending_sequence_number))
    }
}
