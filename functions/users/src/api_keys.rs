//! `GET /v1/apiKeys`, `POST /v1/apiKeys`, `POST /v1/apiKeys/{apiKeyId}/revoke`.

use auth::caller::{Caller, CreateApiKeys, ManageApiKeys};
use auth::secret_answer::SecretAnswer;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use changes::{Attempt, Context};
use domain::audit::{AuditAction, AuditObject};
use domain::credentials::api_key::{ApiKey, ApiKeySecret, KeyDescription, Scope};
use domain::embed::{EmbedOrigin, EmbedOrigins};
use domain::field::Refusal;
use domain::ids::ApiKeyId;
use serde::{Deserialize, Serialize};
use store::PageRequest;
use utoipa::ToSchema;
use web::Problem;
use web::body::JsonBody;
use web::field::{FaultCollector, Field, NotedFault, RequestFields};
use web::openapi::IdempotencyKeyHeader;
use web::path::ApiKeyPath;
use web::query::{ListQuery, NoFilter, PageParameters};
use web::schema::ScopeName;
use web::view::{ApiKeyView, Done};

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
    let clinic = caller.clinic();
    let ((), paging) = query.read::<NoFilter>("apiKeys", clinic)?;
    let request =
        PageRequest { limit: paging.limit, after: paging.after.map(ApiKeyId::from_bytes) };
    let page = context.store.list_api_keys(clinic, request).await?;
    Ok(Json(ApiKeysView {
        api_keys: page.items.iter().map(ApiKeyView::from).collect(),
        cursor: page.next.map(|id| paging.binding.cursor(id.bytes())),
        has_more: page.next.is_some(),
    }))
}

/// An API key to create.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ApiKeyRequest {
    /// What the key is for.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    description: Field<KeyDescription>,
    /// What the key may do. Send at least one scope.
    #[schema(value_type = Vec<ScopeName>, min_items = 1)]
    scopes: Field<Vec<Scope>>,
    /// Origins such as `https://pacs.example` whose pages may embed the views that the key opens.
    #[schema(value_type = Vec<String>, required = false, max_items = 20)]
    embed_origins: Field<Vec<EmbedOrigin>>,
}

impl RequestFields for ApiKeyRequest {
    type Values = (KeyDescription, Vec<Scope>, EmbedOrigins);

    fn read(self, faults: &mut FaultCollector) -> Result<Self::Values, NotedFault> {
        const NO_SCOPES: Refusal = Refusal::new("scopes_required", "Send at least one scope.");
        let description = faults.required(self.description);
        let mut scopes = faults.required_or(self.scopes, NO_SCOPES);
        if scopes.as_ref().is_ok_and(Vec::is_empty) {
            scopes = Err(faults.note("scopes", NO_SCOPES));
        }
        let origins = faults.change(self.embed_origins).unwrap_or_default();
        let origins = faults.check("embedOrigins", EmbedOrigins::new(origins));
        Ok((description?, without_duplicates(scopes?), origins?))
    }
}

fn without_duplicates(mut scopes: Vec<Scope>) -> Vec<Scope> {
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}

/// A new API key.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewApiKeyView {
    /// The API key.
    #[serde(flatten)]
    key: ApiKeyView,
    /// The secret to send as `Authorization: Bearer <apiKey>`. It is shown only in this answer.
    api_key: String,
}

/// Create an API key. Its secret is shown once.
#[utoipa::path(
    post, operation_id = "createApiKey", path = "/v1/apiKeys", tag = "apiKeys", request_body = ApiKeyRequest, security(("session" = [])),
    params(IdempotencyKeyHeader),
    responses((status = 201, body = NewApiKeyView), Problem)
)]
pub(crate) async fn create(
    State(context): State<Context>,
    caller: Caller<CreateApiKeys>,
    JsonBody((description, scopes, embed_origins)): JsonBody<ApiKeyRequest>,
) -> Result<Response, Problem> {
    let (now, entropy) = (context.now(), context.entropy.as_ref());
    let key = ApiKey {
        id: ApiKeyId::new(now, entropy),
        clinic: caller.clinic(),
        description,
        scopes,
        embed_origins,
        active: true,
        created_at: now,
        last_used_at: None,
    };
    let secret = ApiKeySecret::new(entropy);
    let requester = caller.principal.requester();
    let (action, object) = (AuditAction::ApiKeyCreated, AuditObject::ApiKey(key.id));
    let record = requester.audit_record(&context, key.clinic, action, object, (None, None));
    changes::retry!(async {
        let mut tx = requester.start(&context, &record)?;
        tx.put_api_key(&key, &secret)?;
        Ok::<_, Problem>(Attempt::of(tx.commit().await?, ()))
    })?;
    let view = NewApiKeyView { key: (&key).into(), api_key: secret.reveal().to_owned() };
    let mut answer = (StatusCode::CREATED, Json(view)).into_response();
    answer.extensions_mut().insert(SecretAnswer);
    Ok(answer)
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
