//! `POST /v1/autoScribe/users`: stores the invitation; its mail follows by the stream.

use auth::caller::{Caller, Invite};
use auth::principal::Principal;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use changes::require_free_npi;
use changes::{Attempt, Requester};
use domain::audit::{AuditAction, AuditObject};
use domain::claim::{Claim, Holder};
use domain::ids::{ClinicId, InvitationId};
use domain::invitation::{Fingerprint, Invitation, NewInvitation, PendingInvitation};
use domain::time::Timestamp;
use domain::user::UserStatus;
use serde_json::{Map, Value};
use store::CommitOutcome;
use web::Problem;
use web::body::JsonObject;
use web::field::read_object;
use web::problem::ProblemBody;
use web::view::InvitedView;

use crate::Deps;
use crate::draft::{Draft, InviteRequest};

/// Invite a person.
///
/// Stores the invitation and mails its link. The same request by the same caller within ten
/// minutes is answered like the first and mails nothing.
#[utoipa::path(
    post, operation_id = "inviteUser", path = "/v1/autoScribe/users", tag = "users", request_body = InviteRequest, security(("apiKey" = []), ("session" = [])),
    params(("Idempotency-Key" = Option<String>, Header, max_length = 255, min_length = 1)),
    responses(
        (status = 201, body = InvitedView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<Invite>,
    body: JsonObject,
) -> Result<Response, Problem> {
    let invitation = invite(&deps, &caller.principal, body.members).await?;
    Ok((StatusCode::CREATED, Json(InvitedView::from(&invitation))).into_response())
}

/// Carries out one invite, or finds that it repeats one that was carried out.
pub(crate) async fn invite(
    deps: &Deps,
    principal: &Principal,
    members: Map<String, Value>,
) -> Result<Invitation, Problem> {
    let fingerprint = fingerprint(principal, &members);
    let Draft { email, profile } = read_object::<InviteRequest>(members)?;
    let wish = NewInvitation {
        id: InvitationId::new(deps.context.now(), deps.context.entropy.as_ref()),
        clinic: principal.clinic,
        email,
        profile,
        invited_by: principal.as_inviter(),
        open_for: std::time::Duration::ZERO,
        fingerprint,
    };
    create_invitation(deps, wish, &principal.requester()).await
}

async fn create_invitation(
    deps: &Deps,
    mut wish: NewInvitation,
    requester: &Requester,
) -> Result<Invitation, Problem> {
    let store = &deps.context.store;
    let npi = wish.profile.permissions.npi().map(|(npi, _)| npi);
    if npi.is_none()
        && let Some(invited) = try_without_reading(deps, &wish, requester).await?
    {
        return Ok(invited);
    }
    let mut asked = false;
    changes::retry!(async {
        let claims = store
            .load_claims(wish.clinic, &wish.email, npi)
            .await?
            .ok_or_else(|| Problem::internal("an API key without its clinic"))?;
        let now = deps.context.now();
        if let Some(holder) = claims.email.held_by_other(wish.id, now) {
            let first = find_repeat(deps, wish.clinic, holder, &wish.fingerprint, now).await?;
            return Ok(Attempt::Done(first));
        }
        require_free_npi(&claims.npi, wish.id, now)?;
        if !asked {
            wish.profile = deps.verify_npi(wish.profile.clone()).await?;
            asked = true;
        }
        deps.known.note(&claims.clinic, now);
        wish.open_for = claims.clinic.invitation_days.duration();
        let pending = wish.clone().at(deps.context.now());
        let claims = (claims.email, claims.npi);
        let committed = commit(deps, &pending, claims, requester).await?;
        Ok(Attempt::of(committed, pending.into()))
    })
}

/// Most people who are invited were never invited before: their claim is tried for without a look
/// at it. `None` when there is one, or the clinic is not known yet.
async fn try_without_reading(
    deps: &Deps,
    wish: &NewInvitation,
    requester: &Requester,
) -> Result<Option<Invitation>, Problem> {
    let now = deps.context.now();
    let Some(days) = deps.known.of(wish.clinic, now) else {
        return Ok(None);
    };
    let mut wish = wish.clone();
    wish.open_for = days.duration();
    let (pending, nobodys) = (wish.at(now), (Claim::unclaimed(), Claim::unclaimed()));
    let committed = commit(deps, &pending, nobodys, requester).await?;
    Ok((committed == CommitOutcome::Committed).then(|| pending.into()))
}

async fn commit(
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
    let mut tx = deps.context.store.transaction(&record)?;
    tx.put_invitation(pending.clone())?;
    tx.put_email_claim(clinic, &details.email, &email.for_invitation(id, until))?;
    if let Some((npi, verification)) = permissions.npi() {
        let claim = npi_claim.for_invitation(id, until);
        tx.put_npi_claim(clinic, npi, &claim.to_verify(verification, details.created_at))?;
    }
    Ok(tx.commit().await?)
}

/// The same caller and the same JSON, however it is spaced or ordered.
fn fingerprint(principal: &Principal, members: &Map<String, Value>) -> Fingerprint {
    let json = serde_json::to_vec(members).unwrap_or_default();
    Fingerprint::of(&[principal.name().as_bytes(), &json])
}

/// Someone holds the address: the same request before, or a conflict.
async fn find_repeat(
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
    Err(explain_taken_address(deps, clinic, holder).await?)
}

/// The conflict with whoever holds the address.
pub(crate) async fn explain_taken_address(
    deps: &Deps,
    clinic: ClinicId,
    holder: Holder,
) -> Result<Problem, Problem> {
    let id = match holder {
        Holder::Free => return Ok(Problem::contended()),
        Holder::Invitation { id, .. } => {
            let detail = format!(
                "This address already has the pending invitation {id}. Resend or revoke that one."
            );
            return Ok(Problem::conflict("already_invited", detail).about("invitationId", id));
        }
        Holder::User(id) => id.user_id(),
    };
    let user = deps.context.store.load_user(clinic, id).await?;
    let deactivated = user.is_some_and(|user| user.status == UserStatus::Deactivated);
    let problem = if deactivated {
        let detail = format!(
            "This address belongs to the deactivated user {id}. Reactivate that user instead."
        );
        Problem::conflict("user_deactivated", detail)
    } else {
        Problem::conflict("already_member", format!("This address belongs to the user {id}."))
    };
    Ok(problem.about("userId", id))
}
