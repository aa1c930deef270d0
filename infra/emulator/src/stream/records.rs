//! Stream records in the shape that Lambda hands them over.

use dynoxide::actions::describe_stream::DescribeStreamRequest;
use dynoxide::actions::get_records::GetRecordsRequest;
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use dynoxide::{Database, DynoxideError};
use serde_json::{Value, json};

/// The stream of one table: the embedded database keeps it in one shard.
#[derive(Clone)]
pub(crate) struct Records {
    database: Database,
    arn: String,
    shard: String,
}

/// The place of a record in the stream. Of fixed width, so text order is stream order.
pub(crate) fn sequence(record: &Value) -> &str {
    record["dynamodb"]["SequenceNumber"].as_str().unwrap_or_default()
}

impl Records {
    pub(crate) fn new(database: Database, arn: String) -> Result<Self, DynoxideError> {
        let mut records = Self { database, arn, shard: String::new() };
        records.shard = records.shard()?.0;
        Ok(records)
    }

    /// At most `limit` records after this place, or from the first that is kept.
    pub(crate) fn after(
        &self,
        place: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Value>, DynoxideError> {
        let from = match place {
            Some(_) => "AFTER_SEQUENCE_NUMBER",
            None => "TRIM_HORIZON",
        };
        let iterator = self.database.get_shard_iterator(GetShardIteratorRequest {
            stream_arn: self.arn.clone(),
            shard_id: self.shard.clone(),
            shard_iterator_type: from.to_owned(),
            sequence_number: place.map(str::to_owned),
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

    /// The place of the newest record.
    pub(crate) fn newest(&self) -> Result<Option<String>, DynoxideError> {
        Ok(self.shard()?.1)
    }

    fn shard(&self) -> Result<(String, Option<String>), DynoxideError> {
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
