//! Reads the bucket of the sealed audit, with all versions of its objects.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_sdk_s3::error::DisplayErrorContext;
use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;
use domain::ids::ClinicId;

/// The bucket.
pub(crate) struct Bucket {
    client: aws_sdk_s3::Client,
    name: String,
}

/// S3 did not answer, or refused.
#[derive(Debug, thiserror::Error)]
#[error("the bucket: {0}")]
pub(crate) struct BucketError(String);

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

impl Bucket {
    /// An endpoint is set only for an AWS emulator, where the name of the bucket is part of the path.
    pub(crate) fn connect(config: &SdkConfig, name: String) -> Self {
        let local = config.endpoint_url().is_some();
        let config = aws_sdk_s3::config::Builder::from(config).force_path_style(local).build();
        Self { client: aws_sdk_s3::Client::from_conf(config), name }
    }

    /// Lists the objects whose keys begin with a prefix.
    pub(crate) async fn list(
        &self,
        prefix: &str,
    ) -> Result<BTreeMap<String, Versions>, BucketError> {
        let mut objects: BTreeMap<String, Versions> = BTreeMap::new();
        let mut marker = (String::new(), None);
        loop {
            let page = self.list_page(prefix, &marker).await?;
            for version in page.versions() {
                let object =
                    objects.entry(version.key().unwrap_or_default().to_owned()).or_default();
                object.count += 1;
                // The newest version comes first.
                object.first = version.version_id().map(str::to_owned);
            }
            for marker in page.delete_markers() {
                objects.entry(marker.key().unwrap_or_default().to_owned()).or_default().markers +=
                    1;
            }
            if page.is_truncated() != Some(true) {
                return Ok(objects);
            }
            let next = page.next_key_marker().unwrap_or_default().to_owned();
            marker = (next, page.next_version_id_marker().map(str::to_owned));
        }
    }

    async fn list_page(
        &self,
        prefix: &str,
        (key, version): &(String, Option<String>),
    ) -> Result<ListObjectVersionsOutput, BucketError> {
        let request = self.client.list_object_versions().bucket(&self.name).prefix(prefix);
        let request = request.set_key_marker((!key.is_empty()).then(|| key.clone()));
        let page = request.set_version_id_marker(version.clone()).send().await;
        page.map_err(|error| BucketError(DisplayErrorContext(&error).to_string()))
    }

    /// The clinics that have segments.
    pub(crate) async fn list_clinics(&self) -> Result<Vec<ClinicId>, BucketError> {
        let (mut clinics, mut marker) = (Vec::new(), String::new());
        loop {
            let request = self.client.list_object_versions().bucket(&self.name);
            let request = request.prefix("segments/").delimiter("/");
            let request = request.set_key_marker((!marker.is_empty()).then_some(marker));
            let page = request.send().await;
            let page =
                page.map_err(|error| BucketError(DisplayErrorContext(&error).to_string()))?;
            let folders = page.common_prefixes().iter().filter_map(|one| one.prefix());
            clinics.extend(folders.filter_map(|folder| {
                ClinicId::parse(folder.trim_start_matches("segments/").trim_end_matches('/')).ok()
            }));
            if page.is_truncated() != Some(true) {
                return Ok(clinics);
            }
            marker = page.next_key_marker().map(str::to_owned).unwrap_or_default();
        }
    }

    /// Finds what is wrong with the objects that are no segments of a clinic.
    pub(crate) async fn check_other_objects(&self) -> Result<Vec<String>, BucketError> {
        let mut found = Vec::new();
        for (key, versions) in self.list("keys/").await? {
            if versions.count > 1 {
                found.push(format!("The object {key} has more than one version."));
            }
            if versions.markers > 0 {
                found.push(format!("The object {key} has a delete marker."));
            }
        }
        let page =
            self.client.list_object_versions().bucket(&self.name).delimiter("/").send().await;
        let page = page.map_err(|error| BucketError(DisplayErrorContext(&error).to_string()))?;
        let folders = page.common_prefixes().iter().filter_map(|one| one.prefix());
        let foreign = folders.filter(|folder| !["keys/", "segments/"].contains(folder));
        let loose = page.versions().iter().filter_map(|one| one.key());
        let foreign = foreign.chain(loose);
        found.extend(foreign.map(|key| format!("The service never writes {key} into the bucket.")));
        Ok(found)
    }

    /// Reads the first version of an object. `None` if there is none.
    pub(crate) async fn read_first(&self, key: &str) -> Result<Option<Vec<u8>>, BucketError> {
        let versions = self.list(key).await?.remove(key).unwrap_or_default();
        self.read(key, &versions).await
    }

    /// Reads the first version of an object.
    pub(crate) async fn read(
        &self,
        key: &str,
        versions: &Versions,
    ) -> Result<Option<Vec<u8>>, BucketError> {
        let Some(version) = &versions.first else {
            return Ok(None);
        };
        let request = self.client.get_object().bucket(&self.name).key(key).version_id(version);
        let found = request.send().await;
        let found = found.map_err(|error| BucketError(DisplayErrorContext(&error).to_string()))?;
        let body = found.body.collect().await;
        body.map(|body| Some(body.to_vec())).map_err(|error| BucketError(error.to_string()))
    }
}
