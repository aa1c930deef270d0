//! `POST /v1/session/refresh`: the next access token, with the permissions of now.

use auth::session::{AccessToken, RefreshCookie, refresh_token_in};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::audit::AuditAction;
use store::RotationOutcome;
use web::problem::ProblemBody;
use web::{ClientIp, Problem};

use crate::Deps;
use crate::close::close;

/// Renew a session.
///
/// Each refresh token is good once. An old one that comes back ends the session: two hold it.
#[utoipa::path(
    post, operation_id = "refreshSession", path = "/v1/session/refresh", tag = "session", security(("refreshCookie" = [])),
    responses(
        (status = 200, body = AccessToken, description = "Sets the next refresh token's cookie"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json"),
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
            (RefreshCookie::cleared(), problem).into_response()
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
    let token = refresh_token_in(headers).ok_or_else(ended)?;
    let id = keyring.read_refresh_token(token).map_err(|_| ended())?;
    let session = store.load_session(id).await?.ok_or_else(ended)?;
    if !session.is_newest(token) {
        close(deps, &session, AuditAction::SessionTokenReused, ip).await?;
        return Err(ended());
    }
    let (now, entropy) = (deps.context.now(), deps.context.entropy.as_ref());
    let (next, token) = session.refresh(keyring, now, entropy).ok_or_else(ended)?;
    if store.rotate_session(&session, &next).await? == RotationOutcome::Conflict {
        // Another request used the same token at the same moment.
        close(deps, &session, AuditAction::SessionTokenReused, ip).await?;
        return Err(ended());
    }
    // Read after the rotation: whoever was deactivated before it gets no token.
    let (user, account) = store.load_session_holder(&next).await?;
    let epoch = account.map_or(0, |account| account.epoch);
    if let Some(user) = user.filter(|user| next.is_open_to(user, epoch)) {
        return deps.sessions.renewed(&deps.context, &next, &user, token);
    }
    close(deps, &next, AuditAction::SessionEnded, ip).await?;
    Err(ended())
}

fn ended() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "session_ended",
        "This session has ended. Sign in again.",
    )
}
