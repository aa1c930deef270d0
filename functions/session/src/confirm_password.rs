//! `POST /v1/session/confirm`: sends the password again before a change that lasts.

use auth::caller::{Caller, OwnSession};
use auth::known_browser::RequestOrigin;
use auth::passwords::Guess;
use axum::Json;
use axum::extract::State;
use domain::credentials::password::Password;
use serde::Deserialize;
use utoipa::ToSchema;
use web::Problem;
use web::body::JsonBody;
use web::field::{FaultCollector, Field, NotedFault, RequestFields};
use web::view::Done;

use crate::Deps;
use crate::session::{load_own_account, password_wrong};

/// The password of the signed-in person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfirmRequest {
    /// The account's password.
    #[schema(value_type = String, max_length = 128)]
    password: Field<Password>,
}

impl RequestFields for ConfirmRequest {
    type Values = Password;

    fn read(self, faults: &mut FaultCollector) -> Result<Password, NotedFault> {
        faults.required(self.password)
    }
}

/// Confirm the password. For 10 minutes the session may then make API keys, grant admin and attest.
#[utoipa::path(
    post, operation_id = "confirmPassword", path = "/v1/session/confirm", tag = "session", request_body = ConfirmRequest, security(("session" = [])),
    responses((status = 200, body = Done), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<OwnSession>,
    origin: RequestOrigin,
    JsonBody(password): JsonBody<ConfirmRequest>,
) -> Result<Json<Done>, Problem> {
    let (person, context) = (caller.person()?, &deps.context);
    let account = load_own_account(&deps, &person.user).await?.account;
    let guess = Guess::new(&person.user.email, Some(&account), password, &origin);
    if !deps.passwords.is_correct(context, guess).await? {
        return Err(password_wrong());
    }
    context.store.mark_session_confirmed(person.session.names, context.now()).await?;
    Ok(Json(Done::new("Your password is confirmed for 10 minutes.")))
}
