//! How an emulator starts.

use std::sync::Arc;

use axum::Router;
use domain::entropy::Entropy;
use domain::time::Clock;
use runtime::{OsEntropy, SystemClock};

use crate::inbox::Inbox;
use crate::secrets::TokenSecrets;
use crate::storage::Storage;

/// How an emulator starts. The defaults are what most tests need.
#[derive(Clone)]
pub struct Options {
    /// Where the table is kept.
    pub storage: Storage,
    /// The port of the API and the pages. 0 takes any free port.
    pub port: u16,
    /// The port of the DynamoDB endpoint. 0 takes any free port.
    pub dynamodb_port: u16,
    /// The current time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The secrets of links and known browsers. New ones are made if they are missing.
    pub token_secrets: Option<TokenSecrets>,
    /// The signing keys' secret. A new one is made if it is missing.
    pub signing_keys: Option<String>,
    /// The URL of another NPI registry than the one at `/api/`.
    pub registry: Option<String>,
    /// The URL of another list of breached passwords than the one at `/range/`.
    pub breached_passwords: Option<String>,
    /// The URL of another SES than the inbox.
    pub ses: Option<String>,
    /// Where captured emails are kept.
    pub inbox: Inbox,
    /// Pages on the same port as the API.
    pub pages: Router,
    /// Whether the stream and the queue are delivered. Otherwise no email and no webhook is sent.
    pub deliver_stream: bool,
    /// Whether `events` runs. Otherwise the event feed stays empty.
    pub append_events: bool,
    /// Whether SES reports on each email. Otherwise an email that was sent stays `sent`.
    pub report_email: bool,
    /// Whether the database can fail on demand and counts its calls.
    pub faults: bool,
    /// The URL of `cargo lambda watch`, if the functions run there.
    pub lambda: Option<String>,
}

impl Options {
    /// Whether a function that the stream, a queue or a schedule calls runs.
    pub(crate) fn runs(&self, function: &str) -> bool {
        match function {
            "events" => self.append_events,
            "mailer" | "webhooks" => self.deliver_stream,
            _ => true,
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            storage: Storage::Memory,
            port: 0,
            dynamodb_port: 0,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(OsEntropy),
            token_secrets: None,
            signing_keys: None,
            registry: None,
            breached_passwords: None,
            ses: None,
            inbox: Inbox::in_memory(),
            pages: Router::new(),
            deliver_stream: true,
            append_events: false,
            report_email: false,
            faults: false,
            lambda: None,
        }
    }
}
