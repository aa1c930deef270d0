//! Reads the table's stream.

use dynoxide::Database;
use dynoxide::actions::describe_stream::DescribeStreamRequest;
use dynoxide::actions::get_records::GetRecordsRequest;
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use dynoxide::actions::list_streams::ListStreamsRequest;
use serde_json::Value;

/// Reads every record so far.
pub(crate) fn read_records(database: &Database, table: &str) -> Vec<Value> {
    let wanted =
        ListStreamsRequest { table_name: Some(table.to_owned()), ..ListStreamsRequest::default() };
    let arn = database.list_streams(wanted).unwrap().streams.remove(0).stream_arn;
    let wanted =
        DescribeStreamRequest { stream_arn: arn.clone(), ..DescribeStreamRequest::default() };
    let shard =
        database.describe_stream(wanted).unwrap().stream_description.shards.remove(0).shard_id;
    let wanted = GetShardIteratorRequest {
        stream_arn: arn,
        shard_id: shard,
        shard_iterator_type: "TRIM_HORIZON".to_owned(),
        sequence_number: None,
    };
    let mut next = database.get_shard_iterator(wanted).unwrap().shard_iterator;
    let mut records = Vec::new();
    while let Some(iterator) = next {
        let request = GetRecordsRequest { shard_iterator: iterator, limit: None };
        let found = database.get_records(request).unwrap();
        if found.records.is_empty() {
            break;
        }
        let found_records = found.records.into_iter();
        records.extend(found_records.map(|record| serde_json::to_value(record).unwrap()));
        next = found.next_shard_iterator;
    }
    records
}
