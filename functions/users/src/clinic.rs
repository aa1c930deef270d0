//! `GET` and `PATCH /v1/clinic`: the settings of the caller's clinic.

use auth::caller::{Caller, ManageClinic};
use auth::principal::SignedIn;
use axum::Json;
use axum::extract::State;
use changes::{Attempt, Context};
use domain::audit::{AuditAction, AuditObject};
use domain::clinic::{
    Clinic, ClinicChanges, ClinicName, InvitationDays, InvitationsPerDay, TimeZone,
};
use domain::ids::ClinicId;
use domain::person::email::Email;
use domain::person::permissions::Level;
use domain::session::IdleMinutes;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::Problem;
use web::body::JsonBody;
use web::field::{FaultCollector, Field, NotedFault, RequestFields};

use crate::Deps;

/// The settings of a clinic.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClinicSettingsView {
    /// A UUID with hyphens.
    clinic_id: String,
    /// Its name, as emails show it.
    name: String,
    /// The address for replies to its emails. Null if there is none.
    reply_to: Option<String>,
    /// How many days an invitation stays open.
    invitation_days: u8,
    /// The time zone of its office, by its IANA name.
    time_zone: String,
    /// After how many minutes without a request a session ends.
    session_idle_minutes: u8,
    /// How many invitation emails the clinic may send in a UTC day. The operator sets it.
    invitations_per_day: u32,
}

impl ClinicSettingsView {
    fn new(clinic: &Clinic, quota: InvitationsPerDay) -> Self {
        Self {
            clinic_id: clinic.id.to_string(),
            name: clinic.name.as_str().to_owned(),
            reply_to: clinic.reply_to.as_ref().map(|address| address.as_typed().to_owned()),
            invitation_days: clinic.invitation_days.get(),
            time_zone: clinic.time_zone.as_str().to_owned(),
            session_idle_minutes: clinic.session_idle.get(),
            invitations_per_day: quota.get(),
        }
    }
}

/// Read the settings of the clinic.
#[utoipa::path(
    get, operation_id = "getClinic", path = "/v1/clinic", tag = "clinic", security(("session" = [])),
    responses((status = 200, body = ClinicSettingsView), Problem)
)]
pub(crate) async fn read(
    State(deps): State<Deps>,
    caller: Caller<ManageClinic>,
) -> Result<Json<ClinicSettingsView>, Problem> {
    let clinic = load_clinic(&deps.context, caller.clinic()).await?;
    Ok(Json(ClinicSettingsView::new(&clinic, deps.invitations_per_day)))
}

/// The settings to change. A missing one stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ClinicChangeRequest {
    /// 1 to 100 characters. Only an owner may change it.
    #[schema(value_type = String, min_length = 1, max_length = 100, required = false)]
    name: Field<ClinicName>,
    /// The address for replies. Null clears it.
    #[schema(value_type = Option<String>, format = Email, max_length = 254)]
    reply_to: Field<Email>,
    /// 1 to 30. It applies to the next invitations and resends.
    #[schema(value_type = u8, minimum = 1, maximum = 30, required = false)]
    invitation_days: Field<InvitationDays>,
    /// The name of an IANA time zone, such as `America/Chicago`.
    #[schema(value_type = String, required = false)]
    time_zone: Field<TimeZone>,
    /// 5 to 60. It applies to the next sessions.
    #[schema(value_type = u8, minimum = 5, maximum = 60, required = false)]
    session_idle_minutes: Field<IdleMinutes>,
}

impl RequestFields for ClinicChangeRequest {
    type Values = ClinicChanges;

    const READ_ONLY: &'static [&'static str] = &["clinicId", "invitationsPerDay"];

    fn read(self, faults: &mut FaultCollector) -> Result<ClinicChanges, NotedFault> {
        Ok(ClinicChanges {
            name: faults.change(self.name),
            reply_to: faults.clearable(self.reply_to),
            invitation_days: faults.change(self.invitation_days),
            time_zone: faults.change(self.time_zone),
            session_idle: faults.change(self.session_idle_minutes),
        })
    }
}

/// Change the settings of the clinic.
#[utoipa::path(
    patch, operation_id = "updateClinic", path = "/v1/clinic", tag = "clinic", request_body = ClinicChangeRequest, security(("session" = [])),
    responses((status = 200, body = ClinicSettingsView), Problem)
)]
pub(crate) async fn edit(
    State(deps): State<Deps>,
    caller: Caller<ManageClinic>,
    JsonBody(changes): JsonBody<ClinicChangeRequest>,
) -> Result<Json<ClinicSettingsView>, Problem> {
    let context = &deps.context;
    let (requester, id) = (caller.principal.requester(), caller.clinic());
    let (action, object) = (AuditAction::ClinicEdited, AuditObject::Clinic(id));
    changes::retry!(async {
        let before = load_clinic(context, id).await?;
        if changes.name.as_ref().is_some_and(|name| *name != before.name) {
            require_owner(caller.person()?)?;
        }
        let next = before.clone().edit(changes.clone());
        let view = Json(ClinicSettingsView::new(&next, deps.invitations_per_day));
        if next == (Clinic { version: next.version, ..before }) {
            return Ok(Attempt::Done(view));
        }
        let record = requester.audit_record(context, id, action, object, (None, None));
        let mut tx = requester.start(context, &record)?;
        tx.replace_clinic_settings(&next)?;
        Ok(Attempt::of(tx.commit().await?, view))
    })
}

/// Requires an owner.
pub(crate) fn require_owner(person: &SignedIn) -> Result<(), Problem> {
    if person.user.profile.permissions.level() == Level::Owner {
        return Ok(());
    }
    Err(Problem::forbidden("Ask an owner of your clinic. Only an owner can do this."))
}

async fn load_clinic(context: &Context, id: ClinicId) -> Result<Clinic, Problem> {
    let clinic = context.store.load_clinic(id).await?;
    clinic.ok_or_else(|| Problem::internal("a session without its clinic"))
}
