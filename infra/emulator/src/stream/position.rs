//! How far the stream was delivered, kept over a restart.

use std::io;
use std::path::PathBuf;

/// The last record that was delivered or filtered out.
#[derive(Debug)]
pub(crate) struct Position {
    place: Option<String>,
    file: Option<PathBuf>,
}

impl Position {
    /// Forgotten with the process.
    pub(crate) fn in_memory() -> Self {
        Self { place: None, file: None }
    }

    /// Kept in this file.
    pub(crate) fn in_file(file: PathBuf) -> io::Result<Self> {
        let place = match std::fs::read_to_string(&file) {
            Ok(text) => Some(text.trim().to_owned()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        Ok(Self { place: place.filter(|text| !text.is_empty()), file: Some(file) })
    }

    pub(crate) fn get(&self) -> Option<&str> {
        self.place.as_deref()
    }

    /// Written beside and renamed, so that a kill leaves the old place or the new one. An older
    /// place than the true one only delivers some records again.
    pub(crate) fn set(&mut self, place: &str) -> io::Result<()> {
        self.place = Some(place.to_owned());
        let Some(file) = &self.file else {
            return Ok(());
        };
        let fresh = file.with_extension("new");
        std::fs::write(&fresh, place)?;
        std::fs::rename(fresh, file)
    }
}
