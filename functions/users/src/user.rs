//! What the endpoints for one user share: which user, finding it, and writing a change.

use auth::principal::Principal;
use changes::{Attempt, Requester, queue_alert, queue_notices, queue_reporting_notice};
use domain::alert::{AlertEvent, SecurityAlert};
use domain::audit::AuditObject;
use domain::failure::Failure;
use domain::ids::{ClinicId, UserId};
use domain::person::permissions::Level;
use domain::user::{User, UserChange, UserStatus};
use serde::Deserialize;
use store::{CommitOutcome, NoticeKind, Part, Transaction};
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

/// Requires a user who was not released. Nothing changes a released one.
pub(crate) fn require_not_released(user: User) -> Result<User, Problem> {
    if user.status == UserStatus::Released {
        let detail = "This user was released. Invite the person again, as a new user.";
        return Err(Problem::conflict("user_released", detail));
    }
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

/// Queues the emails about a change: to a person who can sign in from now on, about a new owner or admin,
/// and about a person who becomes able to create reports.
pub(crate) async fn queue_emails(
    deps: &Deps,
    tx: &mut Transaction,
    change: &UserChange,
    requester: &Requester,
) -> Result<(), Problem> {
    let (user, before) = (&change.next, &change.before.permissions);
    if user.profile.permissions.has_dashboard_access() && !before.has_dashboard_access() {
        let kind = NoticeKind::DashboardGranted { clinic: user.clinic, user: user.id };
        queue_notices(&deps.context, tx, kind, [user.email.clone()])?;
    }
    queue_manager_alert(deps, tx, change, requester).await?;
    let (person, after) = ((user.clinic, user.id), &user.profile.permissions);
    let granted = (Some(before), after);
    Ok(queue_reporting_notice(&deps.context, tx, requester.actor, person, granted).await?)
}

/// Queues the email about a new owner or admin, if the change makes one.
async fn queue_manager_alert(
    deps: &Deps,
    tx: &mut Transaction,
    change: &UserChange,
    requester: &Requester,
) -> Result<(), Problem> {
    if change.managers.managers <= 0 {
        return Ok(());
    }
    let user = &change.next;
    let (event, object) = (AlertEvent::ManagerAdded, AuditObject::User(user.id));
    let alert = SecurityAlert { clinic: user.clinic, event, object, actor: requester.actor };
    Ok(queue_alert(&deps.context, tx, alert, &user.email).await?)
}

/// Commits the change and returns `answer`. A clinic keeps its last owner, and its last owner or admin.
pub(crate) async fn commit_change<T>(
    deps: &Deps,
    tx: Transaction,
    change: &UserChange,
    answer: T,
) -> Result<Attempt<T>, Problem> {
    let outcome = tx.commit().await?;
    match &outcome {
        // If the user changed too, the count may be short because of that change. Decide again.
        CommitOutcome::Conflict(parts)
            if parts.contains(&Part::Clinic) && !parts.contains(&Part::User) =>
        {
            Err(load_last_manager_problem(deps, change.next.clinic).await?)
        }
        _ => Ok(Attempt::of(outcome, answer)),
    }
}

/// Loads the clinic's counts, and returns the conflict of the one that would fall to zero.
async fn load_last_manager_problem(deps: &Deps, clinic: ClinicId) -> Result<Problem, Problem> {
    let clinic = deps.context.store.load_clinic(clinic).await?;
    Ok(if clinic.is_some_and(|clinic| clinic.managers > 1) {
        let detail = "This is the clinic's last active owner. Transfer ownership first.";
        Problem::conflict("last_owner", detail)
    } else {
        let detail = "This is the clinic's last active owner or admin. Make someone else an owner or admin first.";
        Problem::conflict("last_admin", detail)
    })
}
