//! `POST /v1/invitation/request-new`: the holder of a link that can no longer be accepted asks for a new one.

use axum::extract::State;
use axum::http::StatusCode;
use changes::{Attempt, Requester, load_granter_entitled, load_managers, queue_notices};
use domain::actor::Actor;
use domain::ids::ClinicId;
use domain::invitation::{Invitation, InvitationDetails};
use domain::person::email::Email;
use store::NoticeKind;
use web::body::JsonBody;
use web::openapi::IdempotencyKeyHeader;
use web::{ClientIp, Problem};

use crate::Deps;
use crate::account_password::was_forgotten_since;
use crate::token::{TokenRequest, load_invitation_by_token};

/// Refusals that are answered like a success. An invalid token must not be visible, and after a
/// conflict another request has already asked for the new link.
const ALWAYS_ACCEPTED: [StatusCode; 2] = [StatusCode::NOT_FOUND, StatusCode::CONFLICT];

/// Ask for a new link, once per link.
///
/// The answer is always 202, so it does not show whether the token is valid.
#[utoipa::path(
    post, operation_id = "requestNewInvitation", path = "/v1/invitation/request-new", tag = "invitee", request_body = TokenRequest, security(()),
    params(IdempotencyKeyHeader),
    responses(
        (status = 202, description = "If the link can no longer be accepted, the clinic's owners and admins get an email"),
        Problem,
    )
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    ip: Option<ClientIp>,
    JsonBody(token): JsonBody<TokenRequest>,
) -> Result<StatusCode, Problem> {
    let asked: Result<(), Problem> = changes::retry!(async {
        let invitation = load_invitation_by_token(&deps, &token).await?;
        ask_for_new_link(&deps, invitation, ip.clone()).await
    });
    match asked {
        Err(problem) if !ALWAYS_ACCEPTED.contains(&problem.status()) => Err(problem),
        _ => Ok(StatusCode::ACCEPTED),
    }
}

/// Records the request for a new link and queues the email about it.
async fn ask_for_new_link(
    deps: &Deps,
    invitation: Invitation,
    ip: Option<ClientIp>,
) -> Result<Attempt<()>, Problem> {
    let now = deps.context.now();
    let Invitation::Pending(pending) = invitation else {
        return Ok(Attempt::Done(()));
    };
    let can_accept = load_acceptable(deps, &pending.details).await?;
    let Some(change) = pending.request_new(now).filter(|_| !can_accept) else {
        return Ok(Attempt::Done(()));
    };
    let details = change.next.details.clone();
    let requester = Requester::new(Actor::Invitee(details.id), ip.map(String::from));
    let change = change.map(Invitation::from);
    let mut tx =
        deps.context.store.transaction(&requester.invitation_record(&deps.context, &change))?;
    tx.replace_invitation(&change)?;
    let kind = NoticeKind::NewLinkRequested { clinic: details.clinic, invitation: details.id };
    let recipients = load_recipients(deps, details.clinic).await?;
    queue_notices(&deps.context, &mut tx, kind, recipients)?;
    Ok(Attempt::of(tx.commit().await?, ()))
}

/// Loads whether the invitation can still be accepted.
async fn load_acceptable(deps: &Deps, details: &InvitationDetails) -> Result<bool, Problem> {
    let account = deps.context.store.load_account(&details.email).await?;
    let forgotten = account.is_some_and(|account| was_forgotten_since(&account, details));
    let entitled = load_granter_entitled(&deps.context, details).await?;
    Ok(entitled && !forgotten && deps.context.now() < details.expiry)
}

/// Loads the addresses of the clinic's owners and admins. If none is active, it is the clinic's address.
async fn load_recipients(deps: &Deps, clinic: ClinicId) -> Result<Vec<Email>, Problem> {
    let managers = load_managers(&deps.context, clinic).await?;
    if !managers.is_empty() {
        return Ok(managers.into_iter().map(|manager| manager.email).collect());
    }
    let clinic = deps.context.store.load_clinic(clinic).await?;
    Ok(clinic.and_then(|clinic| clinic.reply_to).into_iter().collect())
}
