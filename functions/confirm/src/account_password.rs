//! The password that comes with an acceptance.

use auth::known_browser::RequestOrigin;
use auth::passwords::Guess;
use axum::http::StatusCode;
use domain::credentials::password::{KnownWords, Password, PasswordHash};
use domain::field::{FieldFaults, Refusal};
use domain::invitation::InvitationDetails;
use domain::time::Timestamp;
use domain::user::{User, UserStatus};
use store::{Account, Membership};
use web::Problem;

use crate::Deps;
use crate::expiry::expired;

/// How many clinics an address can belong to. A new password writes to all of them in one transaction,
/// which holds 100 items at most.
const MAX_CLINICS: usize = 40;

/// The account before an acceptance, and its new password.
pub(crate) struct AccountUpdate {
    before: Option<Account>,
    /// The new hash. `None` leaves the account as it is.
    new_hash: Option<PasswordHash>,
    /// The account's users in other clinics if the acceptance makes the account forget its password, which
    /// is right only while none of them is active.
    pub(crate) former: Vec<User>,
}

impl AccountUpdate {
    /// The epoch of the account's password.
    pub(crate) fn password_epoch(&self) -> u32 {
        self.before.as_ref().map_or(0, |account| account.password_epoch)
    }

    /// The account after the acceptance. Its version rises even if nothing else changes, so that a new
    /// password that does not know the new user yet conflicts.
    pub(crate) fn next(&self, now: Timestamp) -> Account {
        let before = self.before.as_ref();
        let set_now = self.new_hash.as_ref().map(|_| now);
        Account {
            password: self.new_hash.clone().or_else(|| password_of(before)),
            password_set_at: set_now.or(before.and_then(|account| account.password_set_at)),
            password_set_with: before
                .filter(|_| self.new_hash.is_none())
                .and_then(|account| account.password_set_with),
            password_epoch: self.password_epoch(),
            verified_at: before.map_or(now, |account| account.verified_at),
            version: before.map_or(1, |account| account.version + 1),
        }
    }
}

/// Verifies the account's password, or hashes a new one that passes the policy. `hash` keeps the new
/// hash for a retry.
pub(crate) async fn load_account_update(
    deps: &Deps,
    details: &InvitationDetails,
    origin: &RequestOrigin,
    password: Option<Password>,
    hash: &mut Option<PasswordHash>,
) -> Result<AccountUpdate, Problem> {
    let password = require_expected_password(details, password)?;
    let (before, memberships) =
        deps.context.store.load_account_and_memberships(&details.email).await?;
    if memberships.len() >= MAX_CLINICS {
        return Err(too_many_clinics());
    }
    if before.as_ref().is_some_and(|account| was_forgotten_since(account, details)) {
        return Err(expired(deps, details).await);
    }
    let users = load_account_users(deps, &memberships).await?;
    // The address of an account that no one uses may have another holder by now.
    let (before, former) = match before {
        Some(account) if !is_in_use(&users) => {
            (Some(account.forget_password(deps.context.now())), users)
        }
        account => (account, Vec::new()),
    };
    let mut update = AccountUpdate { before, new_hash: None, former };
    let Some(password) = password else { return Ok(update) };
    if password_of(update.before.as_ref()).is_some() {
        verify_account_password(deps, details, update.before.as_ref(), (password, origin)).await?;
        return Ok(update);
    }
    if hash.is_none() {
        *hash = Some(load_words_and_hash(deps, details, password).await?);
    }
    update.new_hash.clone_from(hash);
    Ok(update)
}

/// Requires that a person who uses a link again sends the account's password.
pub(crate) async fn load_and_verify_password(
    deps: &Deps,
    details: &InvitationDetails,
    origin: &RequestOrigin,
    password: Password,
) -> Result<(), Problem> {
    let Some(password) = require_expected_password(details, Some(password))? else {
        return Ok(());
    };
    let account = deps.context.store.load_account(&details.email).await?;
    verify_account_password(deps, details, account.as_ref(), (password, origin)).await
}

/// Loads the users of an account.
pub(crate) async fn load_account_users(
    deps: &Deps,
    memberships: &[Membership],
) -> Result<Vec<User>, Problem> {
    if memberships.is_empty() {
        return Ok(Vec::new());
    }
    Ok(deps.context.store.load_users(memberships).await?)
}

/// Whether any user of an account is active.
pub(crate) fn is_in_use(users: &[User]) -> bool {
    users.iter().any(|user| user.status == UserStatus::Active)
}

/// Whether the account forgot its password after the invitation's link was emailed. The link may then be
/// in the hands of the address's former holder, who must not set the next holder's password.
pub(crate) fn was_forgotten_since(account: &Account, details: &InvitationDetails) -> bool {
    let since = |forgotten| details.queued_at <= forgotten;
    account.password.is_none() && account.password_set_at.is_some_and(since)
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
    deps.passwords.hash_new("password", password, known).await
}

/// Requires the account's password.
async fn verify_account_password(
    deps: &Deps,
    details: &InvitationDetails,
    account: Option<&Account>,
    (password, origin): (Password, &RequestOrigin),
) -> Result<(), Problem> {
    let guess = Guess::new(&details.email, account, password, origin);
    if deps.passwords.is_correct(&deps.context, guess).await? {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::UNAUTHORIZED,
        "password_wrong",
        "This address already has an AutoScribe account. Send the password of that account.",
    ))
}

fn too_many_clinics() -> Problem {
    Problem::conflict(
        "too_many_clinics",
        "This address belongs to 40 clinics. Ask the clinic to invite another address.",
    )
}
