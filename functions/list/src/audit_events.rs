//! `GET /v1/auditEvents`: who did what and when, newest first.

use std::num::NonZeroU32;

use auth::caller::{Caller, ReadAudit};
use auth::view_token::StudyView;
use axum::Json;
use axum::extract::State;
use changes::Context;
use domain::actor::Actor;
use domain::audit::{AuditAction, AuditObject, AuditRecord};
use domain::clinic::Clinic;
use domain::field::{FieldFaults, Refusal};
use domain::ids::AuditId;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{AuditRange, PageRequest};
use utoipa::{IntoParams, ToSchema};
use web::Problem;
use web::field::{FaultCollector, Field, FieldValue, NotedFault, RequestFields};
use web::field_value::read_text;
use web::name_view::NameView;
use web::page::FilterMeaning;
use web::query::{ListFilter, ListQuery, PageParameters};
use web::range::{RangeEnd, RangeStart};
use web::view::PermissionsView;

/// Filters. An item must match all of them.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuditQuery {
    /// Who did it: `usr_...`, `key:<apiKeyId>`, `inv_...` or `acc_...` (the holder of that link),
    /// `operator`, `system`.
    #[param(value_type = Option<String>)]
    actor: Field<ActorName>,
    /// What it was done to: `inv_...`, `ses_...`, `acc_...`, `key:<apiKeyId>`, `clinic:<clinicId>`, or
    /// `usr_...`, which includes the person's invitation and temporary accesses.
    #[param(value_type = Option<String>)]
    object: Field<ObjectName>,
    /// The action, such as `user.edited`.
    #[param(value_type = Option<String>)]
    action: Field<ActionName>,
    /// Done on this UTC day (`YYYY-MM-DD`) or at this instant (RFC 3339), or later.
    #[param(value_type = Option<String>, example = "2026-12-01")]
    start_date: Field<RangeStart>,
    /// Done on this UTC day (`YYYY-MM-DD`) or at this instant (RFC 3339), or earlier.
    #[param(value_type = Option<String>, example = "2026-12-01T18:00:00-06:00")]
    end_date: Field<RangeEnd>,
}

/// A page of audit events.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuditEventsView {
    /// Newest first.
    audit_events: Vec<AuditEventView>,
    /// The cursor of the next page, or null on the last page.
    cursor: Option<String>,
    /// Whether there is a next page.
    has_more: bool,
    /// How many items this page leaves out because they cannot be read. Absent if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>, nullable = false)]
    skipped: Option<NonZeroU32>,
}

/// An audit event.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuditEventView {
    /// `evt_` and 32 hex characters.
    event_id: String,
    /// RFC 3339.
    #[schema(format = DateTime)]
    at: String,
    /// Who did it.
    actor: String,
    /// What was done.
    action: &'static str,
    /// Details of the action: the mode of an access, or the reason of a refusal.
    detail: Option<&'static str>,
    /// What it was done to.
    object: String,
    /// The user of the temporary access.
    user_id: Option<String>,
    /// The study of the temporary access.
    study: Option<StudyView>,
    /// Permissions before.
    before: Option<PermissionsView>,
    /// Permissions after.
    after: Option<PermissionsView>,
    /// The person's names before, if this changed them.
    #[serde(skip_serializing_if = "Option::is_none")]
    name_before: Option<NameView>,
    /// The person's names after, if this set or changed them.
    #[serde(skip_serializing_if = "Option::is_none")]
    name_after: Option<NameView>,
    /// The host that the webhook sent to before, if this changed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    receiver_before: Option<String>,
    /// The host that the webhook sends to, if this set or changed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    receiver_after: Option<String>,
    /// The network address that the request came from.
    ip: Option<String>,
}

impl From<&AuditRecord> for AuditEventView {
    fn from(record: &AuditRecord) -> Self {
        let (user, study) = match record.object {
            AuditObject::Access { user, study, .. } => (user, study),
            _ => (None, None),
        };
        Self {
            event_id: record.id.to_string(),
            at: record.at.to_string(),
            actor: record.actor.to_string(),
            action: record.action.as_str(),
            detail: record.action.detail(),
            object: record.object.to_string(),
            user_id: user.map(|id| id.to_string()),
            study: study.as_ref().map(Into::into),
            before: record.before.as_ref().map(Into::into),
            after: record.after.as_ref().map(Into::into),
            name_before: record.names.before.as_ref().map(Into::into),
            name_after: record.names.after.as_ref().map(Into::into),
            receiver_before: record.receiver.before.clone(),
            receiver_after: record.receiver.after.clone(),
            ip: record.ip.clone(),
        }
    }
}

