//! `POST /v1/autoScribe/studies/reroute-url`: a link to read a study and dictate its report.

use auth::caller::{Caller, IssueAccess};
use auth::idempotency::SecretAnswer;
use axum::extract::State;
use axum::{Extension, Json};
use domain::grant::{LinkSeconds, View, ViewSeconds};
use domain::ids::{StudyId, UserId};
use domain::study::StudyInstanceUid;
use serde::Deserialize;
use utoipa::ToSchema;
use web::Problem;
use web::body::JsonBody;
use web::field::{FaultCollector, Field, NotedFault, RequestFields};
use web::openapi::IdempotencyKeyHeader;

use crate::Deps;
use crate::issue::{LinkAnswer, LinkView, issue};
use crate::link_request::{Lifetimes, read_study};

/// Who is to read which study. At least one of the study's two names.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RerouteRequest {
    /// The reader: `usr_` and 32 hex characters.
    #[schema(value_type = String, pattern = "^usr_[0-9a-f]{32}$")]
    assigned_to_user_id: Field<UserId>,
    /// `stu_` and 32 hex characters.
    #[schema(value_type = Option<String>, pattern = "^stu_[0-9a-f]{32}$")]
    study_id: Field<StudyId>,
    /// DICOM Study Instance UID.
    #[schema(value_type = Option<String>, pattern = "^(0|[1-9][0-9]*)(\\.(0|[1-9][0-9]*))*$", max_length = 64)]
    study_instance_uid: Field<StudyInstanceUid>,
    /// How long the link can be opened, 60 by default.
    #[schema(value_type = Option<u32>, minimum = 15, maximum = 300)]
    link_seconds: Field<LinkSeconds>,
    /// How long the view lives once opened, 3600 by default.
    #[schema(value_type = Option<u32>, minimum = 300, maximum = 43200)]
    view_seconds: Field<ViewSeconds>,
}

impl RequestFields for RerouteRequest {
    type Values = (View, Lifetimes);

    fn read(self, faults: &mut FaultCollector) -> Result<Self::Values, NotedFault> {
        let user = faults.required(self.assigned_to_user_id);
        let study = read_study(self.study_id, self.study_instance_uid, faults);
        let link = LinkSeconds::default();
        let lifetimes = Lifetimes::read(self.link_seconds, link, self.view_seconds, faults);
        Ok((View::Dictation { user: user?, study: study? }, lifetimes))
    }
}

/// Get a link to read and dictate. Assigns the study to the reader.
#[utoipa::path(
    post, operation_id = "rerouteUrl", path = "/v1/autoScribe/studies/reroute-url", tag = "access",
    request_body = RerouteRequest, security(("apiKey" = []), ("session" = [])),
    params(IdempotencyKeyHeader),
    responses((status = 200, body = LinkView), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<IssueAccess>,
    JsonBody(wanted): JsonBody<RerouteRequest>,
) -> Result<LinkAnswer<LinkView>, Problem> {
    let link = issue(&deps, &caller.principal, wanted).await?;
    Ok((Extension(SecretAnswer), Json(link)))
}
