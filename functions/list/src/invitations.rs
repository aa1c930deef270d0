//! `GET /v1/autoScribe/users/invitations`: newest first.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::time::Duration;

use auth::caller::{Caller, ReadInvitations};
use axum::Json;
use axum::extract::State;
use changes::Context;
use domain::delivery::DeliveryStatus;
use domain::field::{FieldFaults, Refusal};
use domain::fold::SearchPrefix;
use domain::ids::{ClinicId, InvitationId, UserId};
use domain::invitation::{Invitation, InvitationStatus};
use domain::npi::NpiStatus;
use domain::person::email::Email;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{InvitationRange, Page, PageRequest};
use utoipa::{IntoParams, ToSchema};
use web::Problem;
use web::field::{FaultCollector, Field, FieldValue, NotedFault, RequestFields};
use web::field_value::read_text;
use web::invitation_view::InvitationView;
use web::page::FilterMeaning;
use web::query::{ListFilter, ListQuery, PageParameters, Paging};
use web::range::{RangeEnd, RangeStart};
use web::schema::ExpiredFilter;

use crate::invitation_names::view_for;

/// How much earlier an invitation's id may be made than the invitation. A request lasts 10 seconds at most.
const ID_LEAD: Duration = Duration::from_secs(10);

/// Filters. An item must match all of them.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InvitationQuery {
    /// The start of any part of the name, or of the address. Case, accents, apostrophes and kinds of spaces are
    /// ignored. A page of a search can be empty although `hasMore` is true.
    #[param(value_type = Option<String>)]
    q: Field<String>,
    /// Statuses, comma-separated: `sent`, `accepted`, `rejected`, `revoked`.
    #[param(value_type = Option<String>, example = "sent,revoked")]
    status: Field<Statuses>,
    /// Whether it expired while pending.
    #[param(value_type = Option<ExpiredFilter>)]
    expired: Field<Expired>,
    /// Created on this UTC day (`YYYY-MM-DD`) or at this instant (RFC 3339), or later.
    #[param(value_type = Option<String>, example = "2026-12-01")]
    start_date: Field<RangeStart>,
    /// Created on this UTC day (`YYYY-MM-DD`) or at this instant (RFC 3339), or earlier.
    #[param(value_type = Option<String>, example = "2026-12-01T18:00:00-06:00")]
    end_date: Field<RangeEnd>,
    /// The user ID of the invited person.
    #[param(value_type = Option<String>)]
    user_id: Field<UserId>,
    /// The exact address.
    #[param(value_type = Option<String>)]
    email: Field<Email>,
    /// Delivery statuses of the newest email, comma-separated.
    #[param(value_type = Option<String>, example = "bounced,failed")]
    delivery: Field<AnyOf<DeliveryStatus>>,
    /// Statuses of the NPI's verification, comma-separated.
    #[param(value_type = Option<String>, example = "name_mismatch,not_found")]
    npi_verification: Field<AnyOf<VerificationName>>,
}

/// A page of invitations.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InvitationsView {
    /// Newest first.
    invitations: Vec<InvitationView>,
    /// The cursor of the next page, or null on the last page.
    cursor: Option<String>,
    /// Whether there is a next page.
    has_more: bool,
    /// How many items this page leaves out because they cannot be read. Absent if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>, nullable = false)]
    skipped: Option<NonZeroU32>,
}

/// List invitations.
#[utoipa::path(
    get, operation_id = "listInvitations", path = "/v1/autoScribe/users/invitations", tag = "invitations", params(InvitationQuery, PageParameters),
    security(("apiKey" = []), ("session" = [])),
    responses((status = 200, body = InvitationsView), Problem)
)]
pub(crate) async fn handle(
    State(context): State<Context>,
    caller: Caller<ReadInvitations>,
    query: ListQuery,
) -> Result<Json<InvitationsView>, Problem> {
    let clinic = caller.clinic();
    let (filter, paging) = query.read::<InvitationQuery>("invitations", clinic)?;
    let page = load_page(&context, clinic, &filter, &paging).await?;
    Ok(Json(InvitationsView {
        invitations: view_for(&caller, &context, &page.items).await?,
        cursor: page.next.map(|id| paging.binding.cursor(id.bytes())),
        has_more: page.next.is_some(),
        skipped: NonZeroU32::new(page.skipped),
    }))
}

async fn load_page(
    context: &Context,
    clinic: ClinicId,
    filter: &InvitationFilter,
    paging: &Paging,
) -> Result<Page<Invitation, InvitationId>, Problem> {
    let now = context.now();
    let request = PageRequest {
        limit: paging.limit,
        after: paging.after.map(InvitationId::from_bytes),
        may_be_empty: filter.search.is_some(),
    };
    let keep = |invitation: &Invitation| filter.matches(invitation, now);
    let store = &context.store;
    if let Some(id) = filter.user {
        let found = store.load_invitation(clinic, id.invitation_id()).await;
        return Ok(Page::of_one(found, keep)?);
    }
    if let Some(email) = &filter.email {
        return Ok(store.list_invitations_to(clinic, email, request, keep).await?);
    }
    Ok(store.list_invitations(clinic, &filter.range(), request, keep).await?)
}

/// The filters that a query asks for.
pub(crate) struct InvitationFilter {
    search: Option<SearchPrefix>,
    statuses: BTreeSet<InvitationStatus>,
    expired: Option<bool>,
    start: Option<Timestamp>,
    /// The first instant that is too late.
    end: Option<Timestamp>,
    user: Option<UserId>,
    email: Option<Email>,
    deliveries: Vec<DeliveryStatus>,
    verifications: Vec<VerificationName>,
}

impl RequestFields for InvitationQuery {
    type Values = InvitationFilter;

