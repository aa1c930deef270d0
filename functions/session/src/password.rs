//! What the endpoints that set a password share.

use std::time::Duration;

use changes::{Requester, load_owners, queue_notices};
use domain::actor::Actor;
use domain::alert::{AlertEvent, SecurityAlert};
use domain::audit::{AuditAction, AuditObject};
use domain::credentials::password::{KnownWords, Password, PasswordHash};
use domain::ids::{ClinicId, NoticeId};
use domain::person::email::Email;
use domain::time::Timestamp;
use domain::user::{User, UserStatus};
use store::{Account, NoticeKind, Transaction};
use web::Problem;

use crate::Deps;

/// How long a request that set a password can be repeated, if its answer was lost.
const REPEAT_WINDOW: Duration = Duration::from_secs(30);

/// Whether the account's password was set so recently that the answer may be lost.
pub(crate) fn is_just_set(account: &Account, now: Timestamp) -> bool {
    account.password_set_at.is_some_and(|set| now.since(set) < REPEAT_WINDOW)
}

/// A new password of an account that has these users.
pub(crate) struct NewPassword<'a> {
    pub(crate) email: &'a Email,
    pub(crate) account: &'a Account,
    pub(crate) users: &'a [User],
    pub(crate) hash: PasswordHash,
    /// The clinic and network address of the session that sends it. Other clinics do not learn the
    /// address.
    pub(crate) sent_from: Option<(ClinicId, String)>,
    /// The emailed link that it comes with.
    pub(crate) link: Option<NoticeId>,
}

/// Loads the words that a new password must not rest on, and hashes the password. One that is easy to
/// guess from these words is refused.
pub(crate) async fn load_words_and_hash(
    deps: &Deps,
    field: &'static str,
    email: &Email,
    users: &[User],
    password: Password,
) -> Result<PasswordHash, Problem> {
    let ids: Vec<_> = users.iter().map(|user| user.clinic).collect();
    let clinics = deps.context.store.load_clinics(&ids).await?;
    let names = users.iter().map(|user| &user.profile.name);
    let known = KnownWords::new(email, names, clinics.iter().map(|clinic| &clinic.name));
    deps.passwords.hash_new(field, password, known).await
}

/// Starts the transaction that sets a password. It raises the epoch of the account and of its users, which
/// ends all sessions. A user who has an older epoch belongs to a former holder of the address, and keeps it.
/// The audit of each clinic has a record. The person gets an email.
///
/// Returns `None` if another change came between the reads of the account and of its users. Read and decide again.
pub(crate) async fn start_password_change(
    deps: &Deps,
    new: NewPassword<'_>,
    (action, event): (AuditAction, AlertEvent),
) -> Result<Option<Transaction>, Problem> {
    if new.users.iter().any(|user| user.password_epoch > new.account.password_epoch) {
        return Ok(None);
    }
    let epoch = new.account.password_epoch + 1;
    let current = |user: &&User| user.password_epoch == new.account.password_epoch;
    let mut tx: Option<Transaction> = None;
    for user in new.users.iter().filter(current) {
        let ip = new.sent_from.as_ref().filter(|(clinic, _)| *clinic == user.clinic);
        let ip = ip.map(|(_, ip)| ip.clone());
        let requester = Requester::new(Actor::User(user.id), ip);
        let object = AuditObject::User(user.id);
        let record =
            requester.audit_record(&deps.context, user.clinic, action, object, (None, None));
        let tx = match &mut tx {
            Some(tx) => {
                tx.put_audit_record(&record)?;
                tx
            }
            None => tx.insert(deps.context.store.transaction(&record)?),
        };
        tx.set_password_epoch(user, epoch)?;
    }
    let mut tx = tx.ok_or_else(Problem::token_invalid)?;
    let next = Account {
        password: Some(new.hash),
        password_set_at: Some(deps.context.now()),
        password_set_with: new.link,
        password_epoch: epoch,
        verified_at: new.account.verified_at,
        version: new.account.version + 1,
    };
    tx.put_account(new.email, &next)?;
    queue_alerts(deps, &mut tx, (new.email, new.users), event).await?;
    Ok(Some(tx))
}

/// Queues the email to the person, and one to the owners of each clinic that the person manages. Owners
/// don't need to hear of every member's password.
async fn queue_alerts(
    deps: &Deps,
    tx: &mut Transaction,
    (email, users): (&Email, &[User]),
    event: AlertEvent,
) -> Result<(), Problem> {
    let about = |user: &User| {
        let (object, actor) = (AuditObject::User(user.id), Actor::User(user.id));
        SecurityAlert { clinic: user.clinic, event, object, actor }
    };
    let active = |user: &&User| user.status == UserStatus::Active;
    if let Some(user) = users.iter().find(active) {
        let kind = NoticeKind::Alert(about(user));
        queue_notices(&deps.context, tx, kind, [email.clone()])?;
    }
    for user in users.iter().filter(active).filter(|user| user.profile.permissions.manages_clinic())
    {
        let owners = load_owners(&deps.context, user.clinic, email).await?;
        queue_notices(&deps.context, tx, NoticeKind::Alert(about(user)), owners)?;
    }
    Ok(())
}
