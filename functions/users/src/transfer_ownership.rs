//! `POST /v1/clinic/transfer-ownership`: makes another person an owner in the caller's place.

use auth::caller::{Caller, TransferOwnership};
use auth::principal::SignedIn;
use axum::Json;
use axum::extract::State;
use changes::{Attempt, Failure, load_owners, queue_notices};
use domain::alert::{AlertEvent, SecurityAlert};
use domain::audit::AuditObject;
use domain::ids::UserId;
use domain::person::permissions::Level;
use domain::user::{TransferredLevel, User, UserChange};
use store::{NoticeKind, Transaction};
use web::Problem;
use web::body::JsonBody;
use web::openapi::IdempotencyKeyHeader;
use web::view::Done;

use crate::Deps;
use crate::clinic::require_owner;
use crate::key_decision::{UserAndKeysRequest, settle_keys};
use crate::user::commit_change;

/// Make an active user with dashboard access an owner. The caller becomes an admin. Repeating this for the
/// same user changes nothing.
#[utoipa::path(
    post, operation_id = "transferOwnership", path = "/v1/clinic/transfer-ownership", tag = "clinic",
    request_body = UserAndKeysRequest, security(("session" = [])),
    params(IdempotencyKeyHeader),
    responses((status = 200, body = Done), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<TransferOwnership>,
    JsonBody((id, keys)): JsonBody<UserAndKeysRequest>,
) -> Result<Json<Done>, Problem> {
    let person = caller.person()?;
    let requester = caller.principal.requester();
    changes::retry!(async {
        let done = Json(Done::new("The person is now an owner, and you are now an admin."));
        // In this order: if the same request has lowered the caller at this moment, it has raised the next owner.
        let own = load_user(&deps, person, person.user.id).await?;
        let next = load_user(&deps, person, id).await?;
        let level = |user: &User| user.profile.permissions.level();
        if level(&next) == Level::Owner && level(&own) == Level::Admin {
            return Ok(Attempt::Done(Json(Done::new("The person is an owner."))));
        }
        require_owner(person)?;
        if id == person.user.id {
            let detail = "Send another person's userId. You are an owner already.";
            return Err(Problem::conflict("cannot_transfer_to_self", detail));
        }
        if !own.has_same_authority(&person.user) {
            return Err(Failure::NotEntitled.into());
        }
        let raised = next.with_level(TransferredLevel::Owner).ok_or_else(cannot_own)?;
        let lowered = own.with_level(TransferredLevel::Admin).ok_or_else(cannot_own)?;
        // Two records: each person's history shows the transfer.
        let mut tx =
            requester.start(&deps.context, &requester.user_record(&deps.context, &lowered))?;
        tx.put_audit_record(&requester.user_record(&deps.context, &raised))?;
        tx.replace_users(&[&raised, &lowered])?;
        queue_alerts(&deps, &mut tx, (&raised, &lowered)).await?;
        settle_keys(&deps, &mut tx, &lowered, keys, &caller.principal).await?;
        commit_change(&deps, tx, &lowered, done).await
    })
}

/// Queues the email to both people and to the other owners.
async fn queue_alerts(
    deps: &Deps,
    tx: &mut Transaction,
    (raised, lowered): (&UserChange, &UserChange),
) -> Result<(), Problem> {
    let (next, former) = (&raised.next, &lowered.next);
    let alert = SecurityAlert {
        clinic: next.clinic,
        event: AlertEvent::OwnershipTransferred,
        object: AuditObject::User(next.id),
        actor: domain::actor::Actor::User(former.id),
    };
    let others = load_owners(&deps.context, next.clinic, &next.email).await?;
    let others = others.into_iter().filter(|owner| owner.normalized() != former.email.normalized());
    let recipients = [next.email.clone(), former.email.clone()].into_iter().chain(others);
    Ok(queue_notices(&deps.context, tx, NoticeKind::Alert(alert), recipients)?)
}

async fn load_user(deps: &Deps, person: &SignedIn, id: UserId) -> Result<User, Problem> {
    let user = deps.context.store.load_user(person.user.clinic, id).await?;
    user.ok_or_else(Problem::user_not_found)
}

fn cannot_own() -> Problem {
    let detail = "Choose an active user with dashboard access.";
    Problem::conflict("user_cannot_own", detail)
}
