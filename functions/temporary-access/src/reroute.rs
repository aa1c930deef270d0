//! `POST /v1/autoScribe/studies/reroute-url`: a link to read a study and dictate its report.

use auth::caller::{Caller, IssueDictation};
use auth::secret_answer::SecretAnswer;
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

/// The reader and the study. Send at least one of `studyId` and `studyInstanceUid`.
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
    /// How many seconds the link can be opened. The default is 60.
    #[schema(value_type = Option<u32>, minimum = 15, maximum = 300)]
    link_seconds: Field<LinkSeconds>,
    /// How many seconds the view lasts after it is opened. The default is 3600. More than 3600 counts only
    /// if the link is opened with a DPoP proof.
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
    caller: Caller<IssueDictation>,
    JsonBody(request): JsonBody<RerouteRequest>,
) -> Result<LinkAnswer<LinkView>, Problem> {
    let link = issue(&deps, &caller.principal, request).await?;
    Ok((Extension(SecretAnswer), Json(link)))
}
