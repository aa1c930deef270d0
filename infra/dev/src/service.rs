//! The emulator on a developer's data, with pages and the demo clinic.

use std::io;
use std::path::Path;

use axum::Router;
use emulator::{Emulator, Inbox, Options, StartError, Storage, TableError};
use runtime::OsEntropy;

use crate::data::{DataDirectory, DataError};
use crate::demo::{self, DemoError};
use crate::examples::{self, Examples};
use crate::inbox;
use crate::pages::{self, PagesError};

/// A developer's service.
pub(crate) struct DevService {
    pub(crate) emulator: Emulator,
    /// The demo clinic's UUID.
    pub(crate) clinic_id: String,
    /// The demo clinic's API key.
    pub(crate) api_key: String,
}

/// Why a developer's service does not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DevServiceError {
    #[error(transparent)]
    Data(#[from] DataError),
    /// The file of captured emails cannot be read.
    #[error("the inbox cannot be read")]
    Inbox(#[source] io::Error),
    #[error(transparent)]
    Pages(#[from] PagesError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Demo(#[from] DemoError),
}

impl DevServiceError {
    /// What the reader can do about it.
    pub(crate) fn advice(&self) -> Option<&'static str> {
        match self {
            Self::Start(StartError::Port { .. }) => Some(
                "Choose other ports with --port and --dynamodb-port, or with PORT= and DYNAMODB_PORT=.",
            ),
            Self::Pages(_) => Some("Build the pages with `make pages`, or run `make dev`."),
            Self::Start(StartError::Table(TableError::Differs(_)))
            | Self::Demo(DemoError::Store(_)) => {
                Some("Data of an older version cannot be used. Start with RESET=1 to delete it.")
            }
            _ => None,
        }
    }
}

/// Starts the service on the data of this directory, with the built pages of `dashboard`.
pub(crate) async fn start(
    data: &DataDirectory,
    options: Options,
    dashboard: &Path,
) -> Result<DevService, DevServiceError> {
    let inbox = Inbox::in_file(&data.inbox()).map_err(DevServiceError::Inbox)?;
    let examples = Examples::default();
    let pages = Router::new()
        .merge(inbox::router(inbox.clone()))
        .merge(pages::router(dashboard)?)
        .merge(examples::router(examples.clone()));
    let on = Options { append_events: true, report_email: true, ..options_on(data, options)? };
    let options = Options { inbox, pages, ..on };
    let emulator = emulator::start(options).await?;
    data.save_dynamodb_url(&emulator.dynamodb_url)?;
    let clinic = demo::load_or_provision(&emulator, data).await?;
    examples.connect(&emulator.url, &clinic);
    Ok(DevService { emulator, clinic_id: clinic.id, api_key: clinic.api_key })
}

/// The options with the directory's table and secrets.
pub(crate) fn options_on(data: &DataDirectory, options: Options) -> Result<Options, DataError> {
    Ok(Options {
        storage: Storage::Directory(data.path().to_owned()),
        token_secrets: Some(data.load_or_create_token_secrets(&OsEntropy)?),
        signing_keys: Some(data.load_or_create_signing_keys(&OsEntropy)?),
        ..options
    })
}
