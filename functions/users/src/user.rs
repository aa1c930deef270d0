//! What the endpoints for one user share: which user, finding it, and writing a change.

use auth::principal::Principal;
use changes::{Attempt, Requester, queue_alert};
use domain::alert::{AlertEvent, SecurityAlert};
use domain::audit::AuditObject;
use domain::failure::Failure;
use domain::ids::UserId;
use domain::person::permissions::Level;
use domain::user::{ManagerCountChange, User, UserChange};
use serde::Deserialize;
use store::{CommitOutcome, Part, Transaction};
use utoipa::ToSchema;
use web::Problem;
use web::field::{FaultCollector, Field, NotedFault, RequestFields};

use crate::Deps;

/// Which user.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UserRequest {
    /// `usr_` and 32 hex characters.
    #[schema(value_type = String, pattern = "^usr_[0-9a-f]{32}$")]
    user_id: Field<UserId>,
}

impl RequestFields for UserRequest {
    type Values = UserId;

    fn read(self, faults: &mut FaultCollector) -> Result<UserId, NotedFault> {
        faults.required(self.user_id)
    }
}

/// Finds a confirmed user in the caller's clinic. Any other id is a 404. Only a signed-in owner can
/// change an owner, and an API key cannot.
pub(crate) async fn find_user(
    deps: &Deps,
    caller: &Principal,
    id: UserId,
) -> Result<User, Problem> {
    web::access_log::record_object(id);
    let user = deps.context.store.load_user(caller.clinic, id).await?;
    let user = user.ok_or_else(Problem::user_not_found)?;
    if let Some(person) = caller.identity.person()
        && person.user.id == id
        && !user.has_same_authority(&person.user)
    {
        return Err(Failure::NotEntitled.into());
    }
    let level = user.profile.permissions.level();
    if level == Level::Owner && !caller.identity.is_owner() {
        return Err(Problem::forbidden(
            "Only an owner can change an owner. Ask an owner of your clinic.",
        ));
    }
    caller.require_right_over(level)?;
    Ok(user)
}

/// Starts the transaction of a change: the changed user and the audit record. The caller may add
/// more, then commits it.
pub(crate) fn start_change(
    deps: &Deps,
    change: &UserChange,
    requester: &Requester,
) -> Result<Transaction, Problem> {
    let record = requester.user_record(&deps.context, change);
    let mut tx = requester.start(&deps.context, &record)?;
    tx.replace_user(change)?;
    Ok(tx)
}

/// Queues the email about a new owner or admin, if the change makes one.
pub(crate) async fn queue_manager_alert(
    deps: &Deps,
    tx: &mut Transaction,
    change: &UserChange,
    requester: &Requester,
) -> Result<(), Problem> {
    if change.managers != ManagerCountChange::Increase {
        return Ok(());
    }
    let user = &change.next;
    let (event, object) = (AlertEvent::ManagerAdded, AuditObject::User(user.id));
    let alert = SecurityAlert { clinic: user.clinic, event, object, actor: requester.actor };
    Ok(queue_alert(&deps.context, tx, alert, &user.email).await?)
}

/// Commits the change and returns `answer`. A clinic keeps its last owner or admin.
pub(crate) async fn commit_change<T>(
    tx: Transaction,
    change: &UserChange,
    answer: T,
) -> Result<Attempt<T>, Problem> {
    match tx.commit().await? {
        CommitOutcome::Committed => Ok(Attempt::Done(answer)),
        CommitOutcome::Conflict(roles)
            if roles.contains(&Part::Clinic) && change.managers == ManagerCountChange::Decrease =>
        {
            let detail = "This is the clinic's last active owner or admin. Make someone else an owner or admin first.";
            Err(Problem::conflict("last_admin", detail))
        }
        outcome @ CommitOutcome::Conflict(_) => Ok(Attempt::of(outcome, answer)),
    }
}
