//! `POST /v1/access/renew`: the next view token, until the view's end.

use auth::caller::authorization;
use auth::dpop::{ProofInvalid, ProofTarget};
use auth::view_token::ViewClaims;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use domain::audit::AccessRefusal;
use store::Consistency;
use web::problem::ProblemBody;
use web::{ClientIp, Problem, access_log};

use crate::Deps;
use crate::live::{LiveView, load_live_view, verify_proof};
use crate::refused::record;
use crate::token::{ViewTokenView, token_type};

/// Its path, which a proof names.
const PATH: &str = "/v1/access/renew";

/// Renew a view token. User, grant and issuer are read again; a view that ended, or was ended,
/// is not renewed.
#[utoipa::path(
    post, operation_id = "renewAccess", path = "/v1/access/renew", tag = "access", security(("viewToken" = [])),
    params(("DPoP" = Option<String>, Header, description = "A proof (RFC 9449) by the key that the token is bound to")),
    responses(
        (status = 200, body = ViewTokenView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    ip: Option<ClientIp>,
    headers: HeaderMap,
) -> Result<Json<ViewTokenView>, Problem> {
    let (scheme, token) = authorization(&headers).ok_or_else(required)?;
    let claims = ViewClaims::read(&deps.keys, token).await?;
    let claims = claims.ok_or_else(ended)?;
    // A genuine token names nothing but ids.
    access_log::record_caller("viewer", &claims.jti, Some(&claims.clinic));
    let url = format!("{}{PATH}", deps.keys.issuer());
    let this = ProofTarget { request: Some(("POST", &url)), token: Some(token) };
    let right_scheme = scheme.eq_ignore_ascii_case(token_type(&claims));
    if !right_scheme || verify_proof(&deps, &headers, this, &claims).await?.is_err() {
        return Err(record_refusal(&deps, &claims, AccessRefusal::Proof, ip).await?);
    }
    match find_live_view(&deps, &claims).await? {
        Ok(next) => Ok(Json(ViewTokenView::new(&deps, &next.claims, next.until)?)),
        Err(why) => Err(record_refusal(&deps, &claims, why, ip).await?),
    }
}

/// Half-price reads may miss a write of the last moment, such as the opening itself: they are good
/// enough to renew, and what they would refuse is decided again on what the table has now.
async fn find_live_view(
    deps: &Deps,
    claims: &ViewClaims,
) -> Result<Result<LiveView, AccessRefusal>, Problem> {
    match load_live_view(deps, claims, Consistency::Eventual).await? {
        Ok(next) => Ok(Ok(next)),
        Err(_) => load_live_view(deps, claims, Consistency::Strong).await,
    }
}

async fn record_refusal(
    deps: &Deps,
    claims: &ViewClaims,
    why: AccessRefusal,
    ip: Option<ClientIp>,
) -> Result<Problem, Problem> {
    if let Some(keys) = claims.keys() {
        let grant = deps.context.store.load_grant(keys.clinic, keys.access).await?;
        if let Some(grant) = grant {
            record(deps, grant.details(), why, ip).await?;
        }
    }
    Ok(match why {
        AccessRefusal::Proof => ProofInvalid.problem(StatusCode::UNAUTHORIZED),
        _ => ended(),
    })
}

/// The one answer for a view that is not renewed, whatever the reason.
fn ended() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "view_ended",
        "This view has ended. Open the study again from your PACS.",
    )
}

fn required() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "view_token_required",
        "Send the view token as `Authorization: <tokenType> <viewToken>`.",
    )
}
