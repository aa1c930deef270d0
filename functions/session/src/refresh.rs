//! `POST /v1/session/refresh`: the next access token, with the current permissions.

use auth::session::{AccessToken, RefreshCookie, find_refresh_token};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::audit::AuditAction;
use store::RotationOutcome;
use web::{ClientIp, Problem};

use crate::Deps;
use crate::close::close_session;

/// Renew a session.
///
/// Each refresh token works once. If an old one is sent again, someone else has it, so the session
/// ends.
#[utoipa::path(
    post, operation_id = "refreshSession", path = "/v1/session/refresh", tag = "session", security(("refreshCookie" = [])),
    responses(
        (status = 200, body = AccessToken, description = "Sets the next refresh token's cookie"),
        Problem,
    )
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    ip: Option<ClientIp>,
    headers: HeaderMap,
) -> Response {
    match refresh_session(&deps, ip, &headers).await {
        Ok((access, cookie)) => (cookie, Json(access)).into_response(),
        Err(problem) if problem.status() == StatusCode::UNAUTHORIZED => {
            (RefreshCookie::remove(), problem).into_response()
        }
        Err(problem) => problem.into_response(),
    }
}

async fn refresh_session(
    deps: &Deps,
    ip: Option<ClientIp>,
    headers: &HeaderMap,
) -> Result<(AccessToken, RefreshCookie), Problem> {
    let (store, keyring) = (&deps.context.store, &deps.sessions.keyring);
    let token = find_refresh_token(headers).ok_or_else(session_ended)?;
    let id = keyring.read_refresh_token(token).map_err(|_| session_ended())?;
    let session = store.load_session(id).await?.ok_or_else(session_ended)?;
    if !session.is_newest(token) {
        close_session(deps, &session, AuditAction::SessionTokenReused, ip).await?;
        return Err(session_ended());
    }
    let (now, entropy) = (deps.context.now(), deps.context.entropy.as_ref());
    let (next, token) = session.refresh(keyring, now, entropy).ok_or_else(session_ended)?;
    if store.rotate_session(&session, &next).await? == RotationOutcome::Conflict {
        // Another request used the same token at the same moment.
        close_session(deps, &session, AuditAction::SessionTokenReused, ip).await?;
        return Err(session_ended());
    }
    // Read after the rotation, so that a user who was deactivated before it gets no token.
    let (user, account) = store.load_session_holder(&next).await?;
    let epoch = account.map_or(0, |account| account.epoch);
    if let Some(user) = user.filter(|user| next.is_open_to(user, epoch)) {
        return deps.sessions.renew(&deps.context, &next, &user, token);
    }
    close_session(deps, &next, AuditAction::SessionEnded, ip).await?;
    Err(session_ended())
}

fn session_ended() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "session_ended",
        "This session has ended. Sign in again.",
    )
}
