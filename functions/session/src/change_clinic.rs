//! `POST /v1/session/clinic`: the same person in another of their clinics.

use auth::caller::{Caller, OwnSession};
use auth::principal::password_needed;
use auth::session::continue_session;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::ids::ClinicId;
use serde::Deserialize;
use store::Member;
use utoipa::ToSchema;
use web::Problem;
use web::body::JsonBody;
use web::field::{FaultCollector, Field, NotedFault, RequestFields};

use crate::Deps;
use crate::session::{load_own_account, may_sign_in};
use crate::sign_in::SessionView;

/// The clinic to change to.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ChangeClinicRequest {
    /// One of the `clinics` of `GET /v1/session`.
    #[schema(value_type = String)]
    clinic_id: Field<ClinicId>,
}

impl RequestFields for ChangeClinicRequest {
    type Values = ClinicId;

    fn read(self, faults: &mut FaultCollector) -> Result<ClinicId, NotedFault> {
        faults.required(self.clinic_id)
    }
}

/// Change to another clinic. The old session ends, and the new one ends when the old one would have.
#[utoipa::path(
    post, operation_id = "changeClinic", path = "/v1/session/clinic", tag = "session", request_body = ChangeClinicRequest, security(("session" = [])),
    responses((status = 200, body = SessionView, description = "Sets the cookie of the new session"), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<OwnSession>,
    JsonBody(clinic): JsonBody<ChangeClinicRequest>,
) -> Result<Response, Problem> {
    let person = caller.person()?;
    let own = load_own_account(&deps, &person.user).await?;
    let members = deps.context.store.load_members(&own.memberships).await?;
    let member =
        members.into_iter().find(|member| member.clinic.id == clinic && may_sign_in(&member.user));
    let Member { user, clinic } = member.ok_or_else(clinic_not_yours)?;
    // A clinic can add an address to itself. The first session there must not begin without a password
    // that was sent after that.
    let proved_at = person.session.confirmed_at.unwrap_or(person.session.signed_in_at);
    if user.last_login_at.is_none() && proved_at < user.confirmed_at {
        return Err(password_needed());
    }
    let ip = caller.principal.ip.clone();
    let continued = continue_session(&deps.context, &person.session, user, &clinic, ip).await?;
    let (user, cookie) = continued.ok_or_else(Problem::credential_refused)?;
    let view = SessionView { user: (&user).into(), clinic: (&clinic).into() };
    Ok((cookie, Json(view)).into_response())
}

fn clinic_not_yours() -> Problem {
    Problem::not_found(
        "clinic_not_found",
        "Choose one of your clinics. You have no dashboard access in this one.",
    )
}
