//! Where the table and the position in its stream are kept.

use std::io;
use std::path::PathBuf;

use dynoxide::Database;

use crate::error::StartError;
use crate::stream::StreamPosition;

const TABLE: &str = "table.db";
const POSITION: &str = "stream-position-";

/// How the names of all files in a [`Storage::Directory`] begin.
pub const DATA_FILES: [&str; 2] = [TABLE, POSITION];

/// Where the table and the position in its stream are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Storage {
    /// In memory. No other emulator in this process sees it.
    #[default]
    Memory,
    /// In this directory, which is created if it is missing.
    Directory(PathBuf),
}

impl Storage {
    /// Opens the database.
    pub(crate) fn open_database(&self) -> Result<Database, StartError> {
        let Self::Directory(path) = self else {
            return Ok(Database::memory()?);
        };
        std::fs::create_dir_all(path).map_err(StartError::Storage)?;
        Ok(Database::new(&path.join(TABLE).to_string_lossy())?)
    }

    /// Opens the position of one consumer in the stream.
    pub(crate) fn open_position(&self, function: &str) -> io::Result<StreamPosition> {
        match self {
            Self::Memory => Ok(StreamPosition::in_memory()),
            Self::Directory(path) => {
                StreamPosition::in_file(path.join(format!("{POSITION}{function}")))
            }
        }
    }
}
