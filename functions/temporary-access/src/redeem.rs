//! `POST /v1/access/redeem`: opens a link, once.
//!
//! The repeat of the request that opened the link gets its view again, because its answer may be lost. The
//! link alone is no repeat: it can be in a log or a browser's history.

use auth::dpop::{self, Proof, ProofTarget};
use auth::idempotency;
use auth::jwt::Signer;
use auth::view_token::{StudyView, ViewClaims};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use changes::{Attempt, Requester};
use domain::actor::Actor;
use domain::audit::{AccessRefusal, AuditRecord};
use domain::credentials::token::AccessLink;
use domain::grant::{Grant, GrantTransition, OpenGrant, Redeemer, Redemption, check_parties};
use domain::review::ReviewFacts;
use domain::user::User;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use store::{CommitOutcome, Consistency, ViewKeys, ViewParties};
use utoipa::ToSchema;
use web::body::JsonBody;
use web::field::{FaultCollector, Field, NotedFault, RequestFields};
use web::openapi::IdempotencyKeyHeader;
use web::{ClientIp, Problem, access_log};

use crate::Deps;
use crate::ephemeral::{EphemeralView, HangingProtocolView};
use crate::refusal::record_refusal;
use crate::view_token::ViewTokenView;

/// The path of this route. A proof names it.
const PATH: &str = "/v1/access/redeem";

/// The token of a link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RedeemRequest {
    /// The part of the link after `token=`.
    #[schema(value_type = String, max_length = 256)]
    token: Field<String>,
}

impl RequestFields for RedeemRequest {
    type Values = String;

    fn read(self, faults: &mut FaultCollector) -> Result<String, NotedFault> {
        faults.required(self.token)
    }
}

/// An open view.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OpenedView {
    /// The first view token.
    #[serde(flatten)]
    token: ViewTokenView,
    /// `acc_` and 32 hex characters.
    access_id: String,
    /// `study:read`, or `study:read report:write`.
    scope: &'static str,
    /// The study. Absent for an ephemeral view.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    study: Option<StudyView>,
    /// Your ID for an ephemeral view.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    retrieval_id: Option<String>,
    /// How images of an ephemeral view hang at first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    hanging_protocol: Option<HangingProtocolView>,
    /// The options of an ephemeral view, exactly as they were sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<std::collections::HashMap<String, Value>>)]
    options: Option<Box<RawValue>>,
    /// The origins whose pages may embed the view.
    embed_origins: Vec<String>,
    /// The `Content-Security-Policy` header that the viewer must send with its page.
    content_security_policy: String,
}

/// Open a link. A link opens once. The answer is the same for every link that does not open.
///
/// Within 30 seconds, a repeat with the same `Idempotency-Key`, or with a new proof by the same key, opens
/// the same view again.
#[utoipa::path(
    post, operation_id = "redeemAccess", path = "/v1/access/redeem", tag = "access", request_body = RedeemRequest, security(()),
    params(
        ("DPoP" = Option<String>, Header, description = "A proof (RFC 9449): binds the view to its key"),
        IdempotencyKeyHeader,
    ),
    responses((status = 200, body = OpenedView), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    ip: Option<ClientIp>,
    headers: HeaderMap,
    JsonBody(token): JsonBody<RedeemRequest>,
) -> Result<Json<OpenedView>, Problem> {
    let proof = read_proof(&deps, &headers)?;
    let idempotency_key = idempotency::find_key(&headers)?;
    let Ok(link) = deps.tokens.read_access_token(&token) else {
        return Err(record_tampering(&deps, &token, ip).await?);
    };
    access_log::record_caller("viewer", Actor::Viewer(link.access), Some(link.clinic));
    access_log::record_object(link.access);
    let key = proof.as_ref().map(Proof::key);
    let by = Redeemer::new(link.access, key, idempotency_key.as_deref());
    // A link opens once, so it must stay closed if its view token could not be signed.
    let signer = deps.signer().await?;
    let (open, user) = open_link(&deps, link, (by, proof), ip).await?;
    view_answer(&deps, &signer, &open, user.as_ref())
}

/// Verifies the proof of a request. This happens before the token is read, so that the answer to an
/// invalid proof says nothing about the token.
fn read_proof(deps: &Deps, headers: &HeaderMap) -> Result<Option<Proof>, Problem> {
    let refused = |invalid: dpop::ProofInvalid| invalid.problem(StatusCode::BAD_REQUEST);
    let Some(text) = dpop::find_proof(headers).map_err(refused)? else {
        return Ok(None);
    };
    let url = format!("{}{PATH}", deps.keys.issuer());
    let this = ProofTarget { request: Some(("POST", &url)), token: None };
    let proof = Proof::verify(text, this, deps.context.now());
    proof.map(Some).map_err(refused)
}

