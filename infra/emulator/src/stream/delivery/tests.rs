use std::collections::VecDeque;
use std::sync::Mutex;

use dynoxide::Database;
use dynoxide::actions::create_table::CreateTableRequest;
use dynoxide::actions::put_item::PutItemRequest;

use super::*;
use crate::pattern::Filters;
use crate::stream::consumer::ConsumerError;

/// What each batch held, and what to answer: the ids that fail.
#[derive(Clone, Default)]
struct Script {
    batches: Arc<Mutex<Vec<Vec<String>>>>,
    fails: Arc<Mutex<VecDeque<Answer>>>,
}

enum Answer {
    /// The records of these ids failed.
    Some(Vec<&'static str>),
    /// A sequence number that is not of the batch.
    Stray,
    /// The function crashed.
    All,
}

impl Consumer for Script {
    async fn consume(&self, event: Value) -> Result<Vec<Option<String>>, ConsumerError> {
        let records = event["Records"].as_array().unwrap();
        let id =
            |record: &Value| record["dynamodb"]["Keys"]["PK"]["S"].as_str().unwrap().to_owned();
        self.batches.lock().unwrap().push(records.iter().map(id).collect());
        match self.fails.lock().unwrap().pop_front() {
            None => Ok(vec![]),
            Some(Answer::All) => Err(ConsumerError::Answered("500".to_owned())),
            Some(Answer::Stray) => Ok(vec![Some("0".to_owned())]),
            Some(Answer::Some(ids)) => Ok(records
                .iter()
                .filter(|record| ids.contains(&id(record).as_str()))
                .map(|record| Some(sequence(record).to_owned()))
                .collect()),
        }
    }
}

impl Script {
    fn answering(fails: impl IntoIterator<Item = Answer>) -> Self {
        Self { fails: Arc::new(Mutex::new(fails.into_iter().collect())), ..Self::default() }
    }

    fn batches(&self) -> Vec<String> {
        let batches = self.batches.lock().unwrap();
        batches.iter().map(|batch| batch.join(" ")).collect()
    }
}

fn table() -> (Database, Records) {
    let database = Database::memory().unwrap();
    let request: CreateTableRequest = serde_json::from_value(json!({
        "TableName": "Mails",
        "KeySchema": [{ "AttributeName": "PK", "KeyType": "HASH" }],
        "AttributeDefinitions": [{ "AttributeName": "PK", "AttributeType": "S" }],
        "BillingMode": "PAY_PER_REQUEST",
        "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES" },
    }))
    .unwrap();
    let made = database.create_table(request).unwrap().table_description;
    let records = Records::new(database.clone(), made.latest_stream_arn.unwrap()).unwrap();
    (database, records)
}

fn put(database: &Database, id: &str, delivery: &str) {
    let request: PutItemRequest = serde_json::from_value(json!({
        "TableName": "Mails", "Item": { "PK": { "S": id }, "dl": { "S": delivery } },
    }))
    .unwrap();
    database.put_item(request).unwrap();
}

fn queued() -> Stream {
    let pattern = r#"{"dynamodb":{"NewImage":{"dl":{"S":["queued"]}}}}"#;
    Stream {
        function: "mailer".to_owned(),
        filters: Filters::parse([pattern].into_iter()).unwrap(),
        batch_size: 3,
        reports_failures: true,
    }
}

/// Delivers all there is now to `script`.
async fn deliver(records: &Records, position: Position, script: &Script) {
    let delivery = Delivery::new(records.clone(), queued(), position, Arc::default());
    let (stop, stopped) = watch::channel(false);
    let mut settled = delivery.settled();
    let run = tokio::spawn(delivery.run(script.clone(), stopped));
    settled.wait().await.unwrap();
    stop.send_replace(true);
    run.await.unwrap();
}

#[tokio::test]
async fn what_the_filter_lets_through_arrives_in_order_in_batches() {
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
    deliver(&records, Position::in_memory(), &script).await;
    assert_eq!(script.batches(), ["a c d", "e"]);
}

#[tokio::test]
async fn delivery_goes_on_from_the_first_record_that_failed() {
    let (database, records) = table();
    for id in ["a", "b", "c", "d"] {
        put(&database, id, "queued");
    }
    let script = Script::answering([Answer::Some(vec!["c", "b"]), Answer::Some(vec!["b"])]);
    deliver(&records, Position::in_memory(), &script).await;
    assert_eq!(script.batches(), ["a b c", "b c d", "b c d"]);
}

#[tokio::test]
async fn a_crash_or_a_stray_number_fails_the_whole_batch() {
    let (database, records) = table();
    put(&database, "a", "queued");
    put(&database, "b", "queued");
    let script = Script::answering([Answer::All, Answer::Stray]);
    deliver(&records, Position::in_memory(), &script).await;
    assert_eq!(script.batches(), ["a b", "a b", "a b"]);
}

#[tokio::test]
async fn a_restart_goes_on_where_the_last_one_ended() {
    let (database, records) = table();
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("position");
    let position = || Position::in_file(file.clone()).unwrap();
    let script = Script::default();
    put(&database, "a", "queued");
    deliver(&records, position(), &script).await;
    put(&database, "b", "queued");
    deliver(&records, position(), &script).await;
    deliver(&records, position(), &script).await;
    assert_eq!(script.batches(), ["a", "b"]);
}

#[tokio::test]
async fn an_end_in_the_middle_of_trouble_loses_nothing() {
    let (database, records) = table();
    let scratch = tempfile::tempdir().unwrap();
    let position = || Position::in_file(scratch.path().join("position")).unwrap();
    put(&database, "a", "queued");
    let (stop, stopped) = watch::channel(false);
    let delivery = Delivery::new(records.clone(), queued(), position(), Arc::default());
    let failing = Script::answering([Answer::All, Answer::All, Answer::All]);
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
async fn a_record_has_lambda_s_shape() {
    let (database, records) = table();
    put(&database, "a", "queued");
    let window = records.after(None, 10).unwrap();
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
    assert_eq!(record.change.sequence_number, records.newest().unwrap());
}
