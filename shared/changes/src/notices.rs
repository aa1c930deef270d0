//! Emails about a change. The change's transaction queues them, so they are sent only if it commits.

use domain::actor::Actor;
use domain::alert::SecurityAlert;
use domain::ids::{ClinicId, NoticeId, UserId};
use domain::person::email::Email;
use domain::person::permissions::Permissions;
use domain::user::User;
use store::{Notice, NoticeKind, PageRequest, StoreError, Transaction};

use crate::Context;

/// How many owners and admins are notified at most. A transaction takes 100 items.
const MAX_NOTIFIED: usize = 90;

/// Loads the active owners and admins of a clinic, newest first, 90 at most.
pub async fn load_managers(context: &Context, clinic: ClinicId) -> Result<Vec<User>, StoreError> {
    load_users(context, clinic, User::is_active_manager).await
}

async fn load_users(
    context: &Context,
    clinic: ClinicId,
    keep: impl Fn(&User) -> bool,
) -> Result<Vec<User>, StoreError> {
    let request = PageRequest::new(MAX_NOTIFIED, None);
    let mut page = context.store.list_users(clinic, request, &keep).await?;
    // A page ends early if filling it would read too much.
    while let Some(after) = page.next.filter(|_| page.items.len() < MAX_NOTIFIED) {
        let request = PageRequest::new(MAX_NOTIFIED - page.items.len(), Some(after));
        let more = context.store.list_users(clinic, request, &keep).await?;
        page.items.extend(more.items);
        page.next = more.next;
    }
    Ok(page.items)
}

/// Queues one notice for each of these addresses, as many as the transaction has room for.
pub fn queue_notices(
    context: &Context,
    tx: &mut Transaction,
    kind: NoticeKind,
    recipients: impl IntoIterator<Item = Email>,
) -> Result<(), StoreError> {
    let now = context.now();
    let room = tx.room();
    for to in recipients.into_iter().take(room) {
        let id = NoticeId::new(now, context.entropy.as_ref());
        tx.put_notice(&Notice { id, to, kind }, now)?;
    }
    Ok(())
}

/// Loads the addresses of the clinic's active owners, except this one.
pub async fn load_owners(
    context: &Context,
    clinic: ClinicId,
    except: &Email,
) -> Result<Vec<Email>, StoreError> {
    let owners = load_users(context, clinic, User::is_active_owner).await?;
    let owners = owners.into_iter().map(|user| user.email);
    Ok(owners.filter(|owner| owner.normalized() != except.normalized()).collect())
}

/// Queues an alert for `person` and for the clinic's owners, each once.
pub async fn queue_alert(
    context: &Context,
    tx: &mut Transaction,
    alert: SecurityAlert,
    person: &Email,
) -> Result<(), StoreError> {
    let owners = load_owners(context, alert.clinic, person).await?;
    let recipients = [person.clone()].into_iter().chain(owners);
    queue_notices(context, tx, NoticeKind::Alert(alert), recipients)
}

/// Queues an email to every other owner and admin if a signed-in person makes `person` able to create
/// reports. What API keys grant is in the audit, because a PACS may bring many people at once.
pub async fn queue_reporting_notice(
    context: &Context,
    tx: &mut Transaction,
    actor: Actor,
    (clinic, person): (ClinicId, UserId),
    (before, after): (Option<&Permissions>, &Permissions),
) -> Result<(), StoreError> {
    let Actor::User(granter) = actor else {
        return Ok(());
    };
    if !after.gains_reporting(before) {
        return Ok(());
    }
    let others = load_managers(context, clinic).await?.into_iter();
    let recipients = others.filter(|manager| manager.id != granter).map(|manager| manager.email);
    let kind = NoticeKind::ReportingGranted { clinic, person, granter };
    queue_notices(context, tx, kind, recipients)
}
