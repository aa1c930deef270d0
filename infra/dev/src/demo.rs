//! The demo clinic, so that the first thing a newcomer does is to invite somebody.

use domain::credentials::api_key::ApiKeySecret;
use provision::{NotProvisioned, Request};
use store::StoreError;

use emulator::Emulator;

use crate::data::{DataDirectory, DataError};

/// Why there is no demo clinic.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    /// The clinic could not be made.
    #[error("the demo clinic cannot be made")]
    NotProvisioned(#[from] NotProvisioned),
    /// The table could not be read.
    #[error(
        "the demo clinic cannot be read; RESET=1 starts afresh when its data is of an older version"
    )]
    Store(#[from] StoreError),
    /// The key could not be kept.
    #[error(transparent)]
    Data(#[from] DataError),
}

/// The demo clinic's API key: the one kept from an earlier start if it still works, or that of a
/// new clinic.
pub(crate) async fn api_key(
    emulator: &Emulator,
    data: &DataDirectory,
) -> Result<String, DemoError> {
    match load_key(emulator, data).await? {
        Some(key) => Ok(key),
        None => provision_clinic(emulator, data).await,
    }
}

async fn load_key(emulator: &Emulator, data: &DataDirectory) -> Result<Option<String>, DemoError> {
    let Some(secret) = data.demo_key()?.and_then(|text| ApiKeySecret::parse(&text).ok()) else {
        return Ok(None);
    };
    let key = emulator.context.store.find_api_key(&secret).await?;
    Ok(key.filter(|key| key.active).map(|_| secret.reveal().to_owned()))
}

async fn provision_clinic(emulator: &Emulator, data: &DataDirectory) -> Result<String, DemoError> {
    let request = Request {
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
    };
    let made = provision::provision(&emulator.provision(), &request).await?;
    data.keep_demo_key(&made.api_key)?;
    Ok(made.api_key)
}

#[cfg(test)]
mod tests {
    use emulator::Options;

    use super::*;
    use crate::service::start;

    #[tokio::test]
    async fn the_key_outlasts_a_restart_and_the_owner_is_mailed_once() {
        let scratch = tempfile::tempdir().unwrap();
        let data = DataDirectory::open(scratch.path()).unwrap();
        let first = start(&data, Options::default()).await.unwrap();
        assert_eq!(first.emulator.inbox.wait("owner@riverside.example", 1).await.len(), 1);
        first.emulator.stop().await;

        let second = start(&data, Options::default()).await.unwrap();
        assert_eq!(second.api_key, first.api_key);
        second.emulator.settled().await.unwrap();
        assert_eq!(second.emulator.inbox.to("owner@riverside.example").len(), 1);
        second.emulator.stop().await;

        data.clear().unwrap();
        let third = start(&data, Options::default()).await.unwrap();
        assert_ne!(third.api_key, first.api_key);
        third.emulator.stop().await;
    }

    #[tokio::test]
    async fn a_mail_that_was_on_its_way_when_the_service_ended_is_sent_by_the_next() {
        let scratch = tempfile::tempdir().unwrap();
        let data = DataDirectory::open(scratch.path()).unwrap();
        let unsent = Options { pump: false, ..Options::default() };
        start(&data, unsent).await.unwrap().emulator.stop().await;
        let second = start(&data, Options::default()).await.unwrap();
        let mails = second.emulator.inbox.wait("owner@riverside.example", 1).await;
        assert!(mails[0].token().is_some());
        second.emulator.stop().await;
    }
}
