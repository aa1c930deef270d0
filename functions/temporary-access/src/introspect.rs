//! `POST /v1/access/introspect`: whether a view is open now (RFC 7662).

use auth::caller::{Caller, IntrospectAccess};
use auth::dpop::ProofTarget;
use auth::view_token::ViewClaims;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use domain::ids::ClinicId;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use store::Consistency;
use utoipa::ToSchema;
use web::Problem;
use web::access_log;
use web::body::JsonOrForm;
use web::field::{FaultCollector, Field, NotedFault, RequestFields};

use crate::Deps;
use crate::ephemeral::{EphemeralView, HangingProtocolView};
use crate::view_check::{CurrentView, load_current_view, verify_possession};
use crate::view_token::token_type;

/// A view token that your service received.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IntrospectRequest {
    /// The view token.
    #[schema(value_type = String)]
    token: Field<String>,
    /// Not needed: view tokens are the only kind.
    #[schema(value_type = Option<String>)]
    token_type_hint: Field<String>,
}

impl RequestFields for IntrospectRequest {
    type Values = String;

    fn read(self, faults: &mut FaultCollector) -> Result<String, NotedFault> {
        let token = faults.required(self.token);
        faults.optional(self.token_type_hint);
        token
    }
}

/// A token whose view is open.
#[derive(Serialize, ToSchema)]
pub(crate) struct ActiveView {
    /// Always true.
    #[schema(schema_with = only_true)]
    active: bool,
    /// `Bearer`, or `DPoP` when it is bound to a key.
    token_type: &'static str,
    /// The token's own times. All other claims are the current ones.
    #[serde(flatten)]
    claims: ViewClaims,
    /// Your ID for an ephemeral view.
    #[serde(rename = "retrievalId", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    retrieval_id: Option<String>,
    /// How images of an ephemeral view hang at first.
    #[serde(rename = "hangingProtocol", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    hanging_protocol: Option<HangingProtocolView>,
    /// The options of an ephemeral view, exactly as they were sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<std::collections::HashMap<String, Value>>)]
    options: Option<Box<RawValue>>,
}

impl ActiveView {
    fn new(CurrentView { claims, view, .. }: CurrentView) -> Result<Self, Problem> {
        let (retrieval_id, hanging_protocol, options) = EphemeralView::parts(&view)?;
        let token_type = token_type(&claims);
        Ok(Self { active: true, token_type, claims, retrieval_id, hanging_protocol, options })
    }
}

/// Any other token.
#[derive(Serialize, ToSchema)]
pub(crate) struct InactiveView {
    /// Always false.
    #[schema(schema_with = only_false)]
    active: bool,
}

/// Whether a token is active, and its claims.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Introspection {
    /// The token is active.
    Active(Box<ActiveView>),
    /// The token is not active. The answer says nothing else.
    Inactive(InactiveView),
}

fn only(value: bool) -> utoipa::openapi::schema::Object {
    utoipa::openapi::ObjectBuilder::new()
        .schema_type(utoipa::openapi::Type::Boolean)
        .enum_values(Some([value]))
        .build()
}

fn only_true() -> utoipa::openapi::schema::Object {
    only(true)
}

fn only_false() -> utoipa::openapi::schema::Object {
    only(false)
}

/// Ask whether a view is open now, for services behind the viewer. Only an API key may ask. A bound token
/// is active only if you pass on the proof that came with it in the `DPoP` header.
#[utoipa::path(
    post, operation_id = "introspectAccess", path = "/v1/access/introspect", tag = "access",
    request_body(content(
        (IntrospectRequest = "application/x-www-form-urlencoded"),
        (IntrospectRequest = "application/json"),
    )),
    security(("apiKey" = [])),
    params(("DPoP" = Option<String>, Header, description = "The proof that came with the token")),
    responses((status = 200, body = Introspection), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<IntrospectAccess>,
    headers: HeaderMap,
    JsonOrForm(token): JsonOrForm<IntrospectRequest>,
) -> Result<Json<Introspection>, Problem> {
    Ok(Json(match load_active_view(&deps, caller.clinic(), &token, &headers).await? {
        Some(view) => Introspection::Active(Box::new(ActiveView::new(view)?)),
        None => Introspection::Inactive(InactiveView { active: false }),
    }))
}

/// Loads the view of a token. `None` if the token is not active in this clinic.
async fn load_active_view(
    deps: &Deps,
    clinic: ClinicId,
    token: &str,
    headers: &HeaderMap,
) -> Result<Option<CurrentView>, Problem> {
    let Some(claims) = ViewClaims::read_in_clinic(&deps.keys, clinic, token).await? else {
        return Ok(None);
    };
    access_log::record_object(&claims.jti);
    // The proof names the method and URL of the request to the caller, so the caller compares them.
    let this = ProofTarget { request: None, token: Some(token) };
    if verify_possession(deps, headers, this, &claims).await?.is_err() {
        return Ok(None);
    }
    let current = load_current_view(deps, &claims, Consistency::Strong).await?.ok();
    let (iat, exp) = (claims.iat, claims.exp);
    Ok(current.map(|view| {
        let claims = ViewClaims { iat, exp, ..view.claims };
        CurrentView { claims, ..view }
    }))
}
