//! The demo clinic, which lets you invite people right after the start.

use domain::credentials::api_key::{ApiKeySecret, KeyStatus};
use emulator::Emulator;
use provision::{ClinicRequest, ProvisionError};
use store::StoreError;

use crate::data::{DataDirectory, DataError};

/// Why there is no demo clinic.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    /// The clinic cannot be created.
    #[error("the demo clinic cannot be created")]
    Provision(#[from] ProvisionError),
    /// The table cannot be read.
    #[error("the demo clinic cannot be read")]
    Store(#[from] StoreError),
    /// The API key cannot be loaded or saved.
    #[error(transparent)]
    Data(#[from] DataError),
}

/// The demo clinic.
pub(crate) struct DemoClinic {
    /// The clinic's UUID.
    pub(crate) id: String,
    /// Its API key.
    pub(crate) api_key: String,
}

/// Loads the demo clinic by its API key. Provisions a new clinic if there is no key or it no longer
/// works.
pub(crate) async fn load_or_provision(
    emulator: &Emulator,
    data: &DataDirectory,
) -> Result<DemoClinic, DemoError> {
    match load_clinic(emulator, data).await? {
        Some(clinic) => Ok(clinic),
        None => provision_clinic(emulator, data).await,
    }
}

async fn load_clinic(
    emulator: &Emulator,
    data: &DataDirectory,
) -> Result<Option<DemoClinic>, DemoError> {
    let Some(secret) = data.load_demo_key()?.and_then(|text| ApiKeySecret::parse(&text).ok())
    else {
        return Ok(None);
    };
    let (found, now) =
        (emulator.context.store.find_api_key(&secret).await?, emulator.context.now());
    let works = found.map(|found| found.key).filter(|key| key.status(now) == KeyStatus::Active);
    Ok(works
        .map(|key| DemoClinic { id: key.clinic.to_string(), api_key: secret.reveal().to_owned() }))
}

async fn provision_clinic(
    emulator: &Emulator,
    data: &DataDirectory,
) -> Result<DemoClinic, DemoError> {
    let request = ClinicRequest {
        clinic_name: "Riverside Imaging".to_owned(),
        reply_to: Some("office@riverside.example".to_owned()),
        invitation_days: None,
        owner_email: "owner@riverside.example".to_owned(),
        owner_first_name: "Olivia".to_owned(),
        owner_last_name: "Rivers".to_owned(),
        embed_origins: Some(vec![
            emulator.url.clone(),
            emulator.url.replace("127.0.0.1", "localhost"),
        ]),
        scopes: None,
    };
    let clinic = provision::provision(&emulator.provision_deps(), &request).await?;
    data.save_demo_key(&clinic.api_key)?;
    Ok(DemoClinic { id: clinic.clinic_id, api_key: clinic.api_key })
}

#[cfg(test)]
mod tests {
    use emulator::Options;

    use super::*;
    use crate::pages::no_pages;
    use crate::service::start;

    #[tokio::test]
    async fn a_restart_keeps_the_key_and_sends_no_second_email_to_the_owner() {
        let scratch = tempfile::tempdir().unwrap();
        let data = DataDirectory::open(scratch.path()).unwrap();
        let first = start(&data, Options::default(), no_pages().path()).await.unwrap();
        assert_eq!(first.emulator.inbox.wait_for("owner@riverside.example", 1).await.len(), 1);
        first.emulator.stop().await;

        let second = start(&data, Options::default(), no_pages().path()).await.unwrap();
        assert_eq!(second.api_key, first.api_key);
        second.emulator.wait_until_delivered().await.unwrap();
        assert_eq!(second.emulator.inbox.sent_to("owner@riverside.example").len(), 1);
        second.emulator.stop().await;

        data.clear().unwrap();
        let third = start(&data, Options::default(), no_pages().path()).await.unwrap();
        assert_ne!(third.api_key, first.api_key);
        third.emulator.stop().await;
    }

    #[tokio::test]
    async fn the_next_start_sends_an_email_that_the_last_one_left_queued() {
        let scratch = tempfile::tempdir().unwrap();
        let data = DataDirectory::open(scratch.path()).unwrap();
        let queued = Options { deliver_stream: false, ..Options::default() };
        start(&data, queued, no_pages().path()).await.unwrap().emulator.stop().await;
        let second = start(&data, Options::default(), no_pages().path()).await.unwrap();
        let emails = second.emulator.inbox.wait_for("owner@riverside.example", 1).await;
        assert!(emails[0].token().is_some());
        second.emulator.stop().await;
    }
}
