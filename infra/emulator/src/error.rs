//! Why a service does not start.

use std::error::Error;
use std::io;

use dynoxide::DynoxideError;

use crate::gateway::RouteError;
use crate::table::TableError;
use crate::template::TemplateError;

/// Why a service does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The template.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// Its routes.
    #[error(transparent)]
    Route(#[from] RouteError),
    /// Its table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A consumer of its stream.
    #[error("template: the stream leads to the function {0}, which does not exist")]
    NoConsumer(String),
    /// A function on a schedule.
    #[error("template: a schedule leads to the function {0}, which does not exist")]
    NotCalled(String),
    /// The data directory.
    #[error("the data directory cannot be created")]
    Storage(#[source] io::Error),
    /// The database.
    #[error("database")]
    Database(#[from] DynoxideError),
    /// The place in the stream.
    #[error("the place in the stream cannot be read")]
    Position(#[source] io::Error),
    /// A port.
    #[error("port {port} cannot be used; choose another with {setting}=")]
    Port {
        /// The port.
        port: u16,
        /// The environment variable that names it.
        setting: &'static str,
        /// Why not.
        source: io::Error,
    },
    /// The root key.
    #[error("{0}")]
    RootKey(String),
    /// The signing keys.
    #[error(transparent)]
    SigningKeys(#[from] auth::jwt::SigningKeysError),
    /// The keys could not be published.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The sender of mails.
    #[error("sender of mails: {0}")]
    Sender(String),
    /// The NPI registry.
    #[error(transparent)]
    Registry(#[from] npi::InvalidAddress),
}

/// An error with all that caused it, on one line.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    let mut said = vec![error.to_string()];
    // A transparent error says what its cause says.
    said.extend(causes.map(ToString::to_string));
    said.dedup();
    said.join(": ")
}