/// Opens the link. Returns its view and the current user.
async fn open_link(
    deps: &Deps,
    link: AccessLink,
    (by, mut proof): (Redeemer, Option<Proof>),
    ip: Option<ClientIp>,
) -> Result<(OpenGrant, Option<User>), Problem> {
    changes::retry!(async {
        let grant = deps.context.store.load_grant(link.clinic, link.access).await?;
        let grant = grant.ok_or_else(Problem::token_invalid)?;
        let details = grant.details().clone();
        let (redemption, user) = match load_redemption(deps, grant, &by).await? {
            Ok(decided) => decided,
            Err(why) => {
                record_refusal(deps, &details, why, ip.clone()).await?;
                return Err(Problem::token_invalid());
            }
        };
        if let Some(proof) = proof.take()
            && let Err(invalid) = proof.record_use(&deps.context).await?
        {
            record_refusal(deps, &details, AccessRefusal::Proof, ip.clone()).await?;
            return Err(invalid.problem(StatusCode::BAD_REQUEST));
        }
        let open = redemption.grant().clone();
        Ok(match &redemption {
            Redemption::Repeat(_) => Attempt::Done((open, user)),
            Redemption::Open(change) => {
                Attempt::of(write_opening(deps, change, ip.clone()).await?, (open, user))
            }
        })
    })
}

/// Loads the user and the issuer and decides whether the link opens. It does if link, user and issuer are all
/// valid now. This also holds for a repeat.
async fn load_redemption(
    deps: &Deps,
    grant: Grant,
    by: &Redeemer,
) -> Result<Result<(Redemption, Option<User>), AccessRefusal>, Problem> {
    let (store, keys) = (&deps.context.store, ViewKeys::from(&grant));
    let redemption = match grant.redeem(by, deps.context.now()) {
        Ok(redemption) => redemption,
        Err(why) => return Ok(Err(why.into())),
    };
    let ViewParties { user, issuer, .. } =
        store.load_view_parties(&keys, Consistency::Strong).await?;
    let (details, now) = (&redemption.grant().details, deps.context.now());
    let allowed = check_parties(details, user.as_ref(), issuer.as_ref(), now);
    Ok(allowed.map(|()| (redemption, user)))
}

async fn write_opening(
    deps: &Deps,
    change: &GrantTransition<OpenGrant>,
    ip: Option<ClientIp>,
) -> Result<CommitOutcome, Problem> {
    let (context, details) = (&deps.context, &change.next.details);
    let actor = Actor::Viewer(details.id);
    let requester = Requester::new(actor, ip.map(String::from));
    let (action, object) = (change.action, details.audit_object());
    let record = requester.audit_record(context, details.clinic, action, object, (None, None));
    let review = ReviewFacts {
        granted_by: Some(details.issuer.into()),
        until: Some(change.next.opening.until),
        ..record.review
    };
    let mut tx = context.store.transaction(&AuditRecord { review, ..record })?;
    tx.replace_grant(&change.clone().map(Grant::from))?;
    Ok(tx.commit().await?)
}

/// Records a forged token for the audit if it names an existing grant, and returns the answer.
async fn record_tampering(
    deps: &Deps,
    token: &str,
    ip: Option<ClientIp>,
) -> Result<Problem, Problem> {
    if let Some(claimed) = AccessLink::read_unverified(token) {
        let store = &deps.context.store;
        if let Some(grant) = store.load_grant(claimed.clinic, claimed.access).await? {
            record_refusal(deps, grant.details(), AccessRefusal::Tampered, ip).await?;
        }
    }
    Ok(Problem::token_invalid())
}

fn view_answer(
    deps: &Deps,
    signer: &Signer,
    open: &OpenGrant,
    user: Option<&User>,
) -> Result<Json<OpenedView>, Problem> {
    let (details, context) = (&open.details, &deps.context);
    let claims = ViewClaims::of(open, user, deps.keys.issuer(), context.now());
    let claims = claims.ok_or_else(|| Problem::internal("a view that ended as it began"))?;
    let (retrieval_id, hanging_protocol, options) = EphemeralView::parts(&details.view)?;
    let origins = details.embed_origins.as_slice().iter();
    Ok(Json(OpenedView {
        token: ViewTokenView::new(signer, &claims, open.opening.until)?,
        access_id: details.id.to_string(),
        scope: details.view.mode().scope(),
        study: details.view.study().map(Into::into),
        retrieval_id,
        hanging_protocol,
        options,
        embed_origins: origins.map(|o| o.as_str().to_owned()).collect(),
        content_security_policy: details.embed_origins.frame_ancestors(),
    }))
}