    fn read(self, faults: &mut FaultCollector) -> Result<InvitationFilter, NotedFault> {
        Ok(InvitationFilter {
            search: faults.optional(self.q).and_then(|text| SearchPrefix::parse(&text)),
            statuses: faults.optional(self.status).map(|any| any.0).unwrap_or_default(),
            expired: faults.optional(self.expired).and_then(|expired| expired.0),
            start: faults.optional(self.start_date).map(|start| start.0),
            end: faults.optional(self.end_date).map(|end| end.0),
            user: faults.optional(self.user_id),
            email: faults.optional(self.email),
            deliveries: faults.optional(self.delivery).map(|any| any.0).unwrap_or_default(),
            verifications: faults
                .optional(self.npi_verification)
                .map(|any| any.0)
                .unwrap_or_default(),
        })
    }
}

/// A list of statuses, of which one must match.
struct Statuses(BTreeSet<InvitationStatus>);

impl FieldValue for Statuses {
    fn from_json(value: Value) -> Result<Self, FieldFaults> {
        const UNKNOWN: Refusal = Refusal::new(
            "status_unknown",
            "Send sent, accepted, rejected or revoked. Separate several with commas.",
        );
        let status = |name: &str| InvitationStatus::parse(name.trim()).ok_or(UNKNOWN);
        read_text(&value, |text| text.split(',').map(status).collect::<Result<_, _>>().map(Self))
    }
}

/// A list of values, of which one must match.
struct AnyOf<T>(Vec<T>);

impl<T: FieldValue> FieldValue for AnyOf<T> {
    fn from_json(value: Value) -> Result<Self, FieldFaults> {
        let text = String::from_json(value)?;
        let values = text.split(',').map(|name| T::from_json(name.into()));
        values.collect::<Result<_, _>>().map(Self)
    }
}

/// Whether the invitation expired while pending. `None` for `all`.
struct Expired(Option<bool>);

impl FieldValue for Expired {
    fn from_json(value: Value) -> Result<Self, FieldFaults> {
        read_text(&value, |text| match text {
            "all" => Ok(Self(None)),
            "expired" => Ok(Self(Some(true))),
            "not-expired" => Ok(Self(Some(false))),
            _ => Err(Refusal::new("expired_unknown", "Send all, expired or not-expired.")),
        })
    }
}

/// A value of `npiVerification`.
struct VerificationName(String);

impl FieldValue for VerificationName {
    fn from_json(value: Value) -> Result<Self, FieldFaults> {
        const UNKNOWN: Refusal = Refusal::new(
            "npi_verification_unknown",
            "Send not_required, pending, verified, name_mismatch, not_found or deactivated.",
        );
        read_text(&value, |text| {
            let known = text == "not_required" || NpiStatus::parse(text).is_some();
            known.then(|| Self(text.to_owned())).ok_or(UNKNOWN)
        })
    }
}

impl ListFilter for InvitationFilter {
    fn meaning(&self) -> FilterMeaning {
        let statuses = self.statuses.iter().map(|status| ("status", status.as_str()));
        let deliveries = self.deliveries.iter().map(|status| ("delivery", status.as_str()));
        let verifications =
            self.verifications.iter().map(|name| ("npiVerification", name.0.as_str()));
        let any: BTreeSet<_> = statuses.chain(deliveries).chain(verifications).collect();
        any.iter()
            .fold(FilterMeaning::default(), |all, (name, value)| all.with(name, Some(value)))
            .with("q", self.search.as_ref().map(SearchPrefix::as_str))
            .with("expired", self.expired)
            .with("startDate", self.start)
            .with("endDate", self.end)
            .with("userId", self.user)
            .with("email", self.email.as_ref().map(Email::normalized))
    }
}

impl InvitationFilter {
    /// The part of the filter that selects a range of keys.
    fn range(&self) -> InvitationRange {
        let whole = InvitationRange::default();
        let last_before = |time: Timestamp| {
            let floor = u128::from_be_bytes(*InvitationId::floor(time).bytes());
            InvitationId::from_bytes(floor.saturating_sub(1).to_be_bytes())
        };
        InvitationRange {
            from: self.start.map_or(whole.from, |start| InvitationId::floor(start.minus(ID_LEAD))),
            to: self.end.map_or(whole.to, last_before),
            statuses: self.statuses.clone(),
            only_problems: self.wants_problems(),
        }
    }

    /// Whether only invitations with a problem match.
    fn wants_problems(&self) -> bool {
        let is_problem =
            |name: &VerificationName| NpiStatus::parse(&name.0).is_some_and(NpiStatus::is_problem);
        let (deliveries, verifications) = (&self.deliveries, &self.verifications);
        (!deliveries.is_empty() && deliveries.iter().all(|status| status.is_problem()))
            || (!verifications.is_empty() && verifications.iter().all(is_problem))
    }

    fn matches(&self, invitation: &Invitation, now: Timestamp) -> bool {
        let details = invitation.details();
        let verification = details.profile.permissions.verification_name();
        (self.statuses.is_empty() || self.statuses.contains(&invitation.status()))
            && self.expired.is_none_or(|wanted| wanted == invitation.is_expired(now))
            && self.start.is_none_or(|start| start <= details.created_at)
            && self.end.is_none_or(|end| details.created_at < end)
            && self.user.is_none_or(|user| user == details.id.user_id())
            && self.email.as_ref().is_none_or(|email| *email == details.email)
            && (self.deliveries.is_empty()
                || self.deliveries.contains(&details.email_delivery.status))
            && (self.verifications.is_empty()
                || self.verifications.iter().any(|wanted| wanted.0 == verification))
            && self
                .search
                .as_ref()
                .is_none_or(|search| search.finds(&details.profile.name, &details.email))
    }
}
