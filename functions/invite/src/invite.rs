//! `POST /v1/autoScribe/users`: creates an invitation. The mailer reads it off the
//! table's stream and sends the email.

use auth::caller::{Caller, Invite};
use auth::principal::Principal;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use changes::{Attempt, Requester, queue_reporting_notice, require_free_npi};
use domain::audit::{AuditAction, AuditObject, AuditRecord, NameChange};
use domain::claim::{Claim, Holder};
use domain::ids::{ClinicId, InvitationId};
use domain::invitation::{Fingerprint, Invitation, NewInvitation, PendingInvitation};
use domain::time::Timestamp;
use serde_json::{Map, Value};
use store::CommitOutcome;
use web::Problem;
use web::body::JsonObject;
use web::field::read_object;
use web::openapi::IdempotencyKeyHeader;
use web::view::InvitedView;

use crate::Deps;
use crate::draft::{Draft, InviteRequest};
use crate::invitation::load_email_conflict;

/// Invite a person.
///
/// Creates the invitation and emails its link. If the same caller sends the same request within ten
/// minutes, the answer is the same and no second email is sent.
#[utoipa::path(
    post, operation_id = "inviteUser", path = "/v1/autoScribe/users", tag = "users", request_body = InviteRequest, security(("apiKey" = []), ("session" = [])),
    params(IdempotencyKeyHeader),
    responses((status = 201, body = InvitedView), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<Invite>,
    body: JsonObject,
) -> Result<Response, Problem> {
    let invitation = invite(&deps, &caller.principal, body.members).await?;
    Ok((StatusCode::CREATED, Json(InvitedView::from(&invitation))).into_response())
}

/// Creates the invitation that a request asks for. A repeat returns the first invitation.
pub(crate) async fn invite(
    deps: &Deps,
    principal: &Principal,
    members: Map<String, Value>,
) -> Result<Invitation, Problem> {
    let fingerprint = fingerprint(principal, &members);
    let Draft { email, profile } = read_object::<InviteRequest>(members)?;
    principal.require_right_to_make(profile.permissions.level(), deps.context.now())?;
    let new = NewInvitation {
        id: InvitationId::new(deps.context.now(), deps.context.entropy.as_ref()),
        clinic: principal.clinic,
        email,
        profile,
        invited_by: principal.as_inviter(),
        open_for: std::time::Duration::ZERO,
        fingerprint,
    };
    create_invitation(deps, new, &principal.requester()).await
}

async fn create_invitation(
    deps: &Deps,
    mut new: NewInvitation,
    requester: &Requester,
) -> Result<Invitation, Problem> {
    let store = &deps.context.store;
    new.open_for = match deps.clinics.require_quota(&deps.context, new.clinic).await {
        Ok(days) => days.duration(),
        Err(refused) => return load_first_or(deps, &new, refused).await,
    };
    let npi = new.profile.permissions.npi().map(|(npi, _)| npi);
    if npi.is_none()
        && let Some(created) = create_for_unclaimed_email(deps, &new, requester).await?
    {
        return Ok(created);
    }
    let mut npi_verified = false;
    changes::retry!(async {
        let claims = store
            .load_claims(new.clinic, &new.email, npi)
            .await?
            .ok_or_else(|| Problem::internal("an API key without its clinic"))?;
        let now = deps.context.now();
        if let Some(holder) = claims.email.holder_other_than(new.id, now) {
            let first =
                load_first_or_conflict(deps, new.clinic, holder, &new.fingerprint, now).await?;
            return Ok(Attempt::Done(first));
        }
        require_free_npi(&claims.npi, new.id, now)?;
        if !npi_verified {
            new.profile = deps.registry.verify_profile(new.profile.clone(), None).await?;
            npi_verified = true;
        }
        new.open_for = claims.clinic.invitation_days.duration();
        let pending = new.clone().create(deps.context.now());
        let claims = (claims.email, claims.npi);
        let committed = write_invitation(deps, &pending, claims, requester).await?;
        Ok(Attempt::of(committed, pending.into()))
    })
}

/// Loads the invitation that this request created before the quota was reached, or the conflict of the
/// address. Without either, the answer is `refused`.
async fn load_first_or(
    deps: &Deps,
    new: &NewInvitation,
    refused: Problem,
) -> Result<Invitation, Problem> {
    let (store, now) = (&deps.context.store, deps.context.now());
    let claim = store.load_email_claim(new.clinic, &new.email).await?;
    match claim.holder_other_than(new.id, now) {
        Some(holder) => {
            load_first_or_conflict(deps, new.clinic, holder, &new.fingerprint, now).await
        }
        None => Err(refused),
    }
}

/// Writes the invitation without reading the email's claim first, since most people were never
/// invited before. Returns `None` if there is a claim.
async fn create_for_unclaimed_email(
    deps: &Deps,
    new: &NewInvitation,
    requester: &Requester,
) -> Result<Option<Invitation>, Problem> {
    let pending = new.clone().create(deps.context.now());
    let unclaimed = (Claim::unclaimed(), Claim::unclaimed());
    let committed = write_invitation(deps, &pending, unclaimed, requester).await?;
    Ok((committed == CommitOutcome::Committed).then(|| pending.into()))
}

async fn write_invitation(
    deps: &Deps,
    pending: &PendingInvitation,
    (email, npi_claim): (Claim, Claim),
    requester: &Requester,
) -> Result<CommitOutcome, Problem> {
    let details = &pending.details;
    let (clinic, id, until) = (details.clinic, details.id, details.expiry);
    let permissions = details.profile.permissions;
    let object = AuditObject::Invitation(id);
    let after = (None, Some(permissions));
    let record = requester.audit_record(
        &deps.context,
        clinic,
        AuditAction::InvitationCreated,
        object,
        after,
    );
    let names = NameChange::new_person(&details.profile.name);
    let record = AuditRecord { names, role: Some(details.profile.role), ..record };
    let mut tx = if permissions.manages_clinic() {
        requester.start(&deps.context, &record)?
    } else {
        // Accepting it requires that the inviter is still entitled. The condition here would cost every
        // invitation two more write units.
        deps.context.store.transaction(&record)?
    };
    tx.put_invitation(pending.clone())?;
    tx.put_email_claim(clinic, &details.email, &email.hold_for_invitation(id, until))?;
    if let Some((npi, verification)) = permissions.npi() {
        let claim = npi_claim.hold_for_invitation(id, until);
        tx.put_npi_claim(clinic, npi, &claim.schedule_lookup(verification, details.created_at))?;
    }
    let person = (clinic, id.user_id());
    let granted = (None, &permissions);
    queue_reporting_notice(&deps.context, &mut tx, requester.actor, person, granted).await?;
    Ok(tx.commit().await?)
}

/// The same for each request with the same caller and JSON, whatever its whitespace and order.
fn fingerprint(principal: &Principal, members: &Map<String, Value>) -> Fingerprint {
    let json = serde_json::to_vec(members).unwrap_or_default();
    Fingerprint::of(&[principal.name().as_bytes(), &json])
}

/// Returns the invitation that the same request created before. Any other holder of the email is a
/// conflict.
async fn load_first_or_conflict(
    deps: &Deps,
    clinic: ClinicId,
    holder: Holder,
    request: &Fingerprint,
    now: Timestamp,
) -> Result<Invitation, Problem> {
    if let Holder::Invitation { id, .. } = holder {
        let held = deps.context.store.load_invitation(clinic, id).await?;
        if let Some(first) = held.filter(|held| held.is_repeat(request, now)) {
            return Ok(first);
        }
    }
    Err(load_email_conflict(deps, clinic, holder).await?)
}
