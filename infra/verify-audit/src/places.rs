//! Verifies that the bucket has nothing but segments and public keys.

use domain::ids::ClinicId;
use segment::PublicKey;

use crate::bucket::{Bucket, BucketError, Versions};

/// The folder with the segments of each clinic.
const SEGMENTS: &str = "segments/";
/// The folder with the public keys.
const KEYS: &str = "keys/";

/// The sentence about an object or a folder that is not the service's.
pub(crate) fn never_written(key: &str) -> String {
    format!("The service never writes {key} into the bucket.")
}

/// Finds what is wrong with the objects that are in no clinic's folder. Returns also the clinics that have one.
pub(crate) async fn check_places(
    bucket: &Bucket,
) -> Result<(Vec<ClinicId>, Vec<String>), BucketError> {
    let mut findings = Vec::new();
    let root = bucket.list_folder("").await?;
    let foreign = root.folders.iter().filter(|one| ![SEGMENTS, KEYS].contains(&one.as_str()));
    findings.extend(root.objects.keys().chain(foreign).map(|key| never_written(key)));
    let segments = bucket.list_folder(SEGMENTS).await?;
    findings.extend(segments.objects.keys().map(|key| never_written(key)));
    let mut clinics = Vec::new();
    for folder in &segments.folders {
        match clinic_of(folder) {
            Some(clinic) => clinics.push(clinic),
            None => findings.push(never_written(folder)),
        }
    }
    for (key, versions) in bucket.list(KEYS).await? {
        findings.extend(check_key(bucket, &key, &versions).await?);
    }
    Ok((clinics, findings))
}

/// The clinic of a folder. `None` if no clinic has a folder with this name.
fn clinic_of(folder: &str) -> Option<ClinicId> {
    let name = folder.strip_prefix(SEGMENTS)?.strip_suffix('/')?;
    ClinicId::parse(name).ok().filter(|clinic| clinic.to_string() == name)
}

async fn check_key(
    bucket: &Bucket,
    key: &str,
    versions: &Versions,
) -> Result<Vec<String>, BucketError> {
    let object = match bucket.read(key, versions).await {
        Ok(object) => object,
        Err(error @ BucketError::Object(..)) => return Ok(vec![format!("{error}.")]),
        Err(error) => return Err(error),
    };
    let mut findings = Vec::new();
    findings.extend(object.as_ref().and_then(|object| object.lock_finding.clone()));
    let public = object.and_then(|object| PublicKey::from_jwk(&object.body).ok());
    if public.is_none_or(|public| public.object_key() != key) {
        findings.push(never_written(key));
    }
    if versions.count > 1 {
        findings.push(format!("The object {key} has more than one version."));
    }
    if versions.markers > 0 {
        findings.push(format!("The object {key} has a delete marker."));
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clinic_has_one_folder() {
        let id = "01920000-0000-7000-8000-00000000000a";
        assert_eq!(clinic_of(&format!("segments/{id}/")), ClinicId::parse(id).ok());
        for folder in ["segments/x/", &format!("segments/{}/", id.to_uppercase()), "segments//"] {
            assert_eq!(clinic_of(folder), None, "{folder}");
        }
    }
}
