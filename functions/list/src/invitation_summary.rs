//! `GET /v1/autoScribe/users/invitations/summary`: how many invitations wait for their person or for a manager.

use auth::caller::{Caller, ReadInvitations};
use axum::Json;
use axum::extract::State;
use changes::Context;
use domain::invitation::{Invitation, InvitationStatus};
use serde::Serialize;
use store::{InvitationCount, InvitationRange, ReadBudget};
use utoipa::ToSchema;
use web::Problem;

/// A count of at most 100 invitations.
#[derive(Serialize, ToSchema)]
pub(crate) struct InvitationCountView {
    /// How many invitations, 100 at most.
    #[schema(maximum = 100)]
    count: usize,
    /// Whether there are more, or may be more because the clinic has too many to read at once.
    more: bool,
}

/// Counts of invitations that were neither answered nor revoked. One invitation can be in several.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InvitationSummaryView {
    /// Can be accepted: `status=sent&expired=not-expired`.
    open: InvitationCountView,
    /// The newest email did not arrive: `status=sent&delivery=delayed,bounced,complained,failed`.
    not_delivered: InvitationCountView,
    /// Have expired: `status=sent&expired=expired`.
    expired: InvitationCountView,
    /// The NPI is not verified: `status=sent&npiVerification=pending,name_mismatch,not_found,deactivated`.
    npi_trouble: InvitationCountView,
}

impl From<InvitationCount> for InvitationCountView {
    fn from(InvitationCount { count, more }: InvitationCount) -> Self {
        Self { count, more }
    }
}

/// Count the invitations that need attention.
#[utoipa::path(
    get, operation_id = "summarizeInvitations", path = "/v1/autoScribe/users/invitations/summary", tag = "invitations",
    security(("apiKey" = []), ("session" = [])),
    responses((status = 200, body = InvitationSummaryView), Problem)
)]
pub(crate) async fn handle(
    State(context): State<Context>,
    caller: Caller<ReadInvitations>,
) -> Result<Json<InvitationSummaryView>, Problem> {
    let (store, clinic, now) = (&context.store, caller.clinic(), context.now());
    let pending =
        InvitationRange { statuses: [InvitationStatus::Sent].into(), ..Default::default() };
    let problems = InvitationRange { only_problems: true, ..pending.clone() };
    let is_open = |invitation: &Invitation| !invitation.is_expired(now);
    let is_expired = |invitation: &Invitation| invitation.is_expired(now);
    // One budget for both. Few invitations have a problem, so those are read first.
    let mut budget = ReadBudget::default();
    let rules: [&(dyn Fn(&Invitation) -> bool + Sync); 2] = [&is_undelivered, &has_npi_trouble];
    let [not_delivered, npi_trouble] =
        store.count_invitations(clinic, &problems, rules, &mut budget).await?;
    let rules: [&(dyn Fn(&Invitation) -> bool + Sync); 2] = [&is_open, &is_expired];
    let [open, expired] = store.count_invitations(clinic, &pending, rules, &mut budget).await?;
    Ok(Json(InvitationSummaryView {
        open: open.into(),
        not_delivered: not_delivered.into(),
        expired: expired.into(),
        npi_trouble: npi_trouble.into(),
    }))
}

fn is_undelivered(invitation: &Invitation) -> bool {
    invitation.details().email_delivery.status.is_problem()
}

fn has_npi_trouble(invitation: &Invitation) -> bool {
    let npi = invitation.details().profile.permissions.npi();
    npi.is_some_and(|(_, verification)| verification.is_problem())
}
