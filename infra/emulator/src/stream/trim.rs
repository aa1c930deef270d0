//! Removes delivered records, and indexes the others. The embedded database keeps all records of a
//! stream and reads all of them at each write, so that each write would be slower than the last.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, params};

use super::delivery::DeliveryProgress;
use crate::error::chain;

/// How long to wait for a write of the embedded database, which takes milliseconds.
const BUSY: Duration = Duration::from_secs(5);
/// The embedded database shows a sequence number with this much added.
const NUMBER_OFFSET: u128 = 100_000_000_000_000_000_000;
/// Serves the queries of the embedded database for the newest record and for those after a position.
const INDEX: &str = "CREATE INDEX IF NOT EXISTS _stream_records_in_order \
     ON _stream_records (table_name, CAST(sequence_number AS INTEGER))";
/// The newest record stays, because the database counts on from it.
const REMOVE: &str = "DELETE FROM _stream_records \
     WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) <= ?2 \
     AND id < (SELECT MAX(id) FROM _stream_records)";

/// A second connection to the database file, which removes records. Clones share the connection.
#[derive(Clone)]
pub(crate) struct StreamTrim(Arc<Mutex<TrimState>>);

struct TrimState {
    connection: Connection,
    table: String,
    /// The sequence number of the newest record that was removed, or stayed as the newest one.
    reached: Option<String>,
}

/// Why records cannot be removed.
#[derive(Debug, thiserror::Error)]
pub enum TrimError {
    /// `SQLite` refuses.
    #[error("delivered records cannot be removed from the stream")]
    Database(#[from] rusqlite::Error),
    /// The position is not one that the embedded database gave out.
    #[error("the position in the stream is not a sequence number")]
    Number,
}

impl StreamTrim {
    /// Opens the file with the stream of this table.
    pub(crate) fn open(file: &Path, table: &str) -> Result<Self, TrimError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(file, flags)?;
        connection.busy_timeout(BUSY)?;
        // A removal that a power failure undoes is repeated, so it need not wait for the disk.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.execute(INDEX, [])?;
        let state = TrimState { connection, table: table.to_owned(), reached: None };
        Ok(Self(Arc::new(Mutex::new(state))))
    }

    /// Removes the records that all deliveries have passed, except for the newest record.
    pub(crate) fn remove_delivered(&self, deliveries: &[DeliveryProgress]) {
        let passed = deliveries.iter().map(DeliveryProgress::position).min().flatten();
        let Some(passed) = passed else {
            return;
        };
        if let Err(error) = self.remove_through(passed) {
            tracing::warn!(error = chain(&error), "stream: delivered records could not be removed");
        }
    }

    fn remove_through(&self, number: String) -> Result<(), TrimError> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.reached.as_ref() == Some(&number) {
            return Ok(());
        }
        state.connection.execute(REMOVE, params![state.table, stored_number(&number)?])?;
        state.reached = Some(number);
        Ok(())
    }
}

/// The sequence number as the embedded database stores it.
fn stored_number(number: &str) -> Result<i64, TrimError> {
    let shown: u128 = number.parse().map_err(|_| TrimError::Number)?;
    let stored = shown.checked_sub(NUMBER_OFFSET).ok_or(TrimError::Number)?;
    i64::try_from(stored).map_err(|_| TrimError::Number)
}

#[cfg(test)]
mod tests;
