//! The data directory. One service uses it at a time, because the database file and the position in
//! the stream belong to one process.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use domain::entropy::Entropy;
use emulator::{DATA_FILES, TokenSecrets, new_secret};

const INBOX: &str = "inbox.jsonl";
const INVITATION_LINK_KEYS: &str = "invitation-link-keys";
const PASSWORD_LINK_KEYS: &str = "password-link-keys";
const ACCESS_LINK_KEYS: &str = "access-link-keys";
const KNOWN_BROWSER_KEYS: &str = "known-browser-keys";
const WEBHOOK_KEYS: &str = "webhook-keys";
const SIGNING_KEYS: &str = "signing-keys";
const DEMO_KEY: &str = "demo-api-key";
const DYNAMODB_URL: &str = "dynamodb-url";
const LAMBDA_ENV: &str = "lambda.env";
const LOCK: &str = "lock";
/// How the names of the files written here begin, apart from the emulator's. A reset removes these
/// and the emulator's, and no other file.
const FILES: [&str; 10] = [
    INBOX,
    INVITATION_LINK_KEYS,
    PASSWORD_LINK_KEYS,
    ACCESS_LINK_KEYS,
    KNOWN_BROWSER_KEYS,
    WEBHOOK_KEYS,
    SIGNING_KEYS,
    DEMO_KEY,
    DYNAMODB_URL,
    LAMBDA_ENV,
];

/// The data directory, locked until this is dropped.
#[derive(Debug)]
pub(crate) struct DataDirectory {
    path: PathBuf,
    _lock: File,
}

/// Why the data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DataError {
    /// Another process has locked it.
    #[error(
        "another service uses {0}: stop it, or start in another directory with other ports (PORT=, DYNAMODB_PORT=)"
    )]
    InUse(PathBuf),
    /// A file cannot be read or written.
    #[error("{path}")]
    Io { path: PathBuf, source: io::Error },
}

impl DataDirectory {
    /// Opens and locks the directory. Creates it if it is missing.
    pub(crate) fn open(path: &Path) -> Result<Self, DataError> {
        let failed = |source| DataError::Io { path: path.to_owned(), source };
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)?;
        let lock =
            OpenOptions::new().create(true).append(true).open(path.join(LOCK)).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(DataError::InUse(path.to_owned())),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }

    /// Removes the data of earlier runs.
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
        clear().map_err(|source| DataError::Io { path: self.path.clone(), source })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The file of captured emails.
    pub(crate) fn inbox(&self) -> PathBuf {
        self.path.join(INBOX)
    }

    /// Loads the secrets of links and known browsers. The first start creates them.
    pub(crate) fn load_or_create_token_secrets(
        &self,
        entropy: &dyn Entropy,
    ) -> Result<TokenSecrets, DataError> {
        Ok(TokenSecrets {
            invitation_links: self.load_or_create_secret(INVITATION_LINK_KEYS, entropy)?,
            password_links: self.load_or_create_secret(PASSWORD_LINK_KEYS, entropy)?,
            access_links: self.load_or_create_secret(ACCESS_LINK_KEYS, entropy)?,
            known_browsers: self.load_or_create_secret(KNOWN_BROWSER_KEYS, entropy)?,
            webhooks: self.load_or_create_secret(WEBHOOK_KEYS, entropy)?,
        })
    }

    /// Loads the signing keys. The first start creates them.
    pub(crate) fn load_or_create_signing_keys(
        &self,
        entropy: &dyn Entropy,
    ) -> Result<String, DataError> {
        self.load_or_create_secret(SIGNING_KEYS, entropy)
    }

    fn load_or_create_secret(
        &self,
        name: &str,
        entropy: &dyn Entropy,
    ) -> Result<String, DataError> {
        if let Some(text) = read_file(&self.path, name)? {
            return Ok(text);
        }
        let text = new_secret(entropy);
        self.write_file(name, &text)?;
        Ok(text)
    }

    pub(crate) fn load_demo_key(&self) -> Result<Option<String>, DataError> {
        read_file(&self.path, DEMO_KEY)
    }

    pub(crate) fn save_demo_key(&self, secret: &str) -> Result<(), DataError> {
        self.write_file(DEMO_KEY, secret)
    }

    pub(crate) fn save_dynamodb_url(&self, url: &str) -> Result<(), DataError> {
        self.write_file(DYNAMODB_URL, url)
    }

    /// Saves the environment of the functions and returns the file's path.
    pub(crate) fn save_lambda_env(&self, text: &str) -> Result<PathBuf, DataError> {
        self.write_file(LAMBDA_ENV, text)?;
        Ok(self.path.join(LAMBDA_ENV))
    }

    /// Writes a file that only its owner may read. A crash leaves the old file or the new one.
    fn write_file(&self, name: &str, text: &str) -> Result<(), DataError> {
        let path = self.path.join(name);
        let write = || {
            let unfinished = self.path.join(format!("{name}.new"));
            let mut open = OpenOptions::new();
            open.write(true).create(true).truncate(true).mode(0o600);
            writeln!(open.open(&unfinished)?, "{text}")?;
            std::fs::rename(unfinished, &path)
        };
        write().map_err(|source| DataError::Io { path: path.clone(), source })
    }
}

