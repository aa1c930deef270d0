//! `POST /v1/access/renew`: the next view token, until the view ends.

use auth::caller::authorization;
use auth::dpop::{ProofInvalid, ProofTarget};
use auth::view_token::ViewClaims;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use domain::audit::AccessRefusal;
use store::Consistency;
use web::{ClientIp, Problem, access_log};

use crate::Deps;
use crate::refusal::record_refusal;
use crate::view_check::{CurrentView, load_current_view, verify_possession};
use crate::view_token::{ViewTokenView, token_type};

/// The path of this route. A proof names it.
const PATH: &str = "/v1/access/renew";

/// Renew a view token. User, grant and issuer are checked again. A view that has ended is not renewed.
#[utoipa::path(
    post, operation_id = "renewAccess", path = "/v1/access/renew", tag = "access", security(("viewToken" = [])),
    params(("DPoP" = Option<String>, Header, description = "A proof (RFC 9449) by the key that the token is bound to")),
    responses((status = 200, body = ViewTokenView), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    ip: Option<ClientIp>,
    headers: HeaderMap,
) -> Result<Json<ViewTokenView>, Problem> {
    let (scheme, token) = authorization(&headers).ok_or_else(view_token_required)?;
    let claims = ViewClaims::read(&deps.keys, token).await?;
    let claims = claims.ok_or_else(view_ended)?;
    // A genuine token names only ids.
    access_log::record_caller("viewer", &claims.jti, Some(&claims.clinic));
    access_log::record_object(&claims.jti);
    let url = format!("{}{PATH}", deps.keys.issuer());
    let this = ProofTarget { request: Some(("POST", &url)), token: Some(token) };
    let right_scheme = scheme.eq_ignore_ascii_case(token_type(&claims));
    if !right_scheme || verify_possession(&deps, &headers, this, &claims).await?.is_err() {
        return Err(record_and_refuse(&deps, &claims, AccessRefusal::Proof, ip).await?);
    }
    match load_renewable_view(&deps, &claims).await? {
        Ok(next) => {
            let signer = deps.signer().await?;
            Ok(Json(ViewTokenView::new(&signer, &next.claims, next.until)?))
        }
        Err(why) => Err(record_and_refuse(&deps, &claims, why, ip).await?),
    }
}

/// Loads a view with eventually consistent reads, which cost half. Such a read may miss a recent
/// write, so a refusal is checked again with consistent reads.
async fn load_renewable_view(
    deps: &Deps,
    claims: &ViewClaims,
) -> Result<Result<CurrentView, AccessRefusal>, Problem> {
    match load_current_view(deps, claims, Consistency::Eventual).await? {
        Ok(next) => Ok(Ok(next)),
        Err(_) => load_current_view(deps, claims, Consistency::Strong).await,
    }
}

/// Records the refusal for the audit and returns the answer.
async fn record_and_refuse(
    deps: &Deps,
    claims: &ViewClaims,
    why: AccessRefusal,
    ip: Option<ClientIp>,
) -> Result<Problem, Problem> {
    if let Some(keys) = claims.keys() {
        let grant = deps.context.store.load_grant(keys.clinic, keys.access).await?;
        if let Some(grant) = grant {
            record_refusal(deps, grant.details(), why, ip).await?;
        }
    }
    Ok(match why {
        AccessRefusal::Proof => ProofInvalid.problem(StatusCode::UNAUTHORIZED),
        _ => view_ended(),
    })
}

/// The answer for every view that is not renewed. It does not give the reason.
fn view_ended() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "view_ended",
        "This view has ended. Open the study again from your PACS.",
    )
}

fn view_token_required() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "view_token_required",
        "Send the view token as `Authorization: <tokenType> <viewToken>`.",
    )
}
