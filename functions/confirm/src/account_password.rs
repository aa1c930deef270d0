//! The password that comes with an acceptance.

use axum::http::StatusCode;
use domain::credentials::password::{KnownWords, Password, PasswordHash};
use domain::field::{FieldFaults, Refusal};
use domain::invitation::InvitationDetails;
use store::{Account, ThrottleDecision};
use web::Problem;

use crate::Deps;

/// The account before an acceptance, and its new password.
pub(crate) struct AccountUpdate {
    pub(crate) before: Option<Account>,
    /// The new hash. `None` leaves the account as it is.
    pub(crate) new_hash: Option<PasswordHash>,
}

/// Verifies the account's password, or hashes a new one that passes the policy. `hash` keeps the new
/// hash for a retry.
pub(crate) async fn prepare_account(
    deps: &Deps,
    details: &InvitationDetails,
    ip: Option<&str>,
    password: Option<Password>,
    hash: &mut Option<PasswordHash>,
) -> Result<AccountUpdate, Problem> {
    let password = require_expected_password(details, password)?;
    let before = deps.context.store.load_account(&details.email).await?;
    let Some(password) = password else {
        return Ok(AccountUpdate { before, new_hash: None });
    };
    if let Some(own) = password_of(before.as_ref()) {
        verify_account_password(deps, details, ip, (own, password)).await?;
        return Ok(AccountUpdate { before, new_hash: None });
    }
    if hash.is_none() {
        *hash = Some(load_words_and_hash(deps, details, password).await?);
    }
    Ok(AccountUpdate { before, new_hash: hash.clone() })
}

/// Requires that a used link is used again by the same person.
pub(crate) async fn require_same_person(
    deps: &Deps,
    details: &InvitationDetails,
    ip: Option<&str>,
    password: Option<Password>,
) -> Result<(), Problem> {
    let Some(password) = require_expected_password(details, password)? else {
        return Ok(());
    };
    let account = deps.context.store.load_account(&details.email).await?;
    let hash = password_of(account.as_ref())
        .ok_or_else(|| Problem::internal("a dashboard user without a password"))?;
    verify_account_password(deps, details, ip, (hash, password)).await
}

fn password_of(account: Option<&Account>) -> Option<PasswordHash> {
    account.and_then(|account| account.password.clone())
}

/// Requires a password if the invitation includes dashboard access, and none if it does not.
fn require_expected_password(
    details: &InvitationDetails,
    password: Option<Password>,
) -> Result<Option<Password>, Problem> {
    let refused = match (details.profile.permissions.has_dashboard_access(), &password) {
        (true, None) => {
            Refusal::new("required", "Send a password. This invitation includes dashboard access.")
        }
        (false, Some(_)) => Refusal::new(
            "password_not_needed",
            "Remove the password. This invitation does not include dashboard access.",
        ),
        _ => return Ok(password),
    };
    Err(FieldFaults::from(refused.at("password")).into())
}

/// Loads the words that a new password must not rest on, and hashes the password. One that is easy to
/// guess from these words is refused.
async fn load_words_and_hash(
    deps: &Deps,
    details: &InvitationDetails,
    password: Password,
) -> Result<PasswordHash, Problem> {
    let clinic = deps.context.store.load_clinic(details.clinic).await?;
    let clinic = clinic.ok_or_else(|| Problem::internal("an invitation without its clinic"))?;
    let known = KnownWords::new(&details.email, [&details.profile.name], [&clinic.name]);
    deps.passwords.hash_new(password, known).await
}

/// Verifies the account's password. Wrong passwords are limited in every 15 minutes.
async fn verify_account_password(
    deps: &Deps,
    details: &InvitationDetails,
    ip: Option<&str>,
    (hash, password): (PasswordHash, Password),
) -> Result<(), Problem> {
    let (store, email) = (&deps.context.store, &details.email);
    if let ThrottleDecision::Wait(time) =
        store.count_password_guess(email, ip, deps.context.now()).await?
    {
        let detail = "There were too many wrong passwords. Wait, then try again.";
        return Err(Problem::too_many("too_many_attempts", detail, time));
    }
    if deps.passwords.verify(Some(hash), password).await? {
        return Ok(store.clear_password_guesses(email, ip).await?);
    }
    Err(Problem::new(
        StatusCode::UNAUTHORIZED,
        "password_wrong",
        "This address already has an AutoScribe account. Send the password of that account.",
    ))
}
