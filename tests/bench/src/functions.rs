//! Size, start and memory of the functions' release binaries.

use bench::{Table, median, within_bound};

use crate::service::FunctionBench;
use crate::{MeasureError, cold, process};

const FUNCTIONS: [&str; 12] = [
    "invite",
    "confirm",
    "list",
    "users",
    "session",
    "temporary-access",
    "mailer",
    "mail-events",
    "npi-verifier",
    "events",
    "webhooks",
    "provision",
];
/// The largest allowed binary of a function.
const MAX_MEGABYTES: f64 = 10.0;

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
