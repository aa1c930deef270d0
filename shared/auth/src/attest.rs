//! Who may attest an NPI, and why an attestation is refused.

use domain::ids::UserId;
use domain::npi::Attester;
use domain::person::permissions::NotAttested;

use crate::principal::Principal;
use web::Problem;

/// Returns the signed-in person who attests. No one may attest their own NPI.
pub fn attesting_user(caller: &Principal, about: UserId) -> Result<Attester, Problem> {
    let by = caller.identity.user().ok_or_else(Problem::unauthenticated)?;
    if by == about {
        let detail = "You cannot attest your own NPI. Ask another owner or admin.";
        return Err(Problem::conflict("cannot_attest_self", detail));
    }
    Ok(Attester::User(by))
}

/// The refusal of an attestation. Only an NPI that is `name_mismatch` can be attested.
pub fn not_attestable(why: NotAttested) -> Problem {
    match why {
        NotAttested::NoNpi => {
            Problem::conflict("npi_not_attestable", "Add an NPI first. This person has none.")
        }
        NotAttested::NotMismatched(now) => {
            let now = now.as_str();
            let detail =
                format!("This NPI is {now}. Only an NPI that is name_mismatch can be attested.");
            Problem::conflict("npi_not_attestable", detail)
        }
        NotAttested::UserDeactivated => Problem::conflict(
            "user_deactivated",
            "This user is deactivated. Reactivate the user first.",
        ),
    }
}
