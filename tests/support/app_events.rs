//! The event feed of the service under test.

use std::time::{Duration, Instant};

use domain::actor::Actor;
use domain::audit::{AuditAction, AuditObject, AuditRecord};
use domain::ids::{AuditId, SessionId, UserId};
use domain::time::Timestamp;
use emulator::Options;
use events::CallError;
use runtime::OsEntropy;
use serde_json::{Value, json};
use store::CommitOutcome;

use super::actor::TestClient;
use super::app::App;

impl App {
    /// Every record of the table's stream so far, in the order of commits.
    pub(crate) fn read_stream(&self) -> Vec<Value> {
        super::stream::read_records(&self.running.database, &self.running.table)
    }

    /// Starts the service with `events`.
    pub(crate) async fn start_with_events() -> Self {
        Self::start_with(Options { append_events: true, ..Options::default() }).await
    }

    /// The same, on a database that can be made to fail.
    pub(crate) async fn start_with_events_and_faults() -> Self {
        Self::start_with(Options { append_events: true, faults: true, ..Options::default() }).await
    }

    /// Every record in the stream so far that the template's filters pass to `events`, as Lambda sends them.
    pub(crate) fn stream_for_events(&self) -> Vec<Value> {
        let passes = |record: &Value| {
            let (keys, new) = (&record["dynamodb"]["Keys"], &record["dynamodb"]["NewImage"]);
            let starts = |key: &str, prefix: &str| {
                keys[key]["S"].as_str().is_some_and(|key| key.starts_with(prefix))
            };
            let reported = new["dl"]["S"]
                .as_str()
                .is_some_and(|delivery| !["queued", "sending"].contains(&delivery));
            match record["eventName"].as_str() {
                Some("INSERT") => {
                    starts("PK", "AUDIT#") || (starts("PK", "EVENTS#") && starts("SK", "0"))
                }
                Some("MODIFY") => starts("PK", "AUDIT#") || (starts("SK", "INV#") && reported),
                Some("REMOVE") => starts("PK", "AUDIT#"),
                _ => false,
            }
        };
        self.read_stream().into_iter().filter(passes).collect()
    }

    /// The same without the events of the feed, whose webhook deliveries are queued.
    pub(crate) fn changes_for_events(&self) -> Vec<Value> {
        let mut records = self.stream_for_events();
        records.retain(|record| {
            let key = record["dynamodb"]["Keys"]["PK"]["S"].as_str().unwrap();
            !key.starts_with("EVENTS#")
        });
        records
    }

    /// Calls `events` with stream records.
    pub(crate) async fn call_events(&self, records: &[Value]) -> Value {
        self.try_events(&json!({ "Records": records })).await.unwrap()
    }

    /// Appends the events of everything so far.
    pub(crate) async fn append_events(&self) {
        let answer = self.call_events(&self.stream_for_events()).await;
        assert_eq!(answer["batchItemFailures"], json!([]));
    }

    /// Calls `events` as its schedule does.
    pub(crate) async fn call_events_by_schedule(&self) {
        self.try_events(&json!({ "detail-type": "Scheduled Event" })).await.unwrap();
    }

    /// Calls `events` with any event.
    pub(crate) async fn try_events(&self, event: &Value) -> Result<Value, CallError> {
        self.try_events_for(event, Duration::from_mins(1)).await
    }

    /// Calls `events` with any event, when so much time is left.
    pub(crate) async fn try_events_for(
        &self,
        event: &Value,
        time: Duration,
    ) -> Result<Value, CallError> {
        let event = serde_json::from_value(event.clone()).unwrap();
        let answer = events::handle(&self.running.events, event, Instant::now() + time).await?;
        Ok(serde_json::to_value(answer).unwrap())
    }

    /// The cursor after the event with this number.
    pub(crate) async fn cursor_after(&self, number: u32) -> String {
        let page = self.as_pacs().get("/v1/events?limit=1").await.expect(200);
        match page["cursor"].as_str().unwrap().split_once('.') {
            Some((tag, _)) if number > 0 => format!("{tag}.{number}"),
            _ => "0".to_owned(),
        }
    }

    /// Every event of the clinic so far.
    pub(crate) async fn list_events(&self) -> Vec<Value> {
        read_feed(&self.as_pacs(), "0").await.0
    }
}

impl App {
    /// Adds records of sign-ins in this clinic, a second apart.
    pub(crate) async fn add_sign_ins(&self, first: Timestamp, count: u64) {
        for n in 0..count {
            let at = first.plus(Duration::from_secs(n));
            let session = AuditObject::Session(SessionId::new(at, &OsEntropy));
            let record = AuditRecord {
                id: AuditId::new(at, &OsEntropy),
                at,
                actor: Actor::User(UserId::from_bytes([7; 16])),
                ..self.operator_record(AuditAction::SessionStarted, session)
            };
            let committed = self.store().transaction(&record).unwrap().commit().await;
            assert_eq!(committed.unwrap(), CommitOutcome::Committed);
        }
    }
}

/// Reads a feed to its end. Returns the events and the last cursor.
pub(crate) async fn read_feed(reader: &TestClient, after: &str) -> (Vec<Value>, String) {
    let (mut events, mut cursor) = (Vec::new(), after.to_owned());
    loop {
        let page = reader.get(&format!("/v1/events?limit=100&after={cursor}")).await.expect(200);
        events.extend(page["events"].as_array().unwrap().clone());
        page["cursor"].as_str().unwrap().clone_into(&mut cursor);
        if page["hasMore"] == false {
            return (events, cursor);
        }
    }
}

/// The types of events.
pub(crate) fn types_of(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

/// The events of a type.
pub(crate) fn events_of_type<'a>(events: &'a [Value], kind: &str) -> Vec<&'a Value> {
    events.iter().filter(|event| event["type"] == kind).collect()
}
