use std::path::PathBuf;

use super::*;
use crate::test_clinic::provision_clinic;
use crate::{Emulator, Options, SesFault, Storage, start};

/// The query that the embedded database sends at each write.
const NEXT_NUMBER: &str = "SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 \
     FROM _stream_records WHERE table_name = ?1";

async fn start_in(directory: &Path) -> Emulator {
    let storage = Storage::Directory(directory.to_owned());
    start(Options { storage, ..Options::default() }).await.unwrap()
}

fn table_file(directory: &Path) -> PathBuf {
    directory.join("table.db")
}

/// The records that the file has now.
fn count_records(directory: &Path) -> i64 {
    let connection = Connection::open(table_file(directory)).unwrap();
    connection.busy_timeout(BUSY).unwrap();
    let count = "SELECT COUNT(*) FROM _stream_records";
    connection.query_row(count, [], |row| row.get(0)).unwrap()
}

/// Waits until the file has this many records.
async fn wait_for_records(directory: &Path, wanted: i64) {
    let reached = async {
        while count_records(directory) != wanted {
            tokio::time::sleep(TEST_POLL).await;
        }
    };
    let limit = Duration::from_secs(30);
    assert!(tokio::time::timeout(limit, reached).await.is_ok(), "{}", count_records(directory));
}

const TEST_POLL: Duration = Duration::from_millis(20);

#[tokio::test]
async fn the_stream_keeps_only_its_newest_record_once_all_are_delivered() {
    let scratch = tempfile::tempdir().unwrap();
    let running = start_in(scratch.path()).await;
    for _ in 0..20 {
        provision_clinic(&running).await;
    }
    wait_for_records(scratch.path(), 1).await;
    // Records after a removal arrive too.
    provision_clinic(&running).await;
    running.wait_until_delivered().await.unwrap();
    assert_eq!(running.inbox.all().len(), 21);
    running.stop().await;
}

#[tokio::test]
async fn a_record_that_is_not_delivered_stays() {
    let scratch = tempfile::tempdir().unwrap();
    let running = start_in(scratch.path()).await;
    provision_clinic(&running).await;
    wait_for_records(scratch.path(), 1).await;
    running.inbox.fail_always(SesFault::Throttled);
    provision_clinic(&running).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(count_records(scratch.path()) > 1);
    running.stop().await;

    let second = start_in(scratch.path()).await;
    second.wait_until_delivered().await.unwrap();
    assert_eq!(second.inbox.all().len(), 1);
    wait_for_records(scratch.path(), 1).await;
    second.stop().await;
}

#[tokio::test]
async fn the_database_finds_the_newest_record_by_the_index() {
    let scratch = tempfile::tempdir().unwrap();
    start_in(scratch.path()).await.stop().await;
    let connection = Connection::open(table_file(scratch.path())).unwrap();
    let plan = format!("EXPLAIN QUERY PLAN {NEXT_NUMBER}");
    let step: String = connection.query_row(&plan, ["T"], |row| row.get(3)).unwrap();
    assert!(step.contains("INDEX _stream_records_in_order"), "{step}");
}

#[test]
fn only_numbers_of_the_embedded_database_are_positions() {
    assert_eq!(stored_number("100001764226000000000").unwrap(), 1_764_226_000_000_000);
    for wrong in ["", "7", "-1", "x", "99999999999999999999", "200000000000000000000"] {
        assert!(matches!(stored_number(wrong), Err(TrimError::Number)), "{wrong}");
    }
}
