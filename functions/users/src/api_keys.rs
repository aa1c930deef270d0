//! `GET /v1/apiKeys` and `POST /v1/apiKeys/{apiKeyId}/revoke`.

use std::num::NonZeroU32;

use auth::caller::{Caller, ManageApiKeys};
use axum::Json;
use axum::extract::State;
use changes::{Attempt, Context};
use domain::actor::Actor;
use domain::audit::{AuditAction, AuditObject};
use domain::credentials::api_key::KeyWithSecrets;
use domain::ids::ApiKeyId;
use serde::Serialize;
use store::PageRequest;
use utoipa::ToSchema;
use web::Problem;
use web::api_key_view::ApiKeyView;
use web::openapi::IdempotencyKeyHeader;
use web::path::ApiKeyPath;
use web::query::{ListQuery, NoFilter, PageParameters};
use web::view::Done;

/// A page of API keys.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ApiKeysView {
    /// Newest first, revoked ones included.
    api_keys: Vec<ApiKeyView>,
    /// The cursor of the next page, or null on the last page.
    cursor: Option<String>,
    /// Whether there is a next page.
    has_more: bool,
    /// How many items this page leaves out because they cannot be read. Absent if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>, nullable = false)]
    skipped: Option<NonZeroU32>,
}

/// List API keys.
#[utoipa::path(
    get, operation_id = "listApiKeys", path = "/v1/apiKeys", tag = "apiKeys", params(PageParameters), security(("session" = [])),
    responses((status = 200, body = ApiKeysView), Problem)
)]
pub(crate) async fn list(
    State(context): State<Context>,
    caller: Caller<ManageApiKeys>,
    query: ListQuery,
) -> Result<Json<ApiKeysView>, Problem> {
    let (clinic, now) = (caller.clinic(), context.now());
    let ((), paging) = query.read::<NoFilter>("apiKeys", clinic)?;
    let request = PageRequest::new(paging.limit, paging.after.map(ApiKeyId::from_bytes));
    let page = context.store.list_api_keys(clinic, request).await?;
    let creator = |key: &KeyWithSecrets| key.key.created_by.user().map(Actor::User);
    let names = page.items.iter().filter_map(creator);
    let names = context.store.load_actor_names(clinic, names).await?;
    let view = |key| ApiKeyView {
        created_by_name: creator(key).and_then(|creator| names.of(creator)),
        ..ApiKeyView::new(key, now)
    };
    Ok(Json(ApiKeysView {
        api_keys: page.items.iter().map(view).collect(),
        cursor: page.next.map(|id| paging.binding.cursor(id.bytes())),
        has_more: page.next.is_some(),
        skipped: NonZeroU32::new(page.skipped),
    }))
}

/// Revoke an API key. It stops working at once. Repeating this changes nothing.
#[utoipa::path(
    post, operation_id = "revokeApiKey", path = "/v1/apiKeys/{apiKeyId}/revoke", tag = "apiKeys", security(("session" = [])),
    params(ApiKeyPath, IdempotencyKeyHeader),
    responses((status = 200, body = Done), Problem)
)]
pub(crate) async fn revoke(
    State(context): State<Context>,
    caller: Caller<ManageApiKeys>,
    ApiKeyPath(id): ApiKeyPath,
) -> Result<Json<Done>, Problem> {
    let (clinic, store) = (caller.clinic(), &context.store);
    let requester = caller.principal.requester();
    changes::retry!(async {
        let found = store.load_api_key(clinic, id).await?.ok_or_else(Problem::api_key_not_found)?;
        let done = Json(Done::new("The API key is revoked."));
        if !found.key.active {
            return Ok(Attempt::Done(done));
        }
        let (action, object) = (AuditAction::ApiKeyRevoked, AuditObject::ApiKey(id));
        let record = requester.audit_record(&context, clinic, action, object, (None, None));
        let mut tx = requester.start(&context, &record)?;
        tx.revoke_api_key(&found)?;
        Ok(Attempt::of(tx.commit().await?, done))
    })
}
