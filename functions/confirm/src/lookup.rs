//! `POST /v1/invitation/lookup`: shows the invitation and changes nothing, so that an email
//! scanner can open the link any number of times.

use axum::Json;
use axum::extract::State;
use domain::actor::Inviter;
use domain::invitation::{Invitation, InvitationDetails};
use domain::person::{NameSuffix, PersonName};
use serde::Serialize;
use utoipa::ToSchema;
use web::Problem;
use web::body::JsonBody;
use web::openapi::IdempotencyKeyHeader;
use web::schema::{ClinicRoleName, InvitationStatusName, LevelName, NpiVerification};

use crate::Deps;
use crate::account_password::{is_in_use, load_account_users};
use crate::expiry::expired;
use crate::token::{TokenRequest, load_invitation_by_token};

/// The invitation for the invited person. An email may be forwarded, so it has no phone number. The NPI is public in
/// NPPES, and the person must see that it is theirs.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LookupView {
    /// `sent`, or `accepted` if the link was used.
    #[schema(value_type = InvitationStatusName)]
    status: &'static str,
    /// The clinic that invites.
    clinic_name: String,
    /// The name of the person who sent the invitation. Null if a PACS did.
    inviter: Option<String>,
    /// The invited email address.
    email: String,
    /// First name.
    first_name: String,
    /// Middle name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    middle_name: Option<String>,
    /// Last name.
    last_name: String,
    /// Suffix such as `Jr.` or `MD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    suffix1: Option<String>,
    /// Second suffix.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    suffix2: Option<String>,
    /// Role in the clinic.
    #[schema(value_type = ClinicRoleName)]
    clinic_role: &'static str,
    /// Level.
    #[schema(value_type = LevelName)]
    level: &'static str,
    /// Assign tasks, create studies, edit study metadata.
    can_manage_studies: bool,
    /// Dictate and create reports.
    can_create_reports: bool,
    /// Sign in at the dashboard.
    has_dashboard_access: bool,
    /// National Provider Identifier, if the invitation has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    npi_number: Option<String>,
    /// What the NPPES registry says of the NPI.
    #[schema(value_type = NpiVerification)]
    npi_verification: &'static str,
    /// Send this to accept. It changes when the clinic changes the level, permissions, role or NPI.
    terms: String,
    /// RFC 3339.
    #[schema(format = DateTime)]
    expiry: String,
    /// Whether you must send a password to accept. True if the invitation includes dashboard access.
    needs_password: bool,
    /// Whether the address already has an account. If so, send its password to accept.
    account_exists: bool,
}

/// Look at an invitation.
#[utoipa::path(
    post, operation_id = "lookupInvitation", path = "/v1/invitation/lookup", tag = "invitee", request_body = TokenRequest, security(()),
    params(IdempotencyKeyHeader),
    responses((status = 200, body = LookupView), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    JsonBody(token): JsonBody<TokenRequest>,
) -> Result<Json<LookupView>, Problem> {
    let invitation = load_invitation_by_token(&deps, &token).await?;
    match &invitation {
        pending @ Invitation::Pending(_) if pending.is_expired(deps.context.now()) => {
            return Err(expired(&deps, pending.details()).await);
        }
        Invitation::Rejected(_) => return Err(Problem::token_invalid()),
        _ => {}
    }
    Ok(Json(load_view(&deps, &invitation).await?))
}

async fn load_view(deps: &Deps, invitation: &Invitation) -> Result<LookupView, Problem> {
    let details = invitation.details();
    let text = |name: &PersonName| name.as_str().to_owned();
    let suffix = |suffix: &NameSuffix| suffix.as_str().to_owned();
    let (profile, store) = (&details.profile, &deps.context.store);
    let clinic = store
        .load_clinic(details.clinic)
        .await?
        .ok_or_else(|| Problem::internal("an invitation without its clinic"))?;
    let (account, memberships) = store.load_account_and_memberships(&details.email).await?;
    let has_password = account.is_some_and(|account| account.password.is_some());
    let account_exists = has_password && is_in_use(&load_account_users(deps, &memberships).await?);
    Ok(LookupView {
        status: invitation.status().as_str(),
        clinic_name: clinic.name.as_str().to_owned(),
        inviter: load_inviter_name(deps, details).await?,
        email: details.email.as_typed().to_owned(),
        first_name: text(&profile.name.first),
        middle_name: profile.name.middle.as_ref().map(text),
        last_name: text(&profile.name.last),
        suffix1: profile.name.suffix1.as_ref().map(suffix),
        suffix2: profile.name.suffix2.as_ref().map(suffix),
        clinic_role: profile.role.as_str(),
        level: profile.permissions.level().as_str(),
        can_manage_studies: profile.permissions.manage_studies,
        can_create_reports: profile.permissions.can_create_reports(),
        has_dashboard_access: profile.permissions.has_dashboard_access(),
        npi_number: profile.permissions.npi().map(|(npi, _)| npi.as_str().to_owned()),
        npi_verification: profile.permissions.verification_name(),
        terms: deps.links.terms(details.id, profile),
        expiry: details.expiry.to_string(),
        needs_password: profile.permissions.has_dashboard_access(),
        account_exists,
    })
}

async fn load_inviter_name(
    deps: &Deps,
    details: &InvitationDetails,
) -> Result<Option<String>, Problem> {
    let Inviter::User(id) = details.invited_by else {
        return Ok(None);
    };
    let user = deps.context.store.load_user(details.clinic, id).await?;
    Ok(user.map(|user| user.profile.name.first_and_last()))
}
