//! `POST /v1/autoScribe/ephemeral-sessions`: a link to a view without a study.

use auth::caller::{Caller, IssueAccess};
use auth::secret_answer::SecretAnswer;
use axum::extract::State;
use axum::{Extension, Json};
use domain::field::FieldFaults;
use domain::grant::{
    EphemeralOptions, EphemeralSession, HangingProtocol, Layout, LinkSeconds, RetrievalId, View,
    ViewSeconds, ViewportLabel,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use web::Problem;
use web::body::JsonObject;
use web::field::{
    FaultCollector, Field, FieldValue, NotedFault, RequestFields, is_nothing, read_object,
};
use web::field_value::{Nested, read_text};
use web::json::skip_byte_order_mark;
use web::openapi::IdempotencyKeyHeader;

use crate::Deps;
use crate::issue::{LinkAnswer, LinkView, issue};
use crate::link_request::Lifetimes;

/// How images hang when the view opens.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct HangingProtocolView {
    /// Rows by columns, `1x1` to `4x4`.
    #[schema(pattern = "^[1-4]x[1-4]$")]
    layout: String,
    /// What the first viewports show. The viewer chooses for a null.
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

/// The view to open.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct EphemeralRequest {
    /// Your ID for the view, 1 to 256 bytes. AutoScribe does not interpret it.
    #[schema(value_type = String, min_length = 1, max_length = 256)]
    retrieval_id: Field<RetrievalId>,
    /// How images hang when the view opens.
    #[schema(value_type = Option<HangingProtocolView>)]
    hanging_protocol: Field<Nested<HangingFields>>,
    /// Options for your viewer, at most 3072 bytes of JSON. They are returned exactly as sent.
    #[schema(value_type = Option<std::collections::HashMap<String, Value>>)]
    options: Field<SpelledOptions>,
    /// How many seconds the link can be opened. The default is 30.
    #[schema(value_type = Option<u32>, minimum = 15, maximum = 300)]
    link_seconds: Field<LinkSeconds>,
    /// How many seconds the view lasts after it is opened. The default is 3600. More than 3600 counts only
    /// if the link is opened with a DPoP proof.
    #[schema(value_type = Option<u32>, minimum = 300, maximum = 43200)]
    view_seconds: Field<ViewSeconds>,
}

impl RequestFields for EphemeralRequest {
    type Values = (EphemeralSession, Lifetimes);

    fn read(self, faults: &mut FaultCollector) -> Result<Self::Values, NotedFault> {
        let retrieval = faults.required(self.retrieval_id);
        let hanging = faults.optional(self.hanging_protocol).map(|protocol| protocol.0);
        let options = faults.optional(self.options).map(|options| options.0);
        let link = LinkSeconds::EPHEMERAL;
        let lifetimes = Lifetimes::read(self.link_seconds, link, self.view_seconds, faults);
        Ok((EphemeralSession { retrieval: retrieval?, hanging, options }, lifetimes))
    }
}

/// The fields of `hangingProtocol`, which [`HangingProtocolView`] documents.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HangingFields {
    layout: Field<Layout>,
    viewport_assignments: Field<Vec<Option<ViewportLabel>>>,
}

impl RequestFields for HangingFields {
    type Values = HangingProtocol;

    fn read(self, faults: &mut FaultCollector) -> Result<HangingProtocol, NotedFault> {
        let layout = faults.required(self.layout);
        let labels = faults.required(self.viewport_assignments);
        let protocol = HangingProtocol::new(layout?, labels?);
        faults.check("viewportAssignments", protocol)
    }
}

/// The options with their exact text, because parsing them would change numbers such as `1.0`.
struct SpelledOptions(EphemeralOptions);

impl SpelledOptions {
    /// The members of a body, with the options' own text in place of the options.
    fn in_body(JsonObject { mut members, bytes }: JsonObject) -> Map<String, Value> {
        #[derive(Deserialize)]
        struct Spelling<'a> {
            #[serde(borrow)]
            options: Option<&'a RawValue>,
        }
        if let Some(options) = members.get_mut("options").filter(|options| !is_nothing(options)) {
            let json = skip_byte_order_mark(&bytes);
            let spelling = serde_json::from_slice::<Spelling<'_>>(json).ok();
            let text = spelling.and_then(|spelling| spelling.options).map(RawValue::get);
            *options = Value::from(text.unwrap_or_default());
        }
        members
    }
}

impl FieldValue for SpelledOptions {
    fn from_json(value: Value) -> Result<Self, FieldFaults> {
        read_text(&value, |text| EphemeralOptions::parse(text).map(Self))
    }
}

/// What an ephemeral view shows, as it was requested.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EphemeralView {
    /// Your ID for the view.
    pub(crate) retrieval_id: String,
    /// How images hang when the view opens.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) hanging_protocol: Option<HangingProtocolView>,
    /// The options, exactly as they were sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<std::collections::HashMap<String, Value>>)]
    pub(crate) options: Option<Box<RawValue>>,
}

/// `retrievalId`, `hangingProtocol` and `options`.
type EphemeralParts = (Option<String>, Option<HangingProtocolView>, Option<Box<RawValue>>);

impl EphemeralView {
    /// The fields `retrievalId`, `hangingProtocol` and `options` of any view. Only an ephemeral view has
    /// them.
    pub(crate) fn parts(view: &View) -> Result<EphemeralParts, Problem> {
        match view {
            View::Ephemeral(session) => {
                let Self { retrieval_id, hanging_protocol, options } = Self::new(session)?;
                Ok((Some(retrieval_id), hanging_protocol, options))
            }
            View::Dictation { .. } | View::ViewerOnly { .. } => Ok((None, None, None)),
        }
    }

    fn new(session: &EphemeralSession) -> Result<Self, Problem> {
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
    params(IdempotencyKeyHeader),
    responses((status = 200, body = EphemeralLinkView), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<IssueAccess>,
    body: JsonObject,
) -> Result<LinkAnswer<EphemeralLinkView>, Problem> {
    let members = SpelledOptions::in_body(body);
    let (session, lifetimes) = read_object::<EphemeralRequest>(members)?;
    let view = EphemeralView::new(&session)?;
    let link = issue(&deps, &caller.principal, (View::Ephemeral(session), lifetimes)).await?;
    let answer = EphemeralLinkView { link, session: view };
    Ok((Extension(SecretAnswer), Json(answer)))
}
