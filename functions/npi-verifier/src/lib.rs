//! Looks up the NPIs that are due in the registry: those without an answer so far, and every other
//! NPI once a month.
//!
//! A run is limited and may stop after any number. Results are written at once, and the rest stays
//! due. If two runs meet at a number, the version of its claim lets only one of them reserve it.

mod check;
mod holder;
mod outcome;
mod write;

use std::sync::Arc;
use std::time::Duration;

use changes::Context;
use domain::time::Timestamp;
use npi::Nppes;
use serde::{Deserialize, Serialize};
use store::StoreError;

use check::check_npi;
use outcome::NpiCheckOutcome;

/// What this function needs.
#[derive(Clone)]
pub struct Deps {
    /// The table, the clock and randomness.
    pub context: Context,
    /// The NPI registry.
    pub registry: Arc<Nppes>,
    /// How much one run does.
    pub limits: RunLimits,
}

/// How long a lookup may take. It is longer than in a request because no one waits for it.
pub const BUDGET: Duration = Duration::from_secs(4);

/// A run stops after this many lookups in a row without an answer, because the registry is down.
const MAX_UNANSWERED_IN_A_ROW: u32 = 3;

/// The most that one run does.
#[derive(Clone, Copy, Debug)]
pub struct RunLimits {
    /// How many numbers are checked.
    pub numbers: u16,
    /// No check starts after this time. The last one, a lookup and a few database calls, has until
    /// Lambda's timeout to finish.
    pub time: Duration,
}

impl Default for RunLimits {
    fn default() -> Self {
        Self { numbers: 100, time: Duration::from_secs(40) }
    }
}

/// The schedule's event. Its content is ignored.
#[derive(Debug, Deserialize)]
pub struct ScheduledEvent {}

/// How many numbers a run checked, by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunSummary {
    /// The verification changed.
    pub changed: u32,
    /// The registry gave the same answer as before.
    pub unchanged: u32,
    /// The registry gave no answer.
    pub unanswered: u32,
    /// Another run or request handled the number first.
    pub skipped: u32,
}

/// Why a run counts as failed. The results so far are written.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The table didn't answer. The next run continues.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// This many numbers stay due because an item is corrupt.
    #[error("{0} NPI checks were skipped: corrupt items")]
    Corrupt(u32),
}

/// Checks the numbers that are due.
pub async fn handle(deps: &Deps, _event: ScheduledEvent) -> Result<RunSummary, RunError> {
    let start = deps.context.now();
    let due = deps.context.store.list_due_npis(start, deps.limits.numbers).await?;
    let (mut summary, mut corrupt, mut unanswered_in_a_row) = (RunSummary::default(), 0, 0);
    for (clinic, npi) in due {
        if unanswered_in_a_row == MAX_UNANSWERED_IN_A_ROW || out_of_time(deps, start) {
            break;
        }
        let outcome = match check_npi(deps, clinic, npi).await {
            // The other numbers must still be checked.
            Err(error @ StoreError::Corrupt { marked: true, .. }) => {
                tracing::info!(%error, "NPI check skipped: the operator has marked the item");
                continue;
            }
            Err(error @ StoreError::Corrupt { .. }) => {
                tracing::error!(%error, "NPI check skipped: corrupt item");
                corrupt += 1;
                continue;
            }
            outcome => outcome?,
        };
        unanswered_in_a_row = match outcome {
            NpiCheckOutcome::Unanswered => unanswered_in_a_row + 1,
            _ => 0,
        };
        *match outcome {
            NpiCheckOutcome::Changed => &mut summary.changed,
            NpiCheckOutcome::Unchanged => &mut summary.unchanged,
            NpiCheckOutcome::Unanswered => &mut summary.unanswered,
            NpiCheckOutcome::Skipped => &mut summary.skipped,
        } += 1;
    }
    tracing::info!(?summary, "NPI check run finished");
    if corrupt > 0 {
        return Err(RunError::Corrupt(corrupt));
    }
    Ok(summary)
}

fn out_of_time(deps: &Deps, start: Timestamp) -> bool {
    deps.context.now().since(start) >= deps.limits.time
}
