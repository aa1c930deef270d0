//! The password that comes with an acceptance.

use axum::http::StatusCode;
use domain::credentials::password::{Password, PasswordHash};
use domain::field::{Faults, Refused};
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

/// Checks the password: the account's own, or a new one that passes the policy.
pub(crate) async fn credential(
    deps: &Deps,
    details: &InvitationDetails,
    ip: Option<&str>,
    password: Option<String>,
) -> Result<Credential, Problem> {
    let password = required_exactly(details, password)?;
    let before = deps.context.store.load_account(&details.email).await?;
    let Some(password) = password else {
        return Ok(Credential { before, set: None });
    };
    if let Some(hash) = password_of(before.as_ref()) {
        matching(deps, details, ip, (hash, password)).await?;
        return Ok(Credential { before, set: None });
    }
    let set = Some(new_password(deps, details, password).await?);
    Ok(Credential { before, set })
}

/// Checks that whoever uses a used link again is the one who used it.
pub(crate) async fn same_person(
    deps: &Deps,
    details: &InvitationDetails,
    ip: Option<&str>,
    password: Option<String>,
) -> Result<(), Problem> {
    let Some(password) = required_exactly(details, password)? else {
        return Ok(());
    };
    let account = deps.context.store.load_account(&details.email).await?;
    let hash = password_of(account.as_ref())
        .ok_or_else(|| Problem::internal("a dashboard user without a password"))?;
    matching(deps, details, ip, (hash, password)).await
}

fn password_of(account: Option<&Account>) -> Option<PasswordHash> {
    account.and_then(|account| account.password.clone())
}

/// A password comes exactly when dashboard access does.
fn required_exactly(
    details: &InvitationDetails,
    password: Option<String>,
) -> Result<Option<Password>, Problem> {
    let refused = match (details.profile.permissions.dashboard(), &password) {
        (true, None) => {
            Refused::new("required", "is required, since this invitation opens the dashboard")
        }
        (false, Some(_)) => Refused::new(
            "password_not_needed",
            "must not be sent, since this invitation does not open the dashboard",
        ),
        _ => return Ok(password.map(Password::typed)),
    };
    Err(Faults::from(refused.at("password")).into())
}

/// The hash of a new password; what others know of the person counts as guessable.
async fn new_password(
    deps: &Deps,
    details: &InvitationDetails,
    password: Password,
) -> Result<PasswordHash, Problem> {
    let clinic = deps.context.store.load_clinic(details.clinic).await?;
    let clinic = clinic.ok_or_else(|| Problem::internal("an invitation without its clinic"))?;
    let (name, email) = (&details.profile.name, details.email.normalised());
    let known = [
        email,
        email.split('@').next().unwrap_or(email),
        name.first.as_str(),
        name.last.as_str(),
        clinic.name.as_str(),
        "autoscribe",
    ];
    let password = password
        .accept_new(&known, deps.context.now())
        .map_err(|refused| Faults::from(refused.at("password")))?;
    let entropy = deps.context.entropy.clone();
    blocking(move || password.hash(entropy.as_ref())).await?.map_err(Problem::internal)
}

/// Compares with the account's password, a few times in a quarter of an hour at most.
async fn matching(
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
    if blocking(move || hash.matches(&password)).await? {
        return Ok(store.clear_password_guesses(email, ip).await?);
    }
    Err(Problem::new(
        StatusCode::UNAUTHORIZED,
        "password_wrong",
        "This address already has an AutoScribe account, and this is not its password.",
    ))
}

/// Hashing takes milliseconds of CPU: other requests go on meanwhile.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)
}
