//! Reads the bucket of the sealed audit, with all versions of its objects.

use std::collections::{BTreeMap, BTreeSet};

use aws_config::SdkConfig;
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata as _};
use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;
use aws_sdk_s3::primitives::DateTime;
use domain::time::Timestamp;

use crate::lock::{Lock, Years, find_problem};

/// The bucket.
pub(crate) struct Bucket {
    client: aws_sdk_s3::Client,
    name: String,
    /// For how many years each object must be locked.
    years: Years,
}

/// The first version of an object.
pub(crate) struct Object {
    /// Its bytes.
    pub(crate) body: Vec<u8>,
    /// What is wrong with its lock, as a sentence.
    pub(crate) lock_finding: Option<String>,
}

/// The bucket could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BucketError {
    /// S3 did not answer, or refused.
    #[error("the bucket: {0}")]
    Unavailable(String),
    /// S3 answers, but not with this object, for example because it was archived.
    #[error("the object {0} cannot be read: {1}")]
    Object(String, String),
}

impl BucketError {
    fn unavailable(error: &(dyn std::error::Error + 'static)) -> Self {
        Self::Unavailable(DisplayErrorContext(error).to_string())
    }
}

/// The codes of S3 for an object that cannot be read, while others can.
const UNREADABLE: [&str; 4] =
    ["InvalidObjectState", "MethodNotAllowed", "NoSuchKey", "NoSuchVersion"];
/// The codes of S3 for an object, or a whole bucket, without a lock.
const UNLOCKED: [&str; 2] = ["InvalidRequest", "NoSuchObjectLockConfiguration"];

/// The versions of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Versions {
    /// The first one. `None` if only delete markers are left.
    pub(crate) first: Option<String>,
    /// How many there are.
    pub(crate) count: usize,
    /// How many delete markers there are.
    pub(crate) markers: usize,
}

/// What is in a folder.
#[derive(Default)]
pub(crate) struct Folder {
    /// The objects, with all of their versions.
    pub(crate) objects: BTreeMap<String, Versions>,
    /// The folders in it, if only those were listed that are directly there.
    pub(crate) folders: BTreeSet<String>,
}

impl Folder {
    fn add(&mut self, page: &ListObjectVersionsOutput) {
        for version in page.versions() {
            let key = version.key().unwrap_or_default().to_owned();
            let object = self.objects.entry(key).or_default();
            object.count += 1;
            // The newest version comes first.
            object.first = version.version_id().map(str::to_owned);
        }
        for marker in page.delete_markers() {
            let key = marker.key().unwrap_or_default().to_owned();
            self.objects.entry(key).or_default().markers += 1;
        }
        let folders = page.common_prefixes().iter().filter_map(|one| one.prefix());
        self.folders.extend(folders.map(str::to_owned));
    }
}

impl Bucket {
    /// An endpoint is set only for an AWS emulator, where the name of the bucket is part of the path.
    pub(crate) fn connect(config: &SdkConfig, name: String, years: Years) -> Self {
        let local = config.endpoint_url().is_some();
        let config = aws_sdk_s3::config::Builder::from(config).force_path_style(local).build();
        Self { client: aws_sdk_s3::Client::from_conf(config), name, years }
    }

    /// Lists the objects whose keys begin with a prefix.
    pub(crate) async fn list(
        &self,
        prefix: &str,
    ) -> Result<BTreeMap<String, Versions>, BucketError> {
        Ok(self.list_pages(prefix, None).await?.objects)
    }

    /// Lists what is directly in a folder. The name of a folder ends with a slash, and that of the bucket is empty.
    pub(crate) async fn list_folder(&self, folder: &str) -> Result<Folder, BucketError> {
        self.list_pages(folder, Some("/")).await
    }

    async fn list_pages(
        &self,
        prefix: &str,
        delimiter: Option<&str>,
    ) -> Result<Folder, BucketError> {
        let (mut found, mut key, mut version) = (Folder::default(), None, None);
        loop {
            let request = self.client.list_object_versions().bucket(&self.name).prefix(prefix);
            let request = request.set_delimiter(delimiter.map(str::to_owned));
            let request = request.set_key_marker(key).set_version_id_marker(version);
            let page = request.send().await.map_err(|error| BucketError::unavailable(&error))?;
            found.add(&page);
            if page.is_truncated() != Some(true) {
                return Ok(found);
            }
            key = page.next_key_marker().map(str::to_owned);
            version = page.next_version_id_marker().map(str::to_owned);
        }
    }

    /// Reads the first version of an object. `None` if there is none.
    pub(crate) async fn read_first(&self, key: &str) -> Result<Option<Object>, BucketError> {
        let versions = self.list(key).await?.remove(key).unwrap_or_default();
        self.read(key, &versions).await
    }

    /// Reads the first version of an object.
    pub(crate) async fn read(
        &self,
        key: &str,
        versions: &Versions,
    ) -> Result<Option<Object>, BucketError> {
        let Some(version) = &versions.first else {
            return Ok(None);
        };
        let request = self.client.get_object().bucket(&self.name).key(key).version_id(version);
        let found = request.send().await.map_err(|error| match error.code() {
            Some(code) if UNREADABLE.contains(&code) => {
                BucketError::Object(key.to_owned(), code.to_owned())
            }
            _ => BucketError::unavailable(&error),
        })?;
        let made = timestamp(found.last_modified().copied());
        let lock_mode = found.object_lock_mode().map(|mode| mode.as_str().to_owned());
        let mut lock = lock_mode.zip(found.object_lock_retain_until_date().copied());
        if lock.is_none() {
            lock = self.read_lock(key, version).await?;
        }
        let lock = lock.map(|(mode, until)| Lock { mode, until: timestamp(Some(until)) });
        let problem = find_problem(lock.as_ref(), made, self.years);
        let lock_finding = problem.map(|problem| format!("The object {key} {problem}."));
        let body = found.body.collect().await;
        let body = body.map_err(|error| BucketError::unavailable(&error))?.to_vec();
        Ok(Some(Object { body, lock_finding }))
    }

    /// Reads the lock of an object that came without one. S3 leaves it out for a caller who may not see it.
    async fn read_lock(
        &self,
        key: &str,
        version: &str,
    ) -> Result<Option<(String, DateTime)>, BucketError> {
        let request = self.client.get_object_retention().bucket(&self.name);
        match request.key(key).version_id(version).send().await {
            Ok(found) => Ok(found.retention.and_then(|lock| {
                let mode = lock.mode().map(|mode| mode.as_str().to_owned());
                mode.zip(lock.retain_until_date().copied())
            })),
            Err(error) if error.code().is_some_and(|code| UNLOCKED.contains(&code)) => Ok(None),
            Err(error) => Err(BucketError::unavailable(&error)),
        }
    }
}

/// The time of S3. One that cannot be represented is 1970, so that no lock is long enough.
fn timestamp(time: Option<DateTime>) -> Timestamp {
    let millis = time.and_then(|time| time.to_millis().ok());
    millis.and_then(|millis| Timestamp::from_millis(millis).ok()).unwrap_or(Timestamp::EPOCH)
}
