//! `POST /v1/invitation/request-new`: the holder of an expired link asks for a new one.

use axum::extract::State;
use axum::http::StatusCode;
use changes::{Attempt, Requester};
use domain::actor::Actor;
use domain::actor::Inviter;
use domain::ids::NoticeId;
use domain::invitation::{Invitation, InvitationDetails};
use domain::person::email::Email;
use store::{Notice, NoticeKind};
use web::body::JsonBody;
use web::openapi::IdempotencyKeyHeader;
use web::{ClientIp, Problem};

use crate::Deps;
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
        (status = 202, description = "If the link has expired, the inviter gets an email"),
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
    let Err(expired) = pending.check_expiry(now) else {
        return Ok(Attempt::Done(()));
    };
    let Some(change) = expired.request_new(now) else {
        return Ok(Attempt::Done(()));
    };
    let details = change.next.details.clone();
    let requester = Requester::new(Actor::Invitee(details.id), ip.map(String::from));
    let change = change.map(Invitation::from);
    let mut tx =
        deps.context.store.transaction(&requester.invitation_record(&deps.context, &change))?;
    tx.replace_invitation(&change)?;
    if let Some(to) = load_recipient(deps, &details).await? {
        let notice = Notice {
            id: NoticeId::new(now, deps.context.entropy.as_ref()),
            to,
            kind: NoticeKind::NewLinkRequested { clinic: details.clinic, invitation: details.id },
        };
        tx.put_notice(&notice, now)?;
    }
    Ok(Attempt::of(tx.commit().await?, ()))
}

/// Loads the email address of the inviter. If a PACS invited or the inviter is not active, it is the
/// clinic's address.
async fn load_recipient(
    deps: &Deps,
    details: &InvitationDetails,
) -> Result<Option<Email>, Problem> {
    let store = &deps.context.store;
    if let Inviter::User(id) = details.invited_by
        && let Some(user) = store.load_user(details.clinic, id).await?
        && user.status == domain::user::UserStatus::Active
    {
        return Ok(Some(user.email));
    }
    let clinic = store.load_clinic(details.clinic).await?;
    Ok(clinic.and_then(|clinic| clinic.reply_to))
}
