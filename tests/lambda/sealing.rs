//! The binary that seals the audit, when clinics have many records in one hour.

use std::collections::HashMap;
use std::io::Write as _;
use std::time::Duration;

use domain::ids::{AuditId, ClinicId};
use domain::time::{Clock as _, Timestamp};
use dynoxide::types::AttributeValue as Value;
use runtime::SystemClock;
use segment::Hour;
use serde_json::json;
use tests::runtime_api::{EventOutcome, FunctionProcess};

use super::{binary_path, next_outcome, settings, start_function};
use crate::support::App;

type Item = HashMap<String, Value>;

/// The memory of a function in kilobytes. One below it leaves room for what Lambda itself needs.
const LIMIT: u64 = 128 * 1024;

/// How often sealing is tried.
const RUNS: usize = 10;

fn id_at(at: Timestamp, n: u128) -> [u8; 16] {
    ((u128::try_from(at.millis()).unwrap() << 80) | (7 << 76) | n).to_be_bytes()
}

/// A clinic that is some hours old, and the records of its first hour.
fn busy_clinic(created: Timestamp, n: u128, records: u128) -> (ClinicId, Vec<Item>) {
    let text = |text: &str| Value::S(text.to_owned());
    let item = |parts: &[(&str, &str)]| -> Item {
        parts.iter().map(|(name, value)| ((*name).to_owned(), text(value))).collect()
    };
    let clinic = ClinicId::from_bytes(id_at(created, n));
    let (name, month) = (clinic.to_string(), created.month());
    let (place, partition) = (format!("CLINIC#{name}"), format!("AUDIT#{name}#{month}"));
    let listed =
        [("PK", place.as_str()), ("SK", "CLINIC"), ("GSI4PK", "CLINICS"), ("GSI4SK", &name)];
    let mut items = vec![item(&listed)];
    let [key, user] =
        ["key:01920000-0000-7000-8000-000000000000", "usr_01920000000070008000000000000000"];
    items.extend((0..records).map(|n| {
        let mut record = item(&[
            ("PK", &partition),
            ("SK", &AuditId::from_bytes(id_at(created, n)).to_string()),
            ("ac", key),
            ("an", "access.redeemed"),
            ("ob", "acc_01920000000070008000000000000000"),
            ("us", user),
            ("si", "stu_01920000000070008000000000000000"),
            ("ui", "1.2.840.113619.2.55.3.604688119.971.1448953485.123"),
            ("mo", "dictation"),
            ("ip", "192.0.2.1"),
            ("gb", key),
        ]);
        for name in ["at", "un"] {
            record.insert(name.to_owned(), Value::N(created.millis().to_string()));
        }
        record
    }));
    (clinic, items)
}

/// The most memory that a process had, in kilobytes.
fn most_memory_of(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

/// Seals the audit of clinics with so many records in one hour. Returns the most memory that the process had, and
/// checks the audit.
async fn peak_memory(clinics: u128, records: u128) -> u64 {
    let app = App::start_without_mailer().await;
    let hour = Hour::of(SystemClock.now().minus(Duration::from_hours(3)));
    let mut names = Vec::new();
    for n in 0..clinics {
        let (name, items) = busy_clinic(hour.start(), n, records);
        names.push(name);
        app.import_items(items);
    }
    let mut function = start_function("events", &settings(&app), vec![]).await;
    let mut is_done = false;
    for _ in 0..RUNS {
        // On a busy machine a run fails, because the table does not answer in time. The next one continues.
        function.send(json!({ "sealAudit": true }).to_string()).unwrap();
        is_done |= matches!(next_outcome(&mut function).await, EventOutcome::Response(_));
        if is_done {
            break;
        }
    }
    assert!(is_done);
    let peak = most_memory_of(function.pid().unwrap());
    for name in names {
        let (counts, findings) = app.verify_sealed(name, (hour, hour.next())).await;
        assert_eq!(findings, []);
        assert_eq!(counts, [usize::try_from(records).unwrap(), 0]);
    }
    peak
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clinic_that_leaves_the_index_is_logged() {
    let app = App::start_without_mailer().await;
    app.seal_audit().await;
    app.remove_attribute(&format!("CLINIC#{}", app.clinic_id), "CLINIC", "GSI4PK").await;
    let events = binary_path("events");
    let mut function = FunctionProcess::start_with_log(&events, &settings(&app)).await.unwrap();
    function.send(json!({ "sealAudit": true }).to_string()).unwrap();
    let message = "clinic is not in the index, its audit is sealed all the same";
    let line = function.wait_for_log_line(message).await.unwrap();
    assert_eq!(
        (&line["level"], &line["fields"]["clinic"]),
        (&json!("ERROR"), &json!(app.clinic_id))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn busy_clinics_are_sealed_within_the_memory_of_a_function() {
    let peak = peak_memory(8, 4_000).await;
    assert!(peak < LIMIT, "{peak} kB");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow, for the figures in docs/ARCHITECTURE.md"]
async fn an_hour_with_50_000_records_is_sealed_within_the_memory_of_a_function() {
    let (alone, together) = (peak_memory(1, 50_000).await, peak_memory(8, 4_000).await);
    writeln!(std::io::stdout(), "{alone} kB, and {together} kB for eight clinics").unwrap();
    assert!(alone < LIMIT && together < LIMIT);
}
