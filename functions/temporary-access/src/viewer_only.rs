//! `POST /v1/autoScribe/studies/viewer-only-reroute-url`: a link to read a study.

use auth::caller::{Caller, IssueAccess};
use auth::idempotency::SecretAnswer;
use axum::extract::State;
use axum::{Extension, Json};
use domain::grant::{LinkSeconds, View};
use serde::Deserialize;
use utoipa::ToSchema;
use web::Problem;
use web::body::JsonObject;
use web::problem::ProblemBody;

use crate::Deps;
use crate::issue::{LinkAnswer, LinkView, issue};
use crate::wanted::{Lifetimes, study, user};

/// Which study, and who looks at it. At least one of the study's two names.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "documents what `wanted` reads")]
pub(crate) struct ViewerOnlyRequest {
    /// `stu_` and 32 hex characters.
    #[schema(pattern = "^stu_[0-9a-f]{32}$")]
    study_id: Option<String>,
    /// DICOM Study Instance UID.
    #[schema(pattern = "^(0|[1-9][0-9]*)(\\.(0|[1-9][0-9]*))*$", max_length = 64)]
    study_instance_uid: Option<String>,
    /// Who looks, for the audit; the view then ends with this user's access.
    #[schema(pattern = "^usr_[0-9a-f]{32}$")]
    user_id: Option<String>,
    /// How long the link can be opened, 60 by default.
    #[schema(minimum = 15, maximum = 300)]
    link_seconds: Option<u32>,
    /// How long the view lives once opened, 3600 by default.
    #[schema(minimum = 300, maximum = 43200)]
    view_seconds: Option<u32>,
}

/// Get a link to read a study without dictating.
#[utoipa::path(
    post, operation_id = "viewerOnlyRerouteUrl", path = "/v1/autoScribe/studies/viewer-only-reroute-url", tag = "access",
    request_body = ViewerOnlyRequest, security(("apiKey" = []), ("session" = [])),
    params(("Idempotency-Key" = Option<String>, Header, max_length = 255, min_length = 1)),
    responses(
        (status = 200, body = LinkView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<IssueAccess>,
    body: JsonObject,
) -> Result<LinkAnswer<LinkView>, Problem> {
    let wanted = wanted(body)?;
    let link = issue(&deps, &caller.principal, wanted).await?;
    Ok((Extension(SecretAnswer), Json(link)))
}

fn wanted(body: JsonObject) -> Result<(View, Lifetimes), Problem> {
    let mut fields = body.fields();
    let study = study(&mut fields);
    let user = fields.optional("userId", user);
    let lifetimes = Lifetimes::read(&mut fields, LinkSeconds::default());
    let study = fields.finish(study)?;
    let study = study.ok_or_else(|| Problem::internal("no fault and no study"))?;
    Ok((View::ViewerOnly { user, study }, lifetimes))
}
