//! Asks the registry again about the NPIs that are due: those it has not answered on yet, and
//! every month those it has.
//!
//! A run is bounded and may end anywhere. What it did is written, what it left is still due, and
//! of two runs at once the version of the claim lets one take a number up.

mod ask;
mod person;
mod settle;

use std::sync::Arc;
use std::time::Duration;

use changes::Context;
use domain::time::Timestamp;
use npi::Nppes;
use serde::{Deserialize, Serialize};
use store::StoreError;

use ask::{Asked, ask};

/// What this function needs.
#[derive(Clone)]
pub struct Deps {
    /// The table, the clock and randomness.
    pub context: Context,
    /// The registry of NPIs.
    pub registry: Arc<Nppes>,
    /// How much one run does.
    pub bounds: Bounds,
}

/// How long a look-up may take: nobody waits for it, so longer than in a request.
pub const PATIENCE: Duration = Duration::from_secs(4);

/// Asks in vain, one after the other, after which the registry counts as down.
const REGISTRY_DOWN: u32 = 3;

/// How much one run does at most.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Numbers taken up.
    pub numbers: u16,
    /// Time after which no further number is taken up. What is under way then, a look-up and some
    /// calls of the database, has until Lambda's time-out to end.
    pub time: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { numbers: 100, time: Duration::from_secs(40) }
    }
}

/// The schedule's event. Nothing in it matters.
#[derive(Debug, Deserialize)]
pub struct Tick {}

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// Verifications that changed.
    pub changed: u32,
    /// Numbers that the registry says the same of as before.
    pub unchanged: u32,
    /// Numbers that the registry gave no answer on.
    pub unanswered: u32,
    /// Numbers that another run, or a change by somebody else, was faster with.
    pub left: u32,
}

/// Why a run counts as failed, whatever else it did.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The table does not answer: the next run goes on.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Numbers that stay due, since an item cannot be read.
    #[error("{0} numbers were left: their items are corrupt")]
    Corrupt(u32),
}

/// One run over what is due.
pub async fn handle(deps: &Deps, _tick: Tick) -> Result<Run, RunError> {
    let start = deps.context.now();
    let due = deps.context.store.list_due_npis(start, deps.bounds.numbers).await?;
    let (mut run, mut corrupt, mut silent) = (Run::default(), 0, 0);
    for (clinic, npi) in due {
        if silent == REGISTRY_DOWN || out_of_time(deps, start) {
            break;
        }
        let asked = match ask(deps, clinic, npi).await {
            // The numbers behind it are to be asked about all the same.
            Err(error @ StoreError::Corrupt { .. }) => {
                tracing::error!(%error, "number left");
                corrupt += 1;
                continue;
            }
            asked => asked?,
        };
        silent = if asked == Asked::InVain { silent + 1 } else { 0 };
        *match asked {
            Asked::Changed => &mut run.changed,
            Asked::Unchanged => &mut run.unchanged,
            Asked::InVain => &mut run.unanswered,
            Asked::Left => &mut run.left,
        } += 1;
    }
    tracing::info!(?run, "numbers asked about");
    if corrupt > 0 {
        return Err(RunError::Corrupt(corrupt));
    }
    Ok(run)
}

fn out_of_time(deps: &Deps, start: Timestamp) -> bool {
    deps.context.now().since(start) >= deps.bounds.time
}
