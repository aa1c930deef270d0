//! `POST /v1/npi/lookup`: what the NPI registry says of a number, before an invite names it.

use std::time::Duration;

use auth::caller::{Caller, LookUpNpi};
use axum::Json;
use axum::extract::State;
use domain::npi::{Npi, NpiStatus, RegistryAnswer, RegistryText};
use domain::person::PersonName;
use serde::{Deserialize, Serialize};
use store::AttemptDecision;
use utoipa::ToSchema;
use web::Problem;
use web::body::JsonBody;
use web::field::{FaultCollector, Field, NotedFault, RequestFields};
use web::name_view::RegistryNameView;
use web::schema::NpiLookupStatus;

use crate::Deps;

/// A number to look up.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NpiLookupRequest {
    /// National Provider Identifier.
    #[schema(value_type = String, pattern = "^[12][0-9]{9}$")]
    npi_number: Field<Npi>,
    /// The person's last name, to compare with the registry's.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    last_name: Field<PersonName>,
}

impl RequestFields for NpiLookupRequest {
    type Values = (Npi, Option<PersonName>);

    fn read(self, faults: &mut FaultCollector) -> Result<Self::Values, NotedFault> {
        let npi = faults.required(self.npi_number);
        let last_name = faults.optional(self.last_name);
        Ok((npi?, last_name))
    }
}

/// What the NPI registry says of a number.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NpiLookupView {
    /// What `npiVerification` an invite with this number and last name would have. `active` if you sent no last
    /// name and the number belongs to a person. An invite with `not_found` or `deactivated` is refused. `pending` if
    /// the registry did not answer.
    #[schema(value_type = NpiLookupStatus)]
    status: &'static str,
    /// The holder of the number.
    #[serde(flatten)]
    name: RegistryNameView,
    /// The states where the person is licensed, such as `NY`.
    license_states: Vec<String>,
}

impl NpiLookupView {
    fn new(answer: &RegistryAnswer, last_name: Option<&PersonName>) -> Self {
        let status = match (answer, last_name) {
            (RegistryAnswer::Person { .. }, None) => "active",
            (_, last_name) => {
                let last_name = last_name.map_or("", PersonName::as_str);
                NpiStatus::from_answer(answer, last_name).as_str()
            }
        };
        let (name, license_states) = match answer {
            RegistryAnswer::Person { name, license_states, .. } => {
                (name.into(), &license_states[..])
            }
            _ => (RegistryNameView::default(), &[][..]),
        };
        let text = |state: &RegistryText| state.as_str().to_owned();
        Self { status, name, license_states: license_states.iter().map(text).collect() }
    }
}

/// Look up an NPI in the NPPES registry.
///
/// A clinic can look up 60 numbers a minute. The numbers of its new invitations count too, and are never refused.
#[utoipa::path(
    post, operation_id = "lookupNpi", path = "/v1/npi/lookup", tag = "invitations", request_body = NpiLookupRequest,
    security(("apiKey" = []), ("session" = [])),
    responses((status = 200, body = NpiLookupView), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<LookUpNpi>,
    JsonBody((npi, last_name)): JsonBody<NpiLookupRequest>,
) -> Result<Json<NpiLookupView>, Problem> {
    let (clinic, now) = (caller.clinic(), deps.context.now());
    if let AttemptDecision::Wait(wait) = deps.context.store.count_npi_lookup(clinic, now).await? {
        return Err(too_many(wait));
    }
    let answer = deps.registry.look_up(&npi).await;
    Ok(Json(NpiLookupView::new(&answer, last_name.as_ref())))
}

fn too_many(wait: Duration) -> Problem {
    let detail = "Your clinic has looked up 60 NPIs in this minute. Try again in the next one.";
    Problem::too_many("too_many_npi_lookups", detail, wait)
}
