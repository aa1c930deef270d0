//! The directory that a developer's service keeps its data in. One service at a time: the database
//! file and the place in the stream belong to one process.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use domain::entropy::Entropy;
use emulator::{DATA_FILES, new_secret};

const INBOX: &str = "inbox.jsonl";
const ROOT_KEY: &str = "root-key";
const SIGNING_KEYS: &str = "signing-keys";
const DEMO_KEY: &str = "demo-api-key";
const DYNAMODB_URL: &str = "dynamodb-url";
const LAMBDA_ENV: &str = "lambda.env";
const LOCK: &str = "lock";
/// How the names of the files written here begin, apart from the emulator's. A reset removes only
/// these and the emulator's, so that nobody else's files are lost.
const FILES: [&str; 6] = [INBOX, ROOT_KEY, SIGNING_KEYS, DEMO_KEY, DYNAMODB_URL, LAMBDA_ENV];

/// The directory, locked while this lives.
#[derive(Debug)]
pub(crate) struct DataDirectory {
    path: PathBuf,
    _lock: File,
}

/// Why the directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DataError {
    /// Another process has it.
    #[error("{0} is in use by another service; stop that one, or start in another directory")]
    InUse(PathBuf),
    /// The file system says no.
    #[error("{path}: {source}")]
    Io {
        /// What was to be read or written.
        path: PathBuf,
        /// Why it was not.
        source: io::Error,
    },
}

impl DataDirectory {
    /// Opens the directory, making it when it is not there.
    pub(crate) fn open(path: &Path) -> Result<Self, DataError> {
        let at = |source| DataError::Io { path: path.to_owned(), source };
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(at)?;
        let lock =
            OpenOptions::new().create(true).append(true).open(path.join(LOCK)).map_err(at)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(DataError::InUse(path.to_owned())),
            Err(TryLockError::Error(source)) => Err(at(source)),
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) -> Result<(), DataError> {
        let clear = || {
            for entry in std::fs::read_dir(&self.path)? {
                let name = entry?.file_name();
                let name = name.to_string_lossy();
                let mut ours = FILES.iter().chain(&DATA_FILES);
                if ours.any(|prefix| name.starts_with(prefix)) {
                    std::fs::remove_file(self.path.join(name.as_ref()))?;
                }
            }
            Ok(())
        };
        clear().map_err(|error| self.failed("", error))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn inbox(&self) -> PathBuf {
        self.path.join(INBOX)
    }

    /// The root key, made at the first start.
    pub(crate) fn root_key(&self, entropy: &dyn Entropy) -> Result<String, DataError> {
        self.secret(ROOT_KEY, entropy)
    }

    /// The signing keys' secret, made at the first start.
    pub(crate) fn signing_keys(&self, entropy: &dyn Entropy) -> Result<String, DataError> {
        self.secret(SIGNING_KEYS, entropy)
    }

    fn secret(&self, name: &str, entropy: &dyn Entropy) -> Result<String, DataError> {
        if let Some(text) = self.read(name)? {
            return Ok(text);
        }
        let text = new_secret(entropy);
        self.write(name, &text)?;
        Ok(text)
    }

    pub(crate) fn demo_key(&self) -> Result<Option<String>, DataError> {
        self.read(DEMO_KEY)
    }

    pub(crate) fn keep_demo_key(&self, secret: &str) -> Result<(), DataError> {
        self.write(DEMO_KEY, secret)
    }

    pub(crate) fn keep_dynamodb_url(&self, url: &str) -> Result<(), DataError> {
        self.write(DYNAMODB_URL, url)
    }

    /// Returns the file's path.
    pub(crate) fn keep_lambda_env(&self, text: &str) -> Result<PathBuf, DataError> {
        self.write(LAMBDA_ENV, text)?;
        Ok(self.path.join(LAMBDA_ENV))
    }

    fn read(&self, name: &str) -> Result<Option<String>, DataError> {
        read(&self.path.join(name)).map_err(|error| self.failed(name, error))
    }

    /// Readable to nobody else, whole or not at all.
    fn write(&self, name: &str, text: &str) -> Result<(), DataError> {
        let write = || {
            let fresh = self.path.join(format!("{name}.new"));
            let mut open = OpenOptions::new();
            let mut file = open.write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
            file.write_all(text.as_bytes())?;
            file.write_all(b"\n")?;
            std::fs::rename(fresh, self.path.join(name))
        };
        write().map_err(|error| self.failed(name, error))
    }

    fn failed(&self, name: &str, source: io::Error) -> DataError {
        DataError::Io { path: self.path.join(name), source }
    }
}

impl DataDirectory {
    /// The signing keys' secret of the service that uses this directory.
    pub(crate) fn signing_keys_of(directory: &Path) -> Result<Option<String>, DataError> {
        let path = directory.join(SIGNING_KEYS);
        read(&path).map_err(|source| DataError::Io { path, source })
    }
}

/// Where the service that uses this directory serves its database.
pub(crate) fn dynamodb_url(directory: &Path) -> Result<Option<String>, DataError> {
    let path = directory.join(DYNAMODB_URL);
    read(&path).map_err(|source| DataError::Io { path, source })
}

fn read(path: &Path) -> io::Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use runtime::OsEntropy;

    use super::*;

    #[test]
    fn the_root_key_stays_and_is_nobody_else_s_to_read() {
        let scratch = tempfile::tempdir().unwrap();
        let data = DataDirectory::open(scratch.path()).unwrap();
        let key = data.root_key(&OsEntropy).unwrap();
        assert_eq!(key.len(), 43);
        assert_eq!(data.root_key(&OsEntropy).unwrap(), key);
        let mode = scratch.path().join(ROOT_KEY).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        data.clear().unwrap();
        assert_ne!(data.root_key(&OsEntropy).unwrap(), key);
    }

    #[test]
    fn a_second_service_is_told_that_the_directory_is_in_use() {
        let scratch = tempfile::tempdir().unwrap();
        let first = DataDirectory::open(scratch.path()).unwrap();
        let second = DataDirectory::open(scratch.path()).unwrap_err();
        assert!(matches!(second, DataError::InUse(_)), "{second}");
        drop(first);
        DataDirectory::open(scratch.path()).unwrap();
    }

    #[test]
    fn a_fresh_start_leaves_what_is_not_ours() {
        let scratch = tempfile::tempdir().unwrap();
        let [theirs, ours] = ["notes.txt", "table.db-wal"].map(|name| scratch.path().join(name));
        std::fs::write(&theirs, "mine").unwrap();
        std::fs::write(&ours, "old").unwrap();
        DataDirectory::open(scratch.path()).unwrap().clear().unwrap();
        assert!(theirs.exists() && !ours.exists());
    }
}
