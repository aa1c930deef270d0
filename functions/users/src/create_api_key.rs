//! `POST /v1/apiKeys`: creates an API key.

use auth::caller::{Caller, MakeApiKeys};
use auth::principal::SignedIn;
use auth::secret_answer::SecretAnswer;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use changes::{Attempt, Context, queue_alert};
use domain::alert::{AlertEvent, SecurityAlert};
use domain::audit::{AuditAction, AuditObject};
use domain::credentials::api_key::{
    AccessScope, ApiKey, ApiKeySecret, KeyDescription, KeyMaker, KeyWithSecrets, Scope,
};
use domain::embed::{EmbedOrigin, EmbedOrigins};
use domain::field::{FieldFaults, Refusal};
use domain::ids::ApiKeyId;
use domain::person::permissions::Level;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::Problem;
use web::api_key_view::ApiKeyView;
use web::body::JsonBody;
use web::field::{FaultCollector, Field, NotedFault, RequestFields};
use web::openapi::IdempotencyKeyHeader;
use web::schema::{AccessScopeName, ScopeName};

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
    #[schema(value_type = Option<Vec<String>>, max_items = 20)]
    embed_origins: Field<Vec<EmbedOrigin>>,
    /// Which temporary access the key sees and ends. The default is `all`. Choose `self` if several PACS
    /// use the clinic.
    #[schema(value_type = Option<AccessScopeName>)]
    access_scope: Field<AccessScope>,
    /// When the key stops working. RFC 3339, in the future. By default it works until it is revoked.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Field<Timestamp>,
}

/// What a new key may do, and until when.
pub(crate) struct NewApiKey {
    description: KeyDescription,
    scopes: Vec<Scope>,
    embed_origins: EmbedOrigins,
    access_scope: AccessScope,
    expires_at: Option<Timestamp>,
}

impl RequestFields for ApiKeyRequest {
    type Values = NewApiKey;

    fn read(self, faults: &mut FaultCollector) -> Result<Self::Values, NotedFault> {
        const NO_SCOPES: Refusal = Refusal::new("scopes_required", "Send at least one scope.");
        let description = faults.required(self.description);
        let mut scopes = faults.required_or(self.scopes, NO_SCOPES);
        if scopes.as_ref().is_ok_and(Vec::is_empty) {
            scopes = Err(faults.note("scopes", NO_SCOPES));
        }
        let origins = faults.optional(self.embed_origins).unwrap_or_default();
        let origins = faults.check("embedOrigins", EmbedOrigins::new(origins));
        let access_scope = faults.optional(self.access_scope).unwrap_or_default();
        let expires_at = faults.optional(self.expires_at);
        Ok(NewApiKey {
            description: description?,
            scopes: without_duplicates(scopes?),
            embed_origins: origins?,
            access_scope,
            expires_at,
        })
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

impl NewApiKeyView {
    /// The answer with the secret. It is never stored.
    pub(crate) fn answer(
        status: StatusCode,
        created: &KeyWithSecrets,
        secret: &ApiKeySecret,
        now: Timestamp,
    ) -> Response {
        let api_key = secret.reveal().to_owned();
        let view = Self { key: ApiKeyView::new(created, now), api_key };
        let mut answer = (status, Json(view)).into_response();
        answer.extensions_mut().insert(SecretAnswer);
        answer
    }
}

/// Create an API key. Its secret is shown once.
#[utoipa::path(
    post, operation_id = "createApiKey", path = "/v1/apiKeys", tag = "apiKeys", request_body = ApiKeyRequest, security(("session" = [])),
    params(IdempotencyKeyHeader),
    responses((status = 201, body = NewApiKeyView), Problem)
)]
pub(crate) async fn handle(
    State(context): State<Context>,
    caller: Caller<MakeApiKeys>,
    JsonBody(new): JsonBody<ApiKeyRequest>,
) -> Result<Response, Problem> {
    let (person, now) = (caller.person()?, context.now());
    let key = new_key(&context, person, new)?;
    require_right_to_make(person, &key)?;
    let secret = ApiKeySecret::new(context.entropy.as_ref());
    let (created, requester) = (KeyWithSecrets::new(key, &secret), caller.principal.requester());
    let (clinic, object) = (caller.clinic(), AuditObject::ApiKey(created.key.id));
    let action = AuditAction::ApiKeyCreated;
    let record = requester.audit_record(&context, clinic, action, object, (None, None));
    let alert =
        SecurityAlert { clinic, event: AlertEvent::ApiKeyCreated, object, actor: requester.actor };
    changes::retry!(async {
        let mut tx = requester.start_secret(&context, &record)?;
        tx.put_api_key(&created)?;
        queue_alert(&context, &mut tx, alert, &person.user.email).await?;
        Ok::<_, Problem>(Attempt::of(tx.commit().await?, ()))
    })?;
    Ok(NewApiKeyView::answer(StatusCode::CREATED, &created, &secret, now))
}

fn new_key(context: &Context, person: &SignedIn, new: NewApiKey) -> Result<ApiKey, Problem> {
    const PAST: Refusal = Refusal::new("expires_at_past", "Send a time in the future.");
    let now = context.now();
    if new.expires_at.is_some_and(|end| end <= now) {
        return Err(FieldFaults::from(PAST.at("expiresAt")).into());
    }
    Ok(ApiKey {
        id: ApiKeyId::new(now, context.entropy.as_ref()),
        clinic: person.user.clinic,
        description: new.description,
        scopes: new.scopes,
        embed_origins: new.embed_origins,
        access_scope: new.access_scope,
        active: true,
        created_by: KeyMaker::User(person.user.id),
        created_at: now,
        expires_at: new.expires_at,
    })
}

/// Requires an owner for a key that can make admins or speak for any reader.
pub(crate) fn require_right_to_make(person: &SignedIn, key: &ApiKey) -> Result<(), Problem> {
    if key.needs_owner() && person.user.profile.permissions.level() != Level::Owner {
        return Err(Problem::forbidden(
            "Ask an owner of your clinic. Only an owner can make a key with admins:write or access:dictate.",
        ));
    }
    Ok(())
}
