//! `POST /v1/password/forgot`: emails a link to set a new password.
//!
//! The answer and the work are the same for every address. `mailer` finds out whether there is an
//! account.

use std::time::Duration;

use auth::known_browser::RequestOrigin;
use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::NoticeId;
use domain::person::email::Email;
use serde::Deserialize;
use store::{AttemptDecision, Notice, NoticeKind};
use utoipa::ToSchema;
use web::Problem;
use web::body::JsonBody;
use web::field::{FaultCollector, Field, NotedFault, RequestFields};

use crate::Deps;

/// The address of the account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ForgotRequest {
    /// The address.
    #[schema(value_type = String, max_length = 254)]
    email: Field<Email>,
}

impl RequestFields for ForgotRequest {
    type Values = Email;

    fn read(self, faults: &mut FaultCollector) -> Result<Email, NotedFault> {
        faults.required(self.email)
    }
}

/// Ask for a link to set a new password. At most three emails are sent in 15 minutes.
#[utoipa::path(
    post, operation_id = "forgotPassword", path = "/v1/password/forgot", tag = "session", request_body = ForgotRequest, security(()),
    responses(
        (status = 202, description = "If the account exists, an email is sent"),
        Problem,
    )
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    origin: RequestOrigin,
    JsonBody(to): JsonBody<ForgotRequest>,
) -> Result<StatusCode, Problem> {
    let (store, now) = (&deps.context.store, deps.context.now());
    if let AttemptDecision::Wait(time) = store.count_reset_from(origin.network(), now).await? {
        return Err(too_many_requests(time));
    }
    // The answer does not show that this address has had its emails, because others can ask for them.
    if let AttemptDecision::Allow(()) = store.count_reset_for(&to, now).await? {
        let notice = Notice {
            id: NoticeId::new(now, deps.context.entropy.as_ref()),
            to,
            kind: NoticeKind::PasswordReset,
        };
        store.queue_notice(&notice, now).await?;
    }
    Ok(StatusCode::ACCEPTED)
}

fn too_many_requests(wait: Duration) -> Problem {
    let detail = "Your network asked for too many password emails. Wait, then try again.";
    Problem::too_many("too_many_attempts", detail, wait)
}
