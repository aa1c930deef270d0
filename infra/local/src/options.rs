//! How a service is to be started.

use std::path::PathBuf;
use std::sync::Arc;

use domain::entropy::Entropy;
use domain::time::Clock;
use runtime::{OsEntropy, SystemClock};

/// Where the data lives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Storage {
    /// In this process, shared with no other service in it.
    #[default]
    Memory,
    /// In this directory.
    Directory {
        /// The directory, made when it is not there.
        path: PathBuf,
        /// Whether to forget what it holds.
        afresh: bool,
    },
}

/// How a service is to be started. The default is what most tests want.
#[derive(Clone)]
pub struct Options {
    /// Where the data lives.
    pub storage: Storage,
    /// The port of API and pages; 0 for any.
    pub port: u16,
    /// The port of the DynamoDB endpoint; 0 for any.
    pub dynamodb_port: u16,
    /// The present moment.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The signing keys' secret; made up, or kept from an earlier start, when missing.
    pub signing_keys: Option<String>,
    /// Another NPI registry than the small one at `/api/`.
    pub registry: Option<String>,
    /// Another SES than the inbox.
    pub ses: Option<String>,
    /// Whether committed mails are sent.
    pub pump: bool,
    /// Whether the database can be told to fail, and counts what it is asked.
    pub faults: bool,
    /// Address of `cargo lambda watch`, when the functions run there.
    pub lambda: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            storage: Storage::Memory,
            port: 0,
            dynamodb_port: 0,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(OsEntropy),
            signing_keys: None,
            registry: None,
            ses: None,
            pump: true,
            faults: false,
            lambda: None,
        }
    }
}
