//! The objects of the bucket.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::storage::{AUDIT, Storage};

/// The objects, in memory or as one file each. Cheap to clone.
#[derive(Clone)]
pub struct SealedObjects(Place);

#[derive(Clone)]
enum Place {
    Memory(Arc<Mutex<BTreeMap<String, Vec<u8>>>>),
    Directory(PathBuf),
}

impl SealedObjects {
    pub(super) fn open(storage: &Storage) -> Self {
        Self(match storage {
            Storage::Memory => Place::Memory(Arc::default()),
            Storage::Directory(path) => Place::Directory(path.clone()),
        })
    }

    /// Adds an object. Returns whether there was none.
    pub(super) fn create(&self, key: &str, body: &[u8]) -> io::Result<bool> {
        match &self.0 {
            Place::Memory(objects) => {
                let mut objects = lock(objects);
                let is_new = !objects.contains_key(key);
                objects.entry(key.to_owned()).or_insert_with(|| body.to_vec());
                Ok(is_new)
            }
            Place::Directory(path) => {
                let unfinished = path.join(format!("{AUDIT}new-{:016x}", fastrand::u64(..)));
                fs::write(&unfinished, body)?;
                // A link never replaces a file, and a file that is linked is whole.
                let linked = fs::hard_link(&unfinished, path.join(file_name(key)));
                fs::remove_file(&unfinished)?;
                match linked {
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
                    other => other.map(|()| true),
                }
            }
        }
    }

    /// Reads an object. `None` if there is none.
    pub fn read(&self, key: &str) -> io::Result<Option<Vec<u8>>> {
        match &self.0 {
            Place::Memory(objects) => Ok(lock(objects).get(key).cloned()),
            Place::Directory(path) => match fs::read(path.join(file_name(key))) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                other => other.map(Some),
            },
        }
    }
}

fn lock(objects: &Mutex<BTreeMap<String, Vec<u8>>>) -> MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
    objects.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The name of an object's file.
fn file_name(key: &str) -> String {
    let safe = |c: char| {
        if c.is_ascii_alphanumeric() || "-_.".contains(c) {
            c.to_string()
        } else {
            format!("%{:x}", u32::from(c))
        }
    };
    format!("{AUDIT}{}", key.chars().map(safe).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_added_once() {
        let scratch = tempfile::tempdir().unwrap();
        for storage in [Storage::Memory, Storage::Directory(scratch.path().to_owned())] {
            let objects = SealedObjects::open(&storage);
            assert_eq!(objects.read("keys/../a.json").unwrap(), None);
            assert!(objects.create("keys/../a.json", b"first").unwrap());
            assert!(!objects.create("keys/../a.json", b"second").unwrap());
            assert_eq!(objects.read("keys/../a.json").unwrap().as_deref(), Some(&b"first"[..]));
        }
        let files = fs::read_dir(scratch.path()).unwrap();
        let names: Vec<_> =
            files.map(|one| one.unwrap().file_name().into_string().unwrap()).collect();
        assert_eq!(names, ["audit-keys%2f..%2fa.json"]);
    }
}
