//! `PATCH /v1/autoScribe/users/{userId}`: changes a user's names, role, level,
//! permissions and NPI.

use auth::caller::{Caller, ManageUsers};
use auth::principal::Principal;
use axum::Json;
use axum::extract::State;
use changes::Attempt;
use changes::move_npi;
use domain::claim::Holder;
use domain::person::profile::ProfileChanges;
use domain::user::User;
use serde::Deserialize;
use utoipa::ToSchema;
use web::Problem;
use web::body::JsonObject;
use web::change_request::ChangeRequest;
use web::field::read_object;
use web::path::UserPath;
use web::schema::KeyDecisionName;
use web::view::UserView;

use crate::Deps;
use crate::key_decision::{KeyDecision, settle_keys, take_key_decision};
use crate::user::{commit_change, find_user, queue_emails, require_not_released, start_change};

/// The fields to change, and what happens to the API keys of a person who stops managing the clinic.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the body, which is read in two parts")]
pub(crate) struct UserChangeRequest {
    #[serde(flatten)]
    person: ChangeRequest,
    /// Required if the person stops being an owner or admin and made API keys that still work: `end`
    /// revokes them, and `keep` leaves them working.
    #[schema(value_type = KeyDecisionName, required = false)]
    keys: String,
}

/// Change a confirmed, active user.
///
/// A new NPI is verified in the registry. If the surname changes, the NPI is verified again. A request that
/// changes nothing leaves no audit record.
#[utoipa::path(
    patch, operation_id = "updateUser", path = "/v1/autoScribe/users/{userId}", tag = "users",
    request_body = UserChangeRequest, security(("apiKey" = []), ("session" = [])),
    params(UserPath),
    responses((status = 200, body = UserView), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<ManageUsers>,
    UserPath(id): UserPath,
    mut body: JsonObject,
) -> Result<Json<UserView>, Problem> {
    let keys = take_key_decision(&mut body.members)?;
    let changes = read_object::<ChangeRequest>(body.members)?;
    changes::retry!(async {
        let user = find_user(&deps, &caller.principal, id).await?;
        let user = require_not_released(user)?;
        edit(&deps, user, (changes.clone(), keys), &caller.principal).await
    })
}

async fn edit(
    deps: &Deps,
    user: User,
    (changes, keys): (ProfileChanges, Option<KeyDecision>),
    caller: &Principal,
) -> Result<Attempt<Json<UserView>>, Problem> {
    let before = user.profile.permissions.npi();
    let profile = user.profile.apply(changes, caller.edits_profile_of(user.id))?;
    let profile = deps.registry.verify_profile(profile, before.map(|(npi, _)| npi)).await?;
    let after = profile.permissions.npi();
    let (level, level_before) = (profile.permissions.level(), user.profile.permissions.level());
    if level != level_before {
        caller.require_right_to_make(level, deps.context.now())?;
    }
    let unchanged = (profile == user.profile).then(|| Json((&user).into()));
    let change = user.edit(profile).ok_or_else(user_deactivated)?;
    if let Some(unchanged) = unchanged {
        return Ok(Attempt::Done(unchanged));
    }
    let mut tx = start_change(deps, &change, &caller.requester())?;
    let holder = Holder::User(change.next.id.invitation_id());
    move_npi(&deps.context, &mut tx, change.next.clinic, holder, (before, after)).await?;
    queue_emails(deps, &mut tx, &change, &caller.requester()).await?;
    settle_keys(deps, &mut tx, &change, keys, caller).await?;
    commit_change(deps, tx, &change, Json((&change.next).into())).await
}

fn user_deactivated() -> Problem {
    Problem::conflict(
        "user_deactivated",
        "This user is deactivated. Reactivate the user, then change it.",
    )
}
