//! Why an emulator does not start.

use std::error::Error;
use std::io;

use dynoxide::DynoxideError;

use crate::gateway::RouteError;
use crate::stream::TrimError;
use crate::table::TableError;
use crate::template::TemplateError;

/// Why an emulator does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The template cannot be read.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The routes cannot be served.
    #[error(transparent)]
    Route(#[from] RouteError),
    /// The table cannot be used.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The consumer of the stream does not exist.
    #[error("template: the stream has the consumer {0}, which does not exist")]
    UnknownConsumer(String),
    /// The function of a schedule does not exist.
    #[error("template: a schedule has the function {0}, which does not exist")]
    UnknownScheduled(String),
    /// The function of a rule for events does not exist.
    #[error("template: a rule for events has the function {0}, which does not exist")]
    UnknownEventFunction(String),
    /// The function of a queue does not exist.
    #[error("template: a queue has the function {0}, which does not exist")]
    UnknownQueueFunction(String),
    /// The data directory cannot be created.
    #[error("the data directory cannot be created")]
    Storage(#[source] io::Error),
    /// The database cannot be opened.
    #[error("the database cannot be opened")]
    Database(#[from] DynoxideError),
    /// The position in the stream cannot be read.
    #[error("the position in the stream cannot be read")]
    Position(#[source] io::Error),
    /// The key of the sealed audit cannot be read.
    #[error("the key of the sealed audit cannot be read")]
    SealingKey(#[source] io::Error),
    /// Delivered records cannot be removed from the stream.
    #[error(transparent)]
    Trim(#[from] TrimError),
    /// A port cannot be opened.
    #[error("port {port} cannot be opened")]
    Port {
        /// The port.
        port: u16,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The secrets of links, known browsers or webhooks are invalid.
    #[error(transparent)]
    Keyring(#[from] runtime::NoKeyring),
    /// The signing keys are invalid.
    #[error(transparent)]
    SigningKeys(#[from] auth::jwt::SigningKeysError),
    /// The keys could not be published.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The sender of emails is invalid.
    #[error("the sender of emails is invalid: {0}")]
    Sender(String),
    /// The URL of the NPI registry is invalid.
    #[error(transparent)]
    Registry(#[from] npi::InvalidAddress),
    /// The dashboard's address has no origin.
    #[error(transparent)]
    Dashboard(#[from] auth::same_origin::InvalidDashboardUrl),
    /// The list of breached passwords.
    #[error(transparent)]
    BreachedPasswords(#[from] auth::passwords::InvalidListAddress),
}

/// An error and its causes on one line.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    let mut messages = vec![error.to_string()];
    // A transparent error has the message of its cause.
    messages.extend(causes.map(ToString::to_string));
    messages.dedup();
    messages.join(": ")
}
