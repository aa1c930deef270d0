use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use dynoxide::Database;
use dynoxide::actions::create_table::CreateTableRequest;
use dynoxide::actions::put_item::PutItemRequest;

use super::*;
use crate::event_filter::EventFilters;
use crate::stream::consumer::ConsumerError;

/// A consumer that records its batches and answers from a script.
#[derive(Clone, Default)]
struct Script {
    batches: Arc<Mutex<Vec<Vec<String>>>>,
    answers: Arc<Mutex<VecDeque<ScriptAnswer>>>,
}

enum ScriptAnswer {
    /// The records with these ids failed.
    Failed(Vec<&'static str>),
    /// A sequence number outside the batch.
    OutsideBatch,
    /// The function crashed.
    Crashed,
}

impl StreamConsumer for Script {
    async fn consume(&self, event: Value) -> Result<Vec<Option<String>>, ConsumerError> {
        let records = event["Records"].as_array().unwrap();
        let id =
            |record: &Value| record["dynamodb"]["Keys"]["PK"]["S"].as_str().unwrap().to_owned();
        self.batches.lock().unwrap().push(records.iter().map(id).collect());
        match self.answers.lock().unwrap().pop_front() {
            None => Ok(vec![]),
            Some(ScriptAnswer::Crashed) => Err(ConsumerError::Answer("500".to_owned())),
            Some(ScriptAnswer::OutsideBatch) => Ok(vec![Some("0".to_owned())]),
            Some(ScriptAnswer::Failed(ids)) => Ok(records
                .iter()
                .filter(|record| ids.contains(&id(record).as_str()))
                .map(|record| Some(sequence_number(record).to_owned()))
                .collect()),
        }
    }
}

impl Script {
    fn with_answers(answers: impl IntoIterator<Item = ScriptAnswer>) -> Self {
        Self { answers: Arc::new(Mutex::new(answers.into_iter().collect())), ..Self::default() }
    }

    fn batches(&self) -> Vec<String> {
        let batches = self.batches.lock().unwrap();
        batches.iter().map(|batch| batch.join(" ")).collect()
    }
}

fn table() -> (Database, StreamRecords) {
    let database = Database::memory().unwrap();
    let request: CreateTableRequest = serde_json::from_value(json!({
        "TableName": "Emails",
        "KeySchema": [{ "AttributeName": "PK", "KeyType": "HASH" }],
        "AttributeDefinitions": [{ "AttributeName": "PK", "AttributeType": "S" }],
        "BillingMode": "PAY_PER_REQUEST",
        "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES" },
    }))
    .unwrap();
    let table = database.create_table(request).unwrap().table_description;
    let records = StreamRecords::new(database.clone(), table.latest_stream_arn.unwrap()).unwrap();
    (database, records)
}

fn put(database: &Database, id: &str, delivery: &str) {
    let request: PutItemRequest = serde_json::from_value(json!({
        "TableName": "Emails", "Item": { "PK": { "S": id }, "dl": { "S": delivery } },
    }))
    .unwrap();
    database.put_item(request).unwrap();
}

fn queued_mapping() -> StreamMapping {
    let pattern = r#"{"dynamodb":{"NewImage":{"dl":{"S":["queued"]}}}}"#;
    StreamMapping {
        function: "mailer".to_owned(),
        filters: EventFilters::parse([pattern].into_iter()).unwrap(),
        batch_size: 3,
        reports_failures: true,
    }
}

/// Delivers all records to `script`.
async fn deliver(records: &StreamRecords, position: StreamPosition, script: &Script) {
    let delivery =
        StreamDelivery::new(records.clone(), queued_mapping(), position, WriteSignal::default());
    let (stop, stopped) = watch::channel(false);
    let mut progress = delivery.progress();
    let run = tokio::spawn(delivery.run(script.clone(), stopped));
    progress.wait_until_delivered().await.unwrap();
    stop.send_replace(true);
    run.await.unwrap();
}

#[tokio::test]
async fn matching_records_arrive_in_order_and_in_batches() {
    let (database, records) = table();
    for (id, delivery) in [
        ("a", "queued"),
        ("b", "sent"),
        ("c", "queued"),
        ("d", "queued"),
        ("e", "queued"),
        ("f", "sent"),
    ] {
        put(&database, id, delivery);
    }
    let script = Script::default();
    deliver(&records, StreamPosition::in_memory(), &script).await;
    assert_eq!(script.batches(), ["a c d", "e"]);
}

#[tokio::test]
async fn delivery_continues_from_the_first_failed_record() {
    let (database, records) = table();
    for id in ["a", "b", "c", "d"] {
        put(&database, id, "queued");
    }
    let script = Script::with_answers([
        ScriptAnswer::Failed(vec!["c", "b"]),
        ScriptAnswer::Failed(vec!["b"]),
    ]);
    deliver(&records, StreamPosition::in_memory(), &script).await;
    assert_eq!(script.batches(), ["a b c", "b c d", "b c d"]);
}

#[tokio::test]
async fn a_crash_or_a_number_outside_the_batch_fails_the_whole_batch() {
    let (database, records) = table();
    put(&database, "a", "queued");
    put(&database, "b", "queued");
    let script = Script::with_answers([ScriptAnswer::Crashed, ScriptAnswer::OutsideBatch]);
    deliver(&records, StreamPosition::in_memory(), &script).await;
    assert_eq!(script.batches(), ["a b", "a b", "a b"]);
}

#[tokio::test]
async fn a_restart_continues_at_the_saved_position() {
    let (database, records) = table();
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("position");
    let position = || StreamPosition::in_file(file.clone()).unwrap();
    let script = Script::default();
    put(&database, "a", "queued");
    deliver(&records, position(), &script).await;
    put(&database, "b", "queued");
    deliver(&records, position(), &script).await;
    deliver(&records, position(), &script).await;
    assert_eq!(script.batches(), ["a", "b"]);
}

#[tokio::test]
async fn a_stop_during_retries_loses_no_record() {
    let (database, records) = table();
    let scratch = tempfile::tempdir().unwrap();
    let position = || StreamPosition::in_file(scratch.path().join("position")).unwrap();
    put(&database, "a", "queued");
    let (stop, stopped) = watch::channel(false);
    let delivery =
        StreamDelivery::new(records.clone(), queued_mapping(), position(), WriteSignal::default());
    let failing =
        Script::with_answers([ScriptAnswer::Crashed, ScriptAnswer::Crashed, ScriptAnswer::Crashed]);
    let run = tokio::spawn(delivery.run(failing.clone(), stopped));
    while failing.batches().is_empty() {
        tokio::task::yield_now().await;
    }
    stop.send_replace(true);
    run.await.unwrap();
    let script = Script::default();
    deliver(&records, position(), &script).await;
    assert_eq!(script.batches(), ["a"]);
}

#[tokio::test]
async fn a_record_has_the_format_of_lambda() {
    let (database, records) = table();
    put(&database, "a", "queued");
    let window = records.read_after(None, 10).unwrap();
    let event = json!({ "Records": window });
    let event: aws_lambda_events::event::dynamodb::Event = serde_json::from_value(event).unwrap();
    let [record] = event.records.as_slice() else {
        panic!("one record");
    };
    assert_eq!(
        (record.event_name.as_str(), record.event_source.as_deref()),
        ("INSERT", Some("aws:dynamodb"))
    );
    assert!(record.event_source_arn.as_deref().unwrap().contains("/stream/"));
    assert_eq!(record.change.sequence_number, records.newest_number().unwrap());
}
