//! `PATCH /v1/autoScribe/users/{userId}`: changes names, role, level, permissions, NPI.

use auth::caller::{Caller, ManageUsers};
use axum::Json;
use axum::extract::State;
use changes::move_npi;
use changes::{Attempt, Requester};
use domain::claim::Holder;
use domain::ids::UserId;
use domain::person::profile::{Changes, Profile};
use domain::user::User;
use web::body::JsonBody;
use web::change_request::ChangeRequest;
use web::problem::ProblemBody;
use web::view::UserView;
use web::{Problem, Segment};

use crate::Deps;
use crate::access::{begin, commit, find, unknown};

/// Change a confirmed, active user.
///
/// An NPI that is new, or held under a new surname, is verified afresh.
#[utoipa::path(
    patch, operation_id = "updateUser", path = "/v1/autoScribe/users/{userId}", tag = "users",
    request_body = ChangeRequest, security(("apiKey" = []), ("session" = [])),
    params(("userId" = String, Path, description = "`usr_` and 32 hex characters")),
    responses(
        (status = 200, body = UserView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<ManageUsers>,
    Segment(id): Segment,
    JsonBody(changes): JsonBody<ChangeRequest>,
) -> Result<Json<UserView>, Problem> {
    let id = UserId::parse(&id).map_err(|_| unknown())?;
    let requester = caller.principal.requester();
    changes::retry!(async {
        let user = find(&deps, &caller.principal, id).await?;
        edit(&deps, user, changes.clone(), &requester).await
    })
}

async fn edit(
    deps: &Deps,
    user: User,
    changes: Changes,
    requester: &Requester,
) -> Result<Attempt<Json<UserView>>, Problem> {
    let held = user.profile.permissions.npi();
    let profile = verify_npi(deps, user.profile.changed(changes)?).await?;
    let wanted = profile.permissions.npi();
    let change = user.edit(profile).ok_or_else(deactivated)?;
    let mut tx = begin(deps, &change, requester)?;
    let holder = Holder::User(change.next.id.invitation_id());
    move_npi(&deps.context, &mut tx, change.next.clinic, holder, (held, wanted)).await?;
    commit(tx, &change, Json((&change.next).into())).await
}

async fn verify_npi(deps: &Deps, profile: Profile) -> Result<Profile, Problem> {
    match profile.npi_to_verify() {
        Some(npi) => Ok(profile.verified(&deps.registry.look_up(&npi).await)?),
        None => Ok(profile),
    }
}

fn deactivated() -> Problem {
    Problem::conflict(
        "user_deactivated",
        "This user is deactivated. Reactivate the user, then change.",
    )
}
