//! `POST /v1/apiKeys/{apiKeyId}/rotate`: gives an API key another secret.

use auth::caller::{Caller, MakeApiKeys};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use changes::{Attempt, Context, queue_alert};
use domain::alert::{AlertEvent, SecurityAlert};
use domain::audit::{AuditAction, AuditObject};
use domain::credentials::api_key::{
    ApiKeySecret, KeyMaker, KeyNotActive, KeyRotation, KeyStatus, OverlapHours,
};
use serde::Deserialize;
use utoipa::ToSchema;
use web::Problem;
use web::body::JsonBody;
use web::field::{FaultCollector, Field, NotedFault, RequestFields};
use web::openapi::IdempotencyKeyHeader;
use web::path::ApiKeyPath;

use crate::create_api_key::{NewApiKeyView, require_right_to_make};

/// How long the old secret still works.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RotateRequest {
    /// How many hours the old secret still works. With 0, it stops at once.
    #[schema(value_type = u32, minimum = 0, maximum = 168)]
    overlap_hours: Field<OverlapHours>,
}

impl RequestFields for RotateRequest {
    type Values = OverlapHours;

    fn read(self, faults: &mut FaultCollector) -> Result<OverlapHours, NotedFault> {
        faults.required(self.overlap_hours)
    }
}

/// Give an API key another secret. It is shown once.
///
/// The old secret keeps working for `overlapHours`. A secret from an earlier rotation stops at once.
#[utoipa::path(
    post, operation_id = "rotateApiKey", path = "/v1/apiKeys/{apiKeyId}/rotate", tag = "apiKeys", request_body = RotateRequest,
    security(("session" = [])),
    params(ApiKeyPath, IdempotencyKeyHeader),
    responses((status = 200, body = NewApiKeyView), Problem)
)]
pub(crate) async fn handle(
    State(context): State<Context>,
    caller: Caller<MakeApiKeys>,
    ApiKeyPath(id): ApiKeyPath,
    JsonBody(overlap): JsonBody<RotateRequest>,
) -> Result<Response, Problem> {
    let (person, now) = (caller.person()?, context.now());
    let (requester, clinic) = (caller.principal.requester(), caller.clinic());
    let secret = ApiKeySecret::new(context.entropy.as_ref());
    let (object, actor) = (AuditObject::ApiKey(id), requester.actor);
    let rotated: KeyRotation = changes::retry!(async {
        let found = context.store.load_api_key_with_uses(clinic, id).await?;
        let found = found.ok_or_else(Problem::api_key_not_found)?;
        require_right_to_make(person, &found.key)?;
        let maker = KeyMaker::User(person.user.id);
        let rotation = found.rotate(&secret, maker, overlap, now).map_err(not_active)?;
        let action = AuditAction::ApiKeyRotated;
        let record = requester.audit_record(&context, clinic, action, object, (None, None));
        let mut tx = requester.start_secret(&context, &record)?;
        tx.rotate_api_key(&rotation)?;
        let alert = SecurityAlert { clinic, event: AlertEvent::ApiKeyRotated, object, actor };
        queue_alert(&context, &mut tx, alert, &person.user.email).await?;
        Ok::<_, Problem>(Attempt::of(tx.commit().await?, rotation))
    })?;
    Ok(NewApiKeyView::answer(StatusCode::OK, &rotated.next, &secret, now))
}

fn not_active(KeyNotActive(status): KeyNotActive) -> Problem {
    match status {
        KeyStatus::Expired => {
            Problem::conflict("api_key_expired", "This API key has expired. Create a new one.")
        }
        KeyStatus::Revoked | KeyStatus::Active => {
            Problem::conflict("api_key_revoked", "This API key was revoked. Create a new one.")
        }
    }
}
