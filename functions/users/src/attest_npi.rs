//! `POST /v1/autoScribe/users/{userId}/attest-npi`: an owner or admin has seen the person and
//! vouches that the NPI is theirs, though the registry knows it under another surname.

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
use crate::access::{begin, commit, find, unknown};

/// Attest that a confirmed user's NPI is theirs.
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
    let id = UserId::parse(&id).map_err(|_| unknown())?;
    let by = attesting_user(&caller.principal, id)?;
    let requester = caller.principal.requester();
    changes::retry!(async {
        let user = find(&deps, &caller.principal, id).await?;
        let change = user.attest(by, deps.context.now()).map_err(not_attestable)?;
        write(&deps, &change, &requester).await
    })
}

async fn write(
    deps: &Deps,
    change: &UserChange,
    requester: &Requester,
) -> Result<Attempt<Json<UserView>>, Problem> {
    let user = &change.next;
    let npis = (change.before.npi(), user.profile.permissions.npi());
    let holder = Holder::User(user.id.invitation_id());
    let mut tx = begin(deps, change, requester)?;
    move_npi(&deps.context, &mut tx, user.clinic, holder, npis).await?;
    commit(tx, change, Json(user.into())).await
}
