//! The functions' release binaries: size, start and memory.

use bench::{Table, bounded, median};
use emulator::{Emulator, Options};
use tests::runtime_api::Function;

use crate::service::{self, Clinic};
use crate::{Error, cold, process};

const FUNCTIONS: [&str; 9] = [
    "invite",
    "confirm",
    "list",
    "users",
    "session",
    "temporary-access",
    "mailer",
    "npi-verifier",
    "provision",
];
/// The largest that a function's binary may be.
const MAX_MEGABYTES: f64 = 10.0;

/// A running service for the functions to work on.
pub(crate) struct Bench {
    pub(crate) running: Emulator,
    pub(crate) clinic: Clinic,
}

/// Size, start and memory of every function.
pub(crate) async fn measure() -> Result<String, Error> {
    let bench = Bench::new().await?;
    let columns = ["function", "binary MB", "at most 10", "to its first `next` ms", "resident MB"];
    let mut table = Table::new("Functions", columns);
    for name in FUNCTIONS {
        let size = process::megabytes(&process::binary(name)?)?;
        let starts = cold::starts(name, &bench).await?;
        table.row([
            format!("`{name}`"),
            format!("{size:.2}"),
            bounded(size, MAX_MEGABYTES).to_owned(),
            format!("{:.2}", median(starts.iter().map(|start| start.next))),
            format!("{:.1}", median(starts.iter().map(|start| start.resident))),
        ]);
    }
    bench.running.stop().await;
    Ok(table.with(&format!(
        "Release profile, {}. Medians of {} starts of the process.",
        std::env::consts::ARCH,
        cold::RUNS,
    )))
}

impl Bench {
    pub(crate) async fn new() -> Result<Self, Error> {
        let running = service::start(Options::default()).await?;
        let clinic = service::clinic(&running).await?;
        Ok(Self { running, clinic })
    }

    /// Settings for every function, those that need fewer included.
    fn settings(&self) -> Vec<(&'static str, String)> {
        let Emulator { url, table, .. } = &self.running;
        vec![
            ("AWS_ENDPOINT_URL_DYNAMODB", self.running.dynamodb_url.clone()),
            ("AWS_ENDPOINT_URL_SESV2", url.clone()),
            ("TABLE_NAME", table.clone()),
            ("TOKEN_ISSUER", url.clone()),
            ("ROOT_KEY", self.running.root_key().to_owned()),
            ("SIGNING_KEYS", self.running.signing_keys().to_owned()),
            ("RESET_URL_BASE", format!("{url}/reset")),
            ("VIEWER_URL_BASE", format!("{url}/viewer")),
            ("ACCEPT_URL_BASE", format!("{url}/accept")),
            ("DASHBOARD_URL", format!("{url}/")),
            ("MAIL_FROM", "no-reply@autoscribe.example".to_owned()),
            ("NPPES_BASE_URL", format!("{url}/api/")),
            ("BREACHED_PASSWORDS_URL", format!("{url}/range/")),
        ]
    }

    pub(crate) async fn start(&self, name: &str) -> Result<Function, Error> {
        Function::start(&process::binary(name)?, &self.settings()).await
    }
}
