//! `POST /v1/invitation/request-new`: the holder of a link that can no longer be accepted asks for a new one.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use changes::{Attempt, Requester, load_granter_entitled, queue_notices};
use domain::actor::Actor;
use domain::invitation::{Invitation, InvitationDetails};
use serde::Serialize;
use store::NoticeKind;
use utoipa::ToSchema;
use web::body::JsonBody;
use web::openapi::IdempotencyKeyHeader;
use web::{ClientIp, Problem};

use crate::Deps;
use crate::account_password::was_forgotten_since;
use crate::expiry::load_recipients;
use crate::token::{TokenRequest, load_invitation_by_token};

/// Refusals that are answered like a success, because an invalid token must not be visible.
const ALWAYS_ACCEPTED: [StatusCode; 2] = [StatusCode::NOT_FOUND, StatusCode::CONFLICT];

/// What became of the request.
#[derive(Default, Serialize, ToSchema)]
pub(crate) struct RequestNewView {
    /// Whether the clinic's owners and admins have been emailed about this link, now or before. It is left out for a
    /// token that is not ours.
    #[serde(rename = "told", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    emailed: Option<bool>,
}

/// Ask for a new link, once per link.
///
/// The status is always 202, so it does not show whether the token is valid.
#[utoipa::path(
    post, operation_id = "requestNewInvitation", path = "/v1/invitation/request-new", tag = "invitee", request_body = TokenRequest, security(()),
    params(IdempotencyKeyHeader),
    responses(
        (
            status = 202, body = RequestNewView,
            description = "If the link can no longer be accepted, the clinic's owners and admins get an email"
        ),
        Problem,
    )
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    ip: Option<ClientIp>,
    JsonBody(token): JsonBody<TokenRequest>,
) -> Result<(StatusCode, Json<RequestNewView>), Problem> {
    let is_ours = deps.links.read_invitation_token(&token).is_ok();
    let asked: Result<bool, Problem> = changes::retry!(async {
        let invitation = load_invitation_by_token(&deps, &token).await?;
        ask_for_new_link(&deps, invitation, ip.clone()).await
    });
    let emailed = match asked {
        Ok(emailed) => emailed,
        Err(problem) if ALWAYS_ACCEPTED.contains(&problem.status()) => false,
        Err(problem) => return Err(problem),
    };
    Ok((StatusCode::ACCEPTED, Json(RequestNewView { emailed: is_ours.then_some(emailed) })))
}

/// Records the request for a new link and queues the email about it. Returns whether anyone has been emailed.
async fn ask_for_new_link(
    deps: &Deps,
    invitation: Invitation,
    ip: Option<ClientIp>,
) -> Result<Attempt<bool>, Problem> {
    let now = deps.context.now();
    let Invitation::Pending(pending) = invitation else {
        return Ok(Attempt::Done(false));
    };
    if load_acceptable(deps, &pending.details).await? {
        return Ok(Attempt::Done(false));
    }
    let (_, recipients) = load_recipients(deps, pending.details.clinic).await?;
    if recipients.is_empty() {
        return Ok(Attempt::Done(false));
    }
    let Some(change) = pending.request_new(now) else {
        return Ok(Attempt::Done(true));
    };
    let details = change.next.details.clone();
    let requester = Requester::new(Actor::Invitee(details.id), ip.map(String::from));
    let change = change.map(Invitation::from);
    let mut tx =
        deps.context.store.transaction(&requester.invitation_record(&deps.context, &change))?;
    tx.replace_invitation(&change)?;
    let kind = NoticeKind::NewLinkRequested { clinic: details.clinic, invitation: details.id };
    queue_notices(&deps.context, &mut tx, kind, recipients)?;
    Ok(Attempt::of(tx.commit().await?, true))
}

/// Loads whether the invitation can still be accepted.
async fn load_acceptable(deps: &Deps, details: &InvitationDetails) -> Result<bool, Problem> {
    let account = deps.context.store.load_account(&details.email).await?;
    let forgotten = account.is_some_and(|account| was_forgotten_since(&account, details));
    let entitled = load_granter_entitled(&deps.context, details).await?;
    Ok(entitled && !forgotten && deps.context.now() < details.expiry)
}
