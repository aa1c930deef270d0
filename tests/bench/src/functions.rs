//! Size, start and memory of the functions' release binaries.

use bench::{Table, median, within_bound};
use emulator::{Emulator, Options};
use tests::runtime_api::FunctionProcess;

use crate::service::{self, BenchClinic};
use crate::{MeasureError, cold, process};

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
/// The largest allowed binary of a function.
const MAX_MEGABYTES: f64 = 10.0;

/// A running service whose database the functions use.
pub(crate) struct FunctionBench {
    pub(crate) running: Emulator,
    pub(crate) clinic: BenchClinic,
}

/// Measures size, start and memory of every function.
pub(crate) async fn measure() -> Result<String, MeasureError> {
    let bench = FunctionBench::new().await?;
    let columns = ["function", "binary MB", "at most 10", "to its first `next` ms", "resident MB"];
    let mut table = Table::new("Size and start of each function", columns);
    for name in FUNCTIONS {
        let size = process::read_megabytes(&process::find_binary(name)?)?;
        let starts = cold::measure_starts(name, &bench).await?;
        table.row([
            format!("`{name}`"),
            format!("{size:.2}"),
            within_bound(size, MAX_MEGABYTES).to_owned(),
            format!("{:.2}", median(starts.iter().map(|start| start.next))),
            format!("{:.1}", median(starts.iter().map(|start| start.resident))),
        ]);
    }
    bench.running.stop().await;
    Ok(table.with(&format!(
        "Release profile, {}. Medians of {} process starts.",
        std::env::consts::ARCH,
        cold::RUNS,
    )))
}

impl FunctionBench {
    pub(crate) async fn new() -> Result<Self, MeasureError> {
        let running = service::start(Options::default()).await?;
        let clinic = service::create_clinic(&running).await?;
        Ok(Self { running, clinic })
    }

    /// All settings. Every function gets the same ones and ignores those it does not read.
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

    pub(crate) async fn start(&self, name: &str) -> Result<FunctionProcess, MeasureError> {
        FunctionProcess::start(&process::find_binary(name)?, &self.settings()).await
    }
}
