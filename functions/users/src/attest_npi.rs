//! `POST /v1/autoScribe/users/{userId}/attest-npi`: an owner or admin has met the person and
//! attests that the NPI is theirs, although the registry has another surname for it.

use auth::attest::{attesting_user, not_attestable};
use auth::caller::{AttestNpi, Caller};
use axum::Json;
use axum::extract::State;
use changes::move_npi;
use changes::{Attempt, Requester};
use domain::claim::Holder;
use domain::ids::UserId;
use domain::user::UserChange;
use web::problem::ProblemBody;
use web::view::UserView;
use web::{Problem, Segment};

use crate::Deps;
use crate::user::{commit_change, find_user, start_change, user_not_found};

/// Attest that the NPI of a confirmed user belongs to that user.
#[utoipa::path(
    post, operation_id = "attestUserNpi", path = "/v1/autoScribe/users/{userId}/attest-npi", tag = "users", security(("session" = [])),
    params(
        ("userId" = String, Path, description = "`usr_` and 32 hex characters"),
        ("Idempotency-Key" = Option<String>, Header, max_length = 255, min_length = 1),
    ),
    responses(
        (status = 200, body = UserView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<AttestNpi>,
    Segment(id): Segment,
) -> Result<Json<UserView>, Problem> {
    let id = UserId::parse(&id).map_err(|_| user_not_found())?;
    let by = attesting_user(&caller.principal, id)?;
    let requester = caller.principal.requester();
    changes::retry!(async {
        let user = find_user(&deps, &caller.principal, id).await?;
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
    let npis = (change.before.npi(), user.profile.permissions.npi());
    let holder = Holder::User(user.id.invitation_id());
    let mut tx = start_change(deps, change, requester)?;
    move_npi(&deps.context, &mut tx, user.clinic, holder, npis).await?;
    commit_change(tx, change, Json(user.into())).await
}
