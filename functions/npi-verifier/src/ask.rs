//! One number: taken up, asked about, settled.

use changes::{Attempt, Failure};
use domain::claim::Claim;
use domain::ids::ClinicId;
use domain::npi::{Npi, RegistryAnswer};
use store::{CommitOutcome, StoreError};

use crate::Deps;
use crate::person::Person;
use crate::settle::settle;

/// What came of one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// The registry says something else than before.
    Changed,
    /// The registry says the same as before.
    Unchanged,
    /// The registry gave no answer.
    InVain,
    /// It was not due any more, or somebody else was faster.
    Left,
}

/// Why the answer of the registry was not written.
enum AskError {
    /// The table failed.
    Store(StoreError),
    /// Every attempt met another write.
    Contended,
}

impl From<StoreError> for AskError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Failure> for AskError {
    fn from(_: Failure) -> Self {
        Self::Contended
    }
}

/// Asks about one number and writes what follows.
pub(crate) async fn ask(deps: &Deps, clinic: ClinicId, npi: Npi) -> Result<Asked, StoreError> {
    if !taken_up(deps, clinic, npi).await? {
        return Ok(Asked::Left);
    }
    let answer = deps.registry.look_up(&npi).await;
    if answer == RegistryAnswer::Unavailable {
        return Ok(Asked::InVain);
    }
    let asked: Result<Asked, AskError> = changes::retry!(async {
        let claim = deps.context.store.load_npi_claim(clinic, npi).await?;
        let Some(person) = Person::holding(deps, (clinic, npi), &claim).await? else {
            return Ok(Attempt::Done(Asked::Left));
        };
        Ok(settle(deps, (clinic, npi), claim, person, &answer).await?)
    });
    match asked {
        Err(AskError::Contended) => Ok(Asked::Left),
        Err(AskError::Store(error)) => Err(error),
        Ok(asked) => Ok(asked),
    }
}

/// Puts the number off as an ask in vain does, so that no other run takes it up meanwhile, and
/// nothing more is to be written if there is no answer or this run ends here. A number without its
/// person leaves the index.
async fn taken_up(deps: &Deps, clinic: ClinicId, npi: Npi) -> Result<bool, StoreError> {
    let claim = deps.context.store.load_npi_claim(clinic, npi).await?;
    let now = deps.context.now();
    let Some(due) = claim.due.filter(|due| due.at <= now) else {
        return Ok(false);
    };
    let person = Person::holding(deps, (clinic, npi), &claim).await?;
    let next: Claim = claim.reschedule(person.is_some().then(|| due.after_failure(now)));
    let written = deps.context.store.write_npi_due_date(clinic, npi, &next).await?;
    Ok(written == CommitOutcome::Committed && person.is_some())
}
