//! `POST /v1/autoScribe/ephemeral-sessions`: a link to a view without a study.

use auth::caller::{Caller, IssueAccess};
use auth::idempotency::SecretAnswer;
use axum::extract::State;
use axum::{Extension, Json};
use domain::field::Refused;
use domain::grant::{
    EphemeralOptions, EphemeralSession, HangingProtocol, Layout, LinkSeconds, RetrievalId, View,
    ViewportLabel,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use web::Problem;
use web::body::JsonObject;
use web::fields::Fields;
use web::problem::ProblemBody;

use crate::Deps;
use crate::issue::{LinkAnswer, LinkView, issue};
use crate::wanted::Lifetimes;

/// How images hang at first.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct HangingProtocolView {
    /// Rows by columns, `1x1` to `4x4`.
    #[schema(pattern = "^[1-4]x[1-4]$")]
    layout: String,
    /// What the first viewports show; null leaves one to the viewer.
    #[schema(max_items = 16)]
    viewport_assignments: Vec<Option<String>>,
}

impl From<&HangingProtocol> for HangingProtocolView {
    fn from(hanging: &HangingProtocol) -> Self {
        let label = |label: &Option<ViewportLabel>| label.as_ref().map(|l| l.as_str().to_owned());
        Self {
            layout: hanging.layout().as_str().to_owned(),
            viewport_assignments: hanging.assignments().iter().map(label).collect(),
        }
    }
}

/// What is to be shown.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "documents what `wanted` reads")]
pub(crate) struct EphemeralRequest {
    /// Your handle for the view, opaque to us: 1 to 256 bytes.
    #[schema(min_length = 1, max_length = 256)]
    retrieval_id: String,
    /// How images hang at first.
    #[schema(value_type = Option<HangingProtocolView>)]
    hanging_protocol: Option<Value>,
    /// Given back as it came; 3072 bytes of JSON at most.
    #[schema(value_type = Option<std::collections::HashMap<String, Value>>)]
    options: Option<Value>,
    /// How long the link can be opened, 30 by default.
    #[schema(minimum = 15, maximum = 300)]
    link_seconds: Option<u32>,
    /// How long the view lives once opened, 3600 by default.
    #[schema(minimum = 300, maximum = 43200)]
    view_seconds: Option<u32>,
}

/// What an ephemeral view shows, as it was asked for.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EphemeralView {
    /// The handle.
    pub(crate) retrieval_id: String,
    /// How images hang at first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) hanging_protocol: Option<HangingProtocolView>,
    /// The options, name by name and digit by digit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<std::collections::HashMap<String, Value>>)]
    pub(crate) options: Option<Box<RawValue>>,
}

impl EphemeralView {
    pub(crate) fn new(session: &EphemeralSession) -> Result<Self, Problem> {
        let raw = |options: &EphemeralOptions| RawValue::from_string(options.as_str().to_owned());
        let options = session.options.as_ref().map(raw).transpose();
        Ok(Self {
            retrieval_id: session.retrieval.as_str().to_owned(),
            hanging_protocol: session.hanging.as_ref().map(Into::into),
            options: options.map_err(Problem::internal)?,
        })
    }
}

/// A link to an ephemeral view.
#[derive(Serialize, ToSchema)]
pub(crate) struct EphemeralLinkView {
    #[serde(flatten)]
    link: LinkView,
    #[serde(flatten)]
    session: EphemeralView,
}

/// Get a link to a view without a study.
#[utoipa::path(
    post, operation_id = "createEphemeralSession", path = "/v1/autoScribe/ephemeral-sessions", tag = "access",
    request_body = EphemeralRequest, security(("apiKey" = []), ("session" = [])),
    params(("Idempotency-Key" = Option<String>, Header, max_length = 255, min_length = 1)),
    responses(
        (status = 200, body = EphemeralLinkView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<IssueAccess>,
    body: JsonObject,
) -> Result<LinkAnswer<EphemeralLinkView>, Problem> {
    let (session, lifetimes) = wanted(body)?;
    let view = EphemeralView::new(&session)?;
    let wanted = (View::Ephemeral(session), lifetimes);
    let link = issue(&deps, &caller.principal, wanted).await?;
    let answer = EphemeralLinkView { link, session: view };
    Ok((Extension(SecretAnswer), Json(answer)))
}

fn wanted(body: JsonObject) -> Result<(EphemeralSession, Lifetimes), Problem> {
    let spelt = spelt_options(&body);
    let mut fields = body.fields();
    let retrieval = fields.required("retrievalId", RetrievalId::parse);
    let hanging = hanging(&mut fields);
    let options = match fields.take("options") {
        None | Some(Value::Null) => None,
        Some(_) => match EphemeralOptions::parse(&spelt) {
            Ok(options) => Some(options),
            Err(refused) => fields.fault("options", refused),
        },
    };
    let lifetimes = Lifetimes::read(&mut fields, LinkSeconds::EPHEMERAL);
    let retrieval = fields.finish(retrieval)?;
    let session = EphemeralSession {
        retrieval: retrieval.ok_or_else(|| Problem::internal("no fault and no handle"))?,
        hanging,
        options,
    };
    Ok((session, lifetimes))
}

/// The options' own bytes: read as values, numbers would change.
fn spelt_options(body: &JsonObject) -> String {
    #[derive(Deserialize)]
    struct Spelt<'a> {
        #[serde(borrow)]
        options: Option<&'a RawValue>,
    }
    // Given twice, there is no one spelling; that is refused like what is no object.
    let spelt = serde_json::from_slice::<Spelt<'_>>(&body.bytes).ok();
    let options = spelt.and_then(|spelt| spelt.options);
    options.map(|raw| raw.get().to_owned()).unwrap_or_default()
}

fn hanging(fields: &mut Fields) -> Option<HangingProtocol> {
    const NAME: &str = "hangingProtocol";
    let mut within = fields.optional_object(NAME)?;
    let layout = within.required("layout", Layout::parse);
    let labels = match within.take("viewportAssignments") {
        None | Some(Value::Null) => {
            within.fault("viewportAssignments", Refused::new("required", "is required"))
        }
        Some(value) => labels(&value)
            .map_err(|refused| within.fault::<()>("viewportAssignments", refused))
            .ok(),
    };
    let hanging = layout.zip(labels).and_then(|(layout, labels)| {
        HangingProtocol::new(layout, labels)
            .map_err(|refused| within.fault::<()>("viewportAssignments", refused))
            .ok()
    });
    within.finish(hanging).map_err(|faults| fields.note_within(NAME, faults)).ok().flatten()
}

fn labels(value: &Value) -> Result<Vec<Option<ViewportLabel>>, Refused> {
    const SHAPE: Refused = Refused::new("wrong_type", "must be a list of strings and nulls");
    let label = |value: &Value| match value {
        Value::Null => Ok(None),
        Value::String(text) => ViewportLabel::parse(text).map(Some),
        _ => Err(SHAPE),
    };
    value.as_array().ok_or(SHAPE)?.iter().map(label).collect()
}
