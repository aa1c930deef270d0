//! `POST /v1/autoScribe/users/release`: frees the address and NPI of a deactivated user.

use auth::caller::{Caller, ManageUsers};
use axum::Json;
use axum::extract::State;
use changes::Attempt;
use domain::user::{User, UserChange, UserStatus};
use store::{Account, Transaction};
use web::Problem;
use web::body::JsonBody;
use web::openapi::IdempotencyKeyHeader;
use web::view::Done;

use crate::Deps;
use crate::user::{UserRequest, commit_change, find_user, start_change};

/// Free the address and NPI of a deactivated user, so that they can be invited again as a new user. This
/// is final. Repeating it changes nothing.
#[utoipa::path(
    post, operation_id = "releaseUser", path = "/v1/autoScribe/users/release", tag = "users",
    request_body = UserRequest, security(("apiKey" = []), ("session" = [])),
    params(IdempotencyKeyHeader),
    responses((status = 200, body = Done), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<ManageUsers>,
    JsonBody(id): JsonBody<UserRequest>,
) -> Result<Json<Done>, Problem> {
    let requester = caller.principal.requester();
    changes::retry!(async {
        let done = Json(Done::new("The user is released."));
        let user = find_user(&deps, &caller.principal, id).await?;
        if user.status == UserStatus::Released {
            return Ok(Attempt::Done(done));
        }
        let change = user.release().ok_or_else(user_active)?;
        let mut tx = start_change(&deps, &change, &requester)?;
        free_claims(&deps, &mut tx, &change).await?;
        leave_account(&deps, &mut tx, &change.next).await?;
        commit_change(&deps, tx, &change, done).await
    })
}

/// Frees the claims that the user still holds.
async fn free_claims(
    deps: &Deps,
    tx: &mut Transaction,
    change: &UserChange,
) -> Result<(), Problem> {
    let user = &change.next;
    let npi = user.profile.permissions.npi().map(|(npi, _)| npi);
    let claims = deps.context.store.load_claims(user.clinic, &user.email, npi).await?;
    let claims = claims.ok_or_else(|| Problem::internal("a user without a clinic"))?;
    let holder = user.id.invitation_id();
    if let Some(free) = claims.email.release(holder) {
        tx.put_email_claim(user.clinic, &user.email, &free)?;
    }
    if let (Some(npi), Some(free)) = (npi, claims.npi.release(holder)) {
        tx.put_npi_claim(user.clinic, npi, &free)?;
    }
    Ok(())
}

/// Takes the user out of the account. If no active user is left, the password is deleted too, so that the
/// next person with the address starts without one. A link to reset it no longer works.
async fn leave_account(deps: &Deps, tx: &mut Transaction, user: &User) -> Result<(), Problem> {
    let store = &deps.context.store;
    let (account, mut memberships) = store.load_account_and_memberships(&user.email).await?;
    let account = account.ok_or_else(|| Problem::internal("a user without an account"))?;
    memberships.retain(|membership| membership.user != user.id);
    tx.delete_membership(&user.email, user.clinic)?;
    let others =
        if memberships.is_empty() { Vec::new() } else { store.load_users(&memberships).await? };
    let in_use = others.iter().any(|other| other.status == UserStatus::Active);
    for other in &others {
        tx.require_unchanged_user(other)?;
    }
    let next = if in_use { account } else { account.forget_password(deps.context.now()) };
    Ok(tx.put_account(&user.email, &Account { version: next.version + 1, ..next })?)
}

fn user_active() -> Problem {
    let detail = "This user is active. Deactivate the user first.";
    Problem::conflict("user_active", detail)
}
