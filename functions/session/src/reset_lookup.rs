//! `POST /v1/password/lookup`: whose password a link sets. The page shows it, and says at once that a link no longer
//! works, before anyone has thought of a password.

use axum::Json;
use axum::extract::State;
use domain::user::UserStatus;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::Problem;
use web::body::JsonBody;
use web::field::{FaultCollector, Field, NotedFault, RequestFields};

use crate::Deps;
use crate::reset::load_reset_link;

/// The token from the email.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResetLookupRequest {
    /// The part of the emailed link after `#token=`.
    #[schema(value_type = String, max_length = 256)]
    token: Field<String>,
}

impl RequestFields for ResetLookupRequest {
    type Values = String;

    fn read(self, faults: &mut FaultCollector) -> Result<String, NotedFault> {
        faults.required(self.token)
    }
}

/// The account whose password the link sets.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResetLookupView {
    /// Its address.
    email: String,
    /// Whether the password opens the dashboard of any clinic. If false, the person works inside a PACS and needs no
    /// password.
    has_dashboard_access: bool,
}

/// Look at a link that sets a password. Changes nothing.
#[utoipa::path(
    post, operation_id = "lookupPasswordReset", path = "/v1/password/lookup", tag = "session", request_body = ResetLookupRequest,
    security(()), responses((status = 200, body = ResetLookupView), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    JsonBody(token): JsonBody<ResetLookupRequest>,
) -> Result<Json<ResetLookupView>, Problem> {
    let link = load_reset_link(&deps, &token).await?;
    if link.used {
        return Err(Problem::token_invalid());
    }
    let may_sign_in = link.users.iter().any(|user| {
        user.status == UserStatus::Active && user.profile.permissions.has_dashboard_access()
    });
    Ok(Json(ResetLookupView {
        email: link.email.as_typed().to_owned(),
        has_dashboard_access: may_sign_in,
    }))
}