/// Loads the signing keys of the service that uses this directory.
pub(crate) fn load_signing_keys(directory: &Path) -> Result<Option<String>, DataError> {
    read_file(directory, SIGNING_KEYS)
}

/// Loads the DynamoDB endpoint of the service that uses this directory.
pub(crate) fn load_dynamodb_url(directory: &Path) -> Result<Option<String>, DataError> {
    read_file(directory, DYNAMODB_URL)
}

fn read_file(directory: &Path, name: &str) -> Result<Option<String>, DataError> {
    let path = directory.join(name);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(DataError::Io { path, source }),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::os::unix::fs::PermissionsExt as _;

    use runtime::OsEntropy;

    use super::*;

    #[test]
    fn the_secrets_stay_and_only_their_owner_may_read_them() {
        let scratch = tempfile::tempdir().unwrap();
        let data = DataDirectory::open(scratch.path()).unwrap();
        let load = || data.load_or_create_token_secrets(&OsEntropy).unwrap().settings();
        let secrets = load();
        let different: BTreeSet<&String> = secrets.iter().map(|(_, secret)| secret).collect();
        assert_eq!(different.len(), 5, "each purpose has a secret of its own");
        assert!(secrets.iter().all(|(_, secret)| secret.len() == 43));
        assert_eq!(load(), secrets);
        for name in [
            INVITATION_LINK_KEYS,
            PASSWORD_LINK_KEYS,
            ACCESS_LINK_KEYS,
            KNOWN_BROWSER_KEYS,
            WEBHOOK_KEYS,
        ] {
            let mode = scratch.path().join(name).metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
        data.clear().unwrap();
        assert!(load().iter().all(|(_, secret)| !different.contains(secret)));
    }

    #[test]
    fn a_directory_serves_one_service_at_a_time() {
        let scratch = tempfile::tempdir().unwrap();
        let first = DataDirectory::open(scratch.path()).unwrap();
        let second = DataDirectory::open(scratch.path()).unwrap_err();
        assert!(matches!(second, DataError::InUse(_)), "{second}");
        drop(first);
        DataDirectory::open(scratch.path()).unwrap();
    }

    #[test]
    fn a_reset_removes_only_its_own_files() {
        let scratch = tempfile::tempdir().unwrap();
        let [theirs, ours] = ["notes.txt", "table.db-wal"].map(|name| scratch.path().join(name));
        std::fs::write(&theirs, "mine").unwrap();
        std::fs::write(&ours, "old").unwrap();
        DataDirectory::open(scratch.path()).unwrap().clear().unwrap();
        assert!(theirs.exists() && !ours.exists());
    }
}
