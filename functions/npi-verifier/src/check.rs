//! Checks one number: reserves it, looks it up, and writes the result.

use changes::{Attempt, Failure};
use domain::claim::Claim;
use domain::ids::ClinicId;
use domain::npi::{Npi, RegistryAnswer};
use store::{CommitOutcome, StoreError};

use crate::Deps;
use crate::holder::NpiHolder;
use crate::outcome::NpiCheckOutcome;
use crate::write::write_answer;

/// Why the registry's answer was not written.
enum AnswerNotWritten {
    /// The table failed.
    Store(StoreError),
    /// Every attempt conflicted with another write.
    Contended,
}

impl From<StoreError> for AnswerNotWritten {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Failure> for AnswerNotWritten {
    fn from(_: Failure) -> Self {
        Self::Contended
    }
}

/// Looks up one number and writes the result.
pub(crate) async fn check_npi(
    deps: &Deps,
    clinic: ClinicId,
    npi: Npi,
) -> Result<NpiCheckOutcome, StoreError> {
    if !reserve(deps, clinic, npi).await? {
        return Ok(NpiCheckOutcome::Skipped);
    }
    let answer = deps.registry.look_up(&npi).await;
    if answer == RegistryAnswer::Unavailable {
        return Ok(NpiCheckOutcome::Unanswered);
    }
    let outcome: Result<NpiCheckOutcome, AnswerNotWritten> = changes::retry!(async {
        let claim = deps.context.store.load_npi_claim(clinic, npi).await?;
        let Some(holder) = NpiHolder::load(deps, (clinic, npi), &claim).await? else {
            return Ok(Attempt::Done(NpiCheckOutcome::Skipped));
        };
        Ok(write_answer(deps, (clinic, npi), claim, holder, &answer).await?)
    });
    match outcome {
        Err(AnswerNotWritten::Contended) => Ok(NpiCheckOutcome::Skipped),
        Err(AnswerNotWritten::Store(error)) => Err(error),
        Ok(outcome) => Ok(outcome),
    }
}

/// Reserves the number by moving its due date, as a failed lookup would. No other run takes it
/// meanwhile, and a lookup without an answer needs no further write. A number that no one holds any
/// more loses its due date.
async fn reserve(deps: &Deps, clinic: ClinicId, npi: Npi) -> Result<bool, StoreError> {
    let claim = deps.context.store.load_npi_claim(clinic, npi).await?;
    let now = deps.context.now();
    let Some(due) = claim.due.filter(|due| due.at <= now) else {
        return Ok(false);
    };
    let holder = NpiHolder::load(deps, (clinic, npi), &claim).await?;
    let next: Claim = claim.reschedule(holder.is_some().then(|| due.after_failure(now)));
    let written = deps.context.store.write_npi_due_date(clinic, npi, &next).await?;
    Ok(written == CommitOutcome::Committed && holder.is_some())
}
