//! Where the table and the position in its stream are kept.

use std::io;
use std::path::{Path, PathBuf};

use dynoxide::Database;

use crate::error::StartError;
use crate::stream::{StreamPosition, StreamTrim, TrimError};
use crate::template::TableDeclaration;

const TABLE: &str = "table.db";
const UNFINISHED_TABLE: &str = "table.db.new";
/// What `SQLite` appends to the name of a database for its own file and those beside it.
const SUFFIXES: [&str; 3] = ["", "-wal", "-shm"];
const POSITION: &str = "stream-position-";
/// How the names of the files of the sealed audit begin.
pub(crate) const AUDIT: &str = "audit-";

/// How the names of all files in a [`Storage::Directory`] begin.
pub const DATA_FILES: [&str; 3] = [TABLE, POSITION, AUDIT];

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
    /// Opens the database. The first call creates it with the declared table.
    pub(crate) fn open_database(&self, table: &TableDeclaration) -> Result<Database, StartError> {
        let Self::Directory(path) = self else {
            return Ok(Database::memory()?);
        };
        std::fs::create_dir_all(path).map_err(StartError::Storage)?;
        let file = path.join(TABLE);
        if !file.try_exists().map_err(StartError::Storage)? {
            create_database(&path.join(UNFINISHED_TABLE), &file, table)?;
        }
        Ok(Database::new(&file.to_string_lossy())?)
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

    /// Opens what removes delivered records from the stream. A stream in memory keeps its records,
    /// because `SQLite` shares a database between connections only in a file.
    pub(crate) fn open_trim(&self, table: &str) -> Result<Option<StreamTrim>, TrimError> {
        match self {
            Self::Memory => Ok(None),
            Self::Directory(path) => StreamTrim::open(&path.join(TABLE), table).map(Some),
        }
    }
}

/// Creates the database under another name, so that a kill leaves no table that is half made.
fn create_database(
    unfinished: &Path,
    file: &Path,
    table: &TableDeclaration,
) -> Result<(), StartError> {
    for leftover in [unfinished, file] {
        remove_database(leftover).map_err(StartError::Storage)?;
    }
    // The last connection moves everything into the one file when it closes.
    table.create_or_check(&Database::new(&unfinished.to_string_lossy())?)?;
    std::fs::rename(unfinished, file).map_err(StartError::Storage)
}

/// Removes a database and the files beside it. `SQLite` would apply an old log to a new database.
fn remove_database(file: &Path) -> io::Result<()> {
    for suffix in SUFFIXES {
        let mut name = file.as_os_str().to_owned();
        name.push(suffix);
        match std::fs::remove_file(name) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::{TEMPLATE, Template};

    #[test]
    fn a_start_that_ends_early_leaves_no_table() {
        let scratch = tempfile::tempdir().unwrap();
        let storage = Storage::Directory(scratch.path().to_owned());
        let declared = Template::parse(TEMPLATE).unwrap().table;
        // The database refuses this name after it has created the table.
        let mut refused = Template::parse(TEMPLATE).unwrap().table;
        refused.ttl = Some(String::new());
        assert!(storage.open_database(&refused).is_err());
        assert!(!scratch.path().join(TABLE).exists());
        assert!(scratch.path().join(UNFINISHED_TABLE).exists(), "the table was half made");
        let database = storage.open_database(&declared).unwrap();
        declared.create_or_check(&database).unwrap();
        assert!(!scratch.path().join(UNFINISHED_TABLE).exists());
    }

    #[test]
    fn a_new_database_ignores_the_log_of_another() {
        let scratch = tempfile::tempdir().unwrap();
        let storage = Storage::Directory(scratch.path().to_owned());
        let declared = Template::parse(TEMPLATE).unwrap().table;
        for name in ["table.db-wal", "table.db.new-wal", "table.db.new"] {
            std::fs::write(scratch.path().join(name), "leftover").unwrap();
        }
        declared.create_or_check(&storage.open_database(&declared).unwrap()).unwrap();
    }
}
