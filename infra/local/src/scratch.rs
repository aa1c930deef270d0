//! Directories for tests.

use std::path::{Path, PathBuf};

use domain::entropy::random;
use runtime::OsEntropy;

/// A directory of one test's own, removed at its end.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        let name = u128::from_be_bytes(random(&OsEntropy));
        let path = std::env::temp_dir().join(format!("autoscribe-access-{name:032x}"));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
