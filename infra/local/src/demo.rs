//! The demo clinic, so that the first thing a newcomer does is to invite somebody.

use domain::credentials::api_key::ApiKeySecret;
use provision::{NotProvisioned, Request};
use store::StoreError;

use crate::data::DataError;
use crate::running::Running;

/// Why there is no demo clinic.
#[derive(Debug, thiserror::Error)]
pub enum NoDemo {
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

/// The demo clinic's API key: the one kept from an earlier start as long as it works, else that of
/// a clinic made now. The example PACS uses it from then on.
pub async fn api_key(running: &Running) -> Result<String, NoDemo> {
    let key = match kept(running).await? {
        Some(kept) => kept,
        None => made(running).await?,
    };
    Ok(running.demo_key.get_or_init(|| key).clone())
}

async fn made(running: &Running) -> Result<String, NoDemo> {
    let request = Request {
        clinic_name: "Riverside Imaging".to_owned(),
        reply_to: Some("office@riverside.example".to_owned()),
        invitation_days: None,
        owner_email: "owner@riverside.example".to_owned(),
        owner_first_name: "Olivia".to_owned(),
        owner_last_name: "Rivers".to_owned(),
        embed_origins: Some(vec![
            running.url.clone(),
            running.url.replace("127.0.0.1", "localhost"),
        ]),
    };
    let made = provision::provision(&running.provision(), &request).await?;
    if let Some(data) = &running.data {
        data.keep_demo_key(&made.api_key)?;
    }
    Ok(made.api_key)
}

async fn kept(running: &Running) -> Result<Option<String>, NoDemo> {
    let kept = match &running.data {
        Some(data) => data.demo_key()?,
        None => None,
    };
    let Some(secret) = kept.and_then(|text| ApiKeySecret::parse(&text).ok()) else {
        return Ok(None);
    };
    let known = running.context.store.api_key(&secret).await?;
    Ok(known.filter(|key| key.active).map(|_| secret.reveal().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;
    use crate::{Options, Storage, start};

    fn in_directory(scratch: &Scratch, afresh: bool) -> Options {
        Options {
            storage: Storage::Directory { path: scratch.path().to_owned(), afresh },
            ..Options::default()
        }
    }

    #[tokio::test]
    async fn the_key_outlasts_a_restart_and_the_owner_is_mailed_once() {
        let scratch = Scratch::new();
        let first = start(in_directory(&scratch, false)).await.unwrap();
        let key = api_key(&first).await.unwrap();
        assert_eq!(first.inbox.wait("owner@riverside.example", 1).await.len(), 1);
        first.stop().await;

        let second = start(in_directory(&scratch, false)).await.unwrap();
        assert_eq!(api_key(&second).await.unwrap(), key);
        second.settled().await.unwrap();
        assert_eq!(second.inbox.to("owner@riverside.example").len(), 1);
        second.stop().await;

        let afresh = start(in_directory(&scratch, true)).await.unwrap();
        assert_ne!(api_key(&afresh).await.unwrap(), key);
        afresh.stop().await;
    }

    #[tokio::test]
    async fn a_mail_that_was_on_its_way_when_the_service_ended_is_sent_by_the_next() {
        let scratch = Scratch::new();
        let unsent = Options { pump: false, ..in_directory(&scratch, false) };
        let first = start(unsent).await.unwrap();
        api_key(&first).await.unwrap();
        first.stop().await;
        let second = start(in_directory(&scratch, false)).await.unwrap();
        let mails = second.inbox.wait("owner@riverside.example", 1).await;
        assert!(mails[0].token().is_some());
        second.stop().await;
    }
}
