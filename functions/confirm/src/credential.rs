//! The password that comes with an acceptance.

use axum::http::StatusCode;
use domain::credentials::password::{KnownWords, Password, PasswordHash};
use domain::field::{FieldFaults, Refusal};
use domain::invitation::InvitationDetails;
use store::{Account, ThrottleDecision};
use web::Problem;

use crate::Deps;

/// The account as it stands, and as it shall be.
pub(crate) struct Credential {
    pub(crate) before: Option<Account>,
    /// A hash to set; `None` leaves the account as it is.
    pub(crate) set: Option<PasswordHash>,
}

/// Checks the password: the account's own, or a new one that passes the policy. `hash` keeps the
/// hash of a new one from one try to the next.
pub(crate) async fn prepare_credential(
    deps: &Deps,
    details: &InvitationDetails,
    ip: Option<&str>,
    password: Option<Password>,
    hash: &mut Option<PasswordHash>,
) -> Result<Credential, Problem> {
    let password = required_exactly(details, password)?;
    let before = deps.context.store.load_account(&details.email).await?;
    let Some(password) = password else {
        return Ok(Credential { before, set: None });
    };
    if let Some(own) = password_of(before.as_ref()) {
        verify(deps, details, ip, (own, password)).await?;
        return Ok(Credential { before, set: None });
    }
    if hash.is_none() {
        *hash = Some(hash_new(deps, details, password).await?);
    }
    Ok(Credential { before, set: hash.clone() })
}

/// Checks that whoever uses a used link again is the one who used it.
pub(crate) async fn require_same_person(
    deps: &Deps,
    details: &InvitationDetails,
    ip: Option<&str>,
    password: Option<Password>,
) -> Result<(), Problem> {
    let Some(password) = required_exactly(details, password)? else {
        return Ok(());
    };
    let account = deps.context.store.load_account(&details.email).await?;
    let hash = password_of(account.as_ref())
        .ok_or_else(|| Problem::internal("a dashboard user without a password"))?;
    verify(deps, details, ip, (hash, password)).await
}

fn password_of(account: Option<&Account>) -> Option<PasswordHash> {
    account.and_then(|account| account.password.clone())
}

/// A password comes exactly when dashboard access does.
fn required_exactly(
    details: &InvitationDetails,
    password: Option<Password>,
) -> Result<Option<Password>, Problem> {
    let refused = match (details.profile.permissions.has_dashboard_access(), &password) {
        (true, None) => {
            Refusal::new("required", "is required, since this invitation opens the dashboard")
        }
        (false, Some(_)) => Refusal::new(
            "password_not_needed",
            "must not be sent, since this invitation does not open the dashboard",
        ),
        _ => return Ok(password),
    };
    Err(FieldFaults::from(refused.at("password")).into())
}

/// Hashes a new password that nobody guesses from what they know of the person.
async fn hash_new(
    deps: &Deps,
    details: &InvitationDetails,
    password: Password,
) -> Result<PasswordHash, Problem> {
    let clinic = deps.context.store.load_clinic(details.clinic).await?;
    let clinic = clinic.ok_or_else(|| Problem::internal("an invitation without its clinic"))?;
    let known = KnownWords::new(&details.email, [&details.profile.name], [&clinic.name]);
    deps.passwords.hash_new(password, known).await
}

/// Compares with the account's password, a few times in a quarter of an hour at most.
async fn verify(
    deps: &Deps,
    details: &InvitationDetails,
    ip: Option<&str>,
    (hash, password): (PasswordHash, Password),
) -> Result<(), Problem> {
    let (store, email) = (&deps.context.store, &details.email);
    if let ThrottleDecision::Wait(time) =
        store.count_password_guess(email, ip, deps.context.now()).await?
    {
        let detail = "Too many wrong passwords. Wait, then try again.";
        return Err(Problem::too_many("too_many_attempts", detail, time));
    }
    if deps.passwords.verify(Some(hash), password).await? {
        return Ok(store.clear_password_guesses(email, ip).await?);
    }
    Err(Problem::new(
        StatusCode::UNAUTHORIZED,
        "password_wrong",
        "This address already has an AutoScribe account, and this is not its password.",
    ))
}
