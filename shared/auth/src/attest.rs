//! Attesting an NPI: who may, and why it was not done.

use domain::ids::UserId;
use domain::person::permissions::NotAttested;

use crate::caller::Principal;
use web::Problem;

/// Who attests. Nobody vouches for themselves.
pub fn attester(caller: &Principal, about: UserId) -> Result<UserId, Problem> {
    let by = caller.identity.user().ok_or_else(Problem::unauthenticated)?;
    if by == about {
        let detail = "You cannot attest your own NPI. Ask another owner or admin.";
        return Err(Problem::conflict("cannot_attest_self", detail));
    }
    Ok(by)
}

/// Only a number that the registry knows under another surname is left to a person's word.
pub fn not_attested(why: NotAttested) -> Problem {
    match why {
        NotAttested::NoNpi => {
            Problem::conflict("npi_not_attestable", "There is no NPI on file. Add one first.")
        }
        NotAttested::NotMismatched(now) => {
            let now = now.as_str();
            let detail =
                format!("Only an NPI that is name_mismatch can be attested; this one is {now}.");
            Problem::conflict("npi_not_attestable", detail)
        }
        NotAttested::UserDeactivated => Problem::conflict(
            "user_deactivated",
            "This user is deactivated. Reactivate the user first.",
        ),
    }
}