/// List audit events.
#[utoipa::path(
    get, operation_id = "listAuditEvents", path = "/v1/auditEvents", tag = "audit", params(AuditQuery, PageParameters), security(("session" = [])),
    responses((status = 200, body = AuditEventsView), Problem)
)]
pub(crate) async fn handle(
    State(context): State<Context>,
    caller: Caller<ReadAudit>,
    query: ListQuery,
) -> Result<Json<AuditEventsView>, Problem> {
    let clinic = caller.clinic();
    let (filter, paging) = query.read::<AuditQuery>("auditEvents", clinic)?;
    let found = context.store.load_clinic(clinic).await?;
    let found = found.ok_or_else(|| Problem::internal("a session without its clinic"))?;
    let request = PageRequest::new(paging.limit, paging.after.map(AuditId::from_bytes));
    let range = filter.range(&found, context.now());
    let keep = |record: &AuditRecord| filter.matches(record);
    let page = context.store.list_audit_records(clinic, range, request, keep).await?;
    Ok(Json(AuditEventsView {
        audit_events: page.items.iter().map(AuditEventView::from).collect(),
        cursor: page.next.map(|id| paging.binding.cursor(id.bytes())),
        has_more: page.next.is_some(),
        skipped: NonZeroU32::new(page.skipped),
    }))
}

/// The filters that a query asks for.
pub(crate) struct AuditFilter {
    actor: Option<Actor>,
    object: Option<AuditObject>,
    action: Option<String>,
    start: Option<Timestamp>,
    /// The first instant that is too late.
    end: Option<Timestamp>,
}

impl RequestFields for AuditQuery {
    type Values = AuditFilter;

    fn read(self, faults: &mut FaultCollector) -> Result<AuditFilter, NotedFault> {
        Ok(AuditFilter {
            actor: faults.optional(self.actor).map(|name| name.0),
            object: faults.optional(self.object).map(|name| name.0),
            action: faults.optional(self.action).map(|name| name.0),
            start: faults.optional(self.start_date).map(|start| start.0),
            end: faults.optional(self.end_date).map(|end| end.0),
        })
    }
}

/// An actor as the audit names it.
struct ActorName(Actor);

impl FieldValue for ActorName {
    fn from_json(value: Value) -> Result<Self, FieldFaults> {
        const INVALID: Refusal = Refusal::new(
            "actor_invalid",
            "Send usr_..., key:<apiKeyId>, inv_..., acc_..., operator or system.",
        );
        read_text(&value, |text| Actor::parse(&text.to_ascii_lowercase()).map(Self).ok_or(INVALID))
    }
}

/// An object as the audit names it.
struct ObjectName(AuditObject);

impl FieldValue for ObjectName {
    fn from_json(value: Value) -> Result<Self, FieldFaults> {
        const INVALID: Refusal = Refusal::new(
            "object_invalid",
            "Send usr_..., inv_..., ses_..., acc_..., key:<apiKeyId> or clinic:<clinicId>.",
        );
        read_text(&value, |text| {
            AuditObject::parse(&text.to_ascii_lowercase()).map(Self).ok_or(INVALID)
        })
    }
}

/// An action as the audit names it.
struct ActionName(String);

impl FieldValue for ActionName {
    fn from_json(value: Value) -> Result<Self, FieldFaults> {
        const UNKNOWN: Refusal =
            Refusal::new("action_unknown", "Send an action such as user.edited.");
        read_text(&value, |text| {
            AuditAction::is_name(text).then(|| Self(text.to_owned())).ok_or(UNKNOWN)
        })
    }
}

impl ListFilter for AuditFilter {
    fn meaning(&self) -> FilterMeaning {
        FilterMeaning::default()
            .with("actor", self.actor)
            .with("object", self.object)
            .with("action", self.action.as_ref())
            .with("startDate", self.start)
            .with("endDate", self.end)
    }
}

impl AuditFilter {
    /// The range of time to read. It starts at the clinic's creation at the earliest.
    fn range(&self, clinic: &Clinic, now: Timestamp) -> AuditRange {
        let end = self.end.map(Timestamp::previous_instant);
        AuditRange {
            from: self.start.map_or(clinic.created_at, |start| start.max(clinic.created_at)),
            to: end.map_or(now, |end| end.min(now)),
        }
    }

    fn matches(&self, record: &AuditRecord) -> bool {
        self.actor.is_none_or(|actor| actor == record.actor)
            && self.object.is_none_or(|object| record.object.concerns(&object))
            && (self.action.as_deref()).is_none_or(|action| action == record.action.as_str())
    }
}
