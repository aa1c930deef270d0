//! How far a stream is delivered. A restart continues there.

use std::io;
use std::path::PathBuf;

/// The sequence number of the last record that was delivered or filtered out.
#[derive(Debug)]
pub(crate) struct StreamPosition {
    number: Option<String>,
    file: Option<PathBuf>,
}

impl StreamPosition {
    /// A position that is lost with the process.
    pub(crate) fn in_memory() -> Self {
        Self { number: None, file: None }
    }

    /// Loads the position from this file and keeps it there.
    pub(crate) fn in_file(file: PathBuf) -> io::Result<Self> {
        let number = match std::fs::read_to_string(&file) {
            Ok(text) => Some(text.trim().to_owned()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        Ok(Self { number: number.filter(|text| !text.is_empty()), file: Some(file) })
    }

    pub(crate) fn get(&self) -> Option<&str> {
        self.number.as_deref()
    }

    /// Saves the position. A crash leaves the old one or the new one. An old position delivers some
    /// records again.
    pub(crate) fn save(&mut self, number: &str) -> io::Result<()> {
        self.number = Some(number.to_owned());
        let Some(file) = &self.file else {
            return Ok(());
        };
        let unfinished = file.with_extension("new");
        std::fs::write(&unfinished, number)?;
        std::fs::rename(unfinished, file)
    }
}
