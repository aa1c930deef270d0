//! `POST /v1/autoScribe/users/{userId}/attest-npi`: an owner or admin has met the person and
//! attests that the NPI is theirs, although the registry has another surname for it.

use auth::attest::{attesting_user, not_attestable};
use auth::caller::{AttestNpi, Caller};
use axum::Json;
use axum::extract::State;
use changes::move_npi;
use changes::{Attempt, Requester};
use domain::claim::Holder;
use domain::user::{UserChange, UserStatus};
use web::Problem;
use web::openapi::IdempotencyKeyHeader;
use web::path::UserPath;
use web::view::UserView;

use crate::Deps;
use crate::user::{commit_change, find_user, queue_emails, require_not_released, start_change};

/// Attest that the NPI of a confirmed user belongs to that user. Repeating this changes nothing.
#[utoipa::path(
    post, operation_id = "attestUserNpi", path = "/v1/autoScribe/users/{userId}/attest-npi", tag = "users", security(("session" = [])),
    params(UserPath, IdempotencyKeyHeader),
    responses((status = 200, body = UserView), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<AttestNpi>,
    UserPath(id): UserPath,
) -> Result<Json<UserView>, Problem> {
    let by = attesting_user(&caller.principal, id)?;
    let requester = caller.principal.requester();
    changes::retry!(async {
        let user = find_user(&deps, &caller.principal, id).await?;
        let user = require_not_released(user)?;
        if user.status == UserStatus::Active && user.profile.permissions.is_attested_by(by) {
            return Ok(Attempt::Done(Json((&user).into())));
        }
        let change = user.attest(by, deps.context.now()).map_err(not_attestable)?;
        write_change(&deps, &change, &requester).await
    })
}

async fn write_change(
    deps: &Deps,
    change: &UserChange,
    requester: &Requester,
) -> Result<Attempt<Json<UserView>>, Problem> {
    let user = &change.next;
    let npis = (change.before.permissions.npi(), user.profile.permissions.npi());
    let holder = Holder::User(user.id.invitation_id());
    let mut tx = start_change(deps, change, requester)?;
    move_npi(&deps.context, &mut tx, user.clinic, holder, npis).await?;
    queue_emails(deps, &mut tx, change, requester).await?;
    commit_change(deps, tx, change, Json(user.into())).await
}
