//! `GET /v1/autoScribe/users/invitations`: newest first.

use std::collections::BTreeSet;

use auth::caller::{Caller, ReadInvitations};
use axum::Json;
use axum::extract::State;
use changes::Context;
use domain::delivery::Delivery;
use domain::field::Refused;
use domain::ids::{ClinicId, InvitationId, UserId};
use domain::invitation::{Invitation, InvitationStatus};
use domain::person::email::Email;
use domain::time::{Day, Timestamp};
use serde::Serialize;
use store::{InvitationRange, Page, PageRequest};
use utoipa::{IntoParams, ToSchema};
use web::Problem;
use web::problem::ProblemBody;
use web::query::{Paging, Parameters};
use web::schema::{DeliveryName, ExpiredFilter, NpiVerification};
use web::view::InvitationView;

/// Filters; each narrows the list further.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[expect(dead_code, reason = "documents what `Filter::read` takes")]
pub(crate) struct InvitationFilter {
    /// Statuses, comma-separated: `sent`, `accepted`, `rejected`, `revoked`.
    #[param(example = "sent,revoked")]
    status: Option<String>,
    /// Whether it ran out while pending.
    #[param(value_type = Option<ExpiredFilter>)]
    expired: Option<String>,
    /// Made on this UTC day or later.
    #[param(format = Date)]
    start_date: Option<String>,
    /// Made on this UTC day or earlier.
    #[param(format = Date)]
    end_date: Option<String>,
    /// The user to be.
    user_id: Option<String>,
    /// The address, exactly.
    email: Option<String>,
    /// Whether the newest mail arrived.
    #[param(value_type = Option<DeliveryName>)]
    delivery: Option<String>,
    /// What the NPPES registry says of the NPI.
    #[param(value_type = Option<NpiVerification>)]
    npi_verification: Option<String>,
    /// Items on the page, 20 by default.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// The `cursor` of the page before.
    cursor: Option<String>,
}

/// A page of invitations.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InvitationsView {
    /// Newest first.
    invitations: Vec<InvitationView>,
    /// For the next page; null on the last.
    cursor: Option<String>,
    /// Whether there is a next page.
    has_more: bool,
}

/// List invitations.
#[utoipa::path(
    get, operation_id = "listInvitations", path = "/v1/autoScribe/users/invitations", tag = "invitations", params(InvitationFilter),
    security(("apiKey" = []), ("session" = [])),
    responses(
        (status = 200, body = InvitationsView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn handle(
    State(context): State<Context>,
    caller: Caller<ReadInvitations>,
    parameters: Parameters,
) -> Result<Json<InvitationsView>, Problem> {
    let clinic = caller.clinic();
    let mut parameters = parameters.of("invitations");
    let filter = Filter::read(&mut parameters);
    let paging = parameters.finish(clinic)?;
    let page = page(&context, clinic, &filter, &paging).await?;
    Ok(Json(InvitationsView {
        invitations: page.items.iter().map(InvitationView::from).collect(),
        cursor: page.next.map(|id| paging.binding.cursor(id.bytes())),
        has_more: page.next.is_some(),
    }))
}

async fn page(
    context: &Context,
    clinic: ClinicId,
    filter: &Filter,
    paging: &Paging,
) -> Result<Page<Invitation, InvitationId>, Problem> {
    let now = context.now();
    let request =
        PageRequest { limit: paging.limit, after: paging.after.map(InvitationId::from_bytes) };
    let keep = |invitation: &Invitation| filter.keeps(invitation, now);
    let store = &context.store;
    if let Some(id) = filter.user {
        let one = store.load_invitation(clinic, id.invitation_id()).await?;
        return Ok(Page { items: one.into_iter().filter(keep).collect(), next: None });
    }
    if let Some(email) = &filter.email {
        return Ok(store.list_invitations_to(clinic, email, request, keep).await?);
    }
    Ok(store.list_invitations(clinic, &filter.range(), request, keep).await?)
}

struct Filter {
    statuses: BTreeSet<InvitationStatus>,
    expired: Option<bool>,
    start: Option<Day>,
    end: Option<Day>,
    user: Option<UserId>,
    email: Option<Email>,
    delivery: Option<Delivery>,
    npi_verification: Option<String>,
}

impl Filter {
    fn read(from: &mut Parameters) -> Self {
        let day = |text: &str| {
            Day::parse(text).map_err(|_| Refused::new("date_invalid", "must be YYYY-MM-DD"))
        };
        Self {
            statuses: from.take("status", statuses).unwrap_or_default(),
            expired: from.take("expired", expired).flatten(),
            start: from.take("startDate", day),
            end: from.take("endDate", day),
            user: from.take("userId", |text| {
                UserId::parse(text).map_err(|e| Refused::new("id_invalid", e.0))
            }),
            email: from.take("email", Email::parse),
            delivery: from.take("delivery", |text| {
                let values =
                    "must be queued, sent, delivered, delayed, bounced, complained or failed";
                Delivery::parse(text).ok_or(Refused::new("delivery_unknown", values))
            }),
            npi_verification: from.take("npiVerification", npi_verification),
        }
    }

    /// The part of the filter that is a range of keys.
    fn range(&self) -> InvitationRange {
        let whole = InvitationRange::default();
        let last_before = |time: Timestamp| {
            let floor = u128::from_be_bytes(*InvitationId::floor(time).bytes());
            InvitationId::from_bytes(floor.saturating_sub(1).to_be_bytes())
        };
        InvitationRange {
            from: self.start.map_or(whole.from, |day| InvitationId::floor(day.start())),
            to: self.end.map_or(whole.to, |day| last_before(day.end())),
            statuses: self.statuses.clone(),
        }
    }

    fn keeps(&self, invitation: &Invitation, now: Timestamp) -> bool {
        let details = invitation.details();
        (self.statuses.is_empty() || self.statuses.contains(&invitation.status()))
            && self.expired.is_none_or(|wanted| wanted == invitation.is_expired(now))
            && self.start.is_none_or(|day| day.start() <= details.created_at)
            && self.end.is_none_or(|day| details.created_at < day.end())
            && self.user.is_none_or(|user| user == details.id.user_id())
            && self.email.as_ref().is_none_or(|email| *email == details.email)
            && self.delivery.is_none_or(|wanted| wanted == details.mailing.delivery)
            && self
                .npi_verification
                .as_ref()
                .is_none_or(|v| v == details.profile.permissions.verification_name())
    }
}

fn statuses(text: &str) -> Result<BTreeSet<InvitationStatus>, Refused> {
    const UNKNOWN: Refused = Refused::new(
        "status_unknown",
        "must be sent, accepted, rejected or revoked, several separated by commas",
    );
    text.split(',').map(|name| InvitationStatus::parse(name.trim()).ok_or(UNKNOWN)).collect()
}

/// `None` for `all`.
fn expired(text: &str) -> Result<Option<bool>, Refused> {
    match text {
        "all" => Ok(None),
        "expired" => Ok(Some(true)),
        "not-expired" => Ok(Some(false)),
        _ => Err(Refused::new("expired_unknown", "must be all, expired or not-expired")),
    }
}

fn npi_verification(text: &str) -> Result<String, Refused> {
    let known = text == "not_required" || domain::npi::Verification::parse(text).is_some();
    let values = "must be not_required, pending, verified, name_mismatch, not_found or deactivated";
    known.then(|| text.to_owned()).ok_or(Refused::new("npi_verification_unknown", values))
}
