//! `POST /v1/access/revoke`: ends one temporary access, or every one of a user.

use auth::caller::{Caller, IssueAccess};
use axum::Json;
use axum::extract::State;
use changes::{Attempt, Requester};
use domain::audit::AuditRecord;
use domain::field::Refusal;
use domain::grant::Grant;
use domain::ids::{AccessId, ClinicId, UserId};
use domain::review::ReviewFacts;
use serde::Deserialize;
use utoipa::ToSchema;
use web::Problem;
use web::access_log;
use web::body::JsonBody;
use web::field::{FaultCollector, Field, NotedFault, RequestFields};
use web::openapi::IdempotencyKeyHeader;
use web::view::Done;

use crate::Deps;

/// Which temporary access: one, or every one of a user. Send exactly one of the two IDs.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RevokeAccessRequest {
    /// `acc_` and 32 hex characters.
    #[schema(value_type = String, pattern = "^acc_[0-9a-f]{32}$", required = false)]
    access_id: Field<AccessId>,
    /// `usr_` and 32 hex characters.
    #[schema(value_type = String, pattern = "^usr_[0-9a-f]{32}$", required = false)]
    user_id: Field<UserId>,
}

pub(crate) enum RevokeTarget {
    One(AccessId),
    All(UserId),
}

impl RequestFields for RevokeAccessRequest {
    type Values = RevokeTarget;

    fn read(self, faults: &mut FaultCollector) -> Result<RevokeTarget, NotedFault> {
        const BOTH: Refusal =
            Refusal::new("one_only", "Remove userId, or send it without accessId.");
        const NEITHER: Refusal = Refusal::new("required", "Send accessId or userId.");
        match (faults.optional(self.access_id), faults.optional(self.user_id)) {
            (Some(_), Some(_)) => Err(faults.note("userId", BOTH)),
            (Some(access), None) => Ok(RevokeTarget::One(access)),
            (None, Some(user)) => Ok(RevokeTarget::All(user)),
            (None, None) => Err(faults.note_if_first("accessId", NEITHER)),
        }
    }
}

/// End temporary access at once. Its link stops working, and an open view is not renewed.
#[utoipa::path(
    post, operation_id = "endAccess", path = "/v1/access/revoke", tag = "access", request_body = RevokeAccessRequest,
    security(("apiKey" = []), ("session" = [])),
    params(IdempotencyKeyHeader),
    responses((status = 200, body = Done), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<IssueAccess>,
    JsonBody(target): JsonBody<RevokeAccessRequest>,
) -> Result<Json<Done>, Problem> {
    let requester = caller.principal.requester();
    let (store, clinic) = (&deps.context.store, caller.clinic());
    let may_see = |grant: &Grant| caller.principal.may_see(grant.details());
    match target {
        RevokeTarget::One(id) => {
            access_log::record_object(id);
            let grant = store.load_grant(clinic, id).await?;
            let grant = grant.filter(may_see).ok_or_else(access_not_found)?;
            end_access(&deps, grant, &requester).await?;
            Ok(Json(Done::new("The temporary access has ended.")))
        }
        RevokeTarget::All(user) => {
            find_user(&deps, clinic, user).await?;
            let now = deps.context.now();
            let live = store.list_live_grants(clinic, user, now).await?;
            for grant in live.into_iter().filter(may_see) {
                end_access(&deps, grant, &requester).await?;
            }
            Ok(Json(Done::new(if caller.principal.sees_all_access() {
                "All temporary access of the user has ended."
            } else {
                "All temporary access of the user that you can see has ended."
            })))
        }
    }
}

/// Finds a user in the caller's clinic. Any other id is a 404.
async fn find_user(deps: &Deps, clinic: ClinicId, user: UserId) -> Result<(), Problem> {
    access_log::record_object(user);
    let found = deps.context.store.load_user(clinic, user).await?;
    found.map(|_| ()).ok_or_else(Problem::user_not_found)
}

/// Ends temporary access. One that has ended stays as it is.
async fn end_access(deps: &Deps, grant: Grant, requester: &Requester) -> Result<(), Problem> {
    let (context, id) = (&deps.context, grant.details().id);
    let clinic = grant.details().clinic;
    let mut grant = Some(grant);
    changes::retry!(async {
        let grant = match grant.take() {
            Some(grant) => grant,
            None => context.store.load_grant(clinic, id).await?.ok_or_else(access_not_found)?,
        };
        let Some(change) = grant.revoke(context.now()) else {
            return Ok(Attempt::Done(()));
        };
        let (action, object) = (change.action, change.next.details.audit_object());
        let record = requester.audit_record(context, clinic, action, object, (None, None));
        let until = change.next.opening.as_ref().map(|opening| opening.until);
        let review = ReviewFacts { until, ..record.review };
        let mut tx = context.store.transaction(&AuditRecord { review, ..record })?;
        tx.replace_grant(&change.map(Grant::from))?;
        Ok(Attempt::of(tx.commit().await?, ()))
    })
}

fn access_not_found() -> Problem {
    Problem::not_found(
        "access_not_found",
        "There is no such temporary access in your clinic. Check its ID.",
    )
}
