//! `POST /v1/webhookEndpoints/{webhookEndpointId}/rotate`: gives a webhook endpoint another secret.

use auth::caller::{Caller, MakeWebhooks};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use changes::Attempt;
use domain::audit::{AuditAction, AuditObject};
use domain::webhook::{NotRotated, WebhookEndpoint};
use web::Problem;
use web::body::JsonBody;
use web::openapi::IdempotencyKeyHeader;
use web::path::WebhookPath;

use crate::Deps;
use crate::create_webhook::NewWebhookEndpointView;
use crate::rotate_api_key::RotateRequest;
use crate::webhook::{ended, find_webhook};

/// Give a webhook endpoint a new secret. It is shown once.
///
/// Until `overlapHours` are over, deliveries have a signature of each secret. With 0, only the new one signs. At most
/// four secrets sign at once.
#[utoipa::path(
    post, operation_id = "rotateWebhookEndpoint", path = "/v1/webhookEndpoints/{webhookEndpointId}/rotate", tag = "webhooks",
    request_body = RotateRequest, security(("session" = [])),
    params(WebhookPath, IdempotencyKeyHeader),
    responses((status = 200, body = NewWebhookEndpointView), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<MakeWebhooks>,
    WebhookPath(id): WebhookPath,
    JsonBody(overlap): JsonBody<RotateRequest>,
) -> Result<Response, Problem> {
    let (context, now, clinic) = (&deps.context, deps.context.now(), caller.clinic());
    let made = (deps.webhook_keys.newest_kid(), caller.person()?.user.id);
    let requester = caller.principal.requester();
    let rotated: WebhookEndpoint = changes::retry!(async {
        let found = find_webhook(&deps, &caller.principal, id).await?;
        let next = found.rotate(made, overlap, now).map_err(not_rotated)?;
        let (action, object) = (AuditAction::WebhookRotated, AuditObject::Webhook(id));
        let record = requester.audit_record(context, clinic, action, object, (None, None));
        let mut tx = requester.start_secret(context, &record)?;
        tx.replace_webhook(&next, now)?;
        Ok::<_, Problem>(Attempt::of(tx.commit().await?, next))
    })?;
    NewWebhookEndpointView::answer(&deps, StatusCode::OK, &rotated)
}

fn not_rotated(refused: NotRotated) -> Problem {
    match refused {
        NotRotated::Ended(refused) => ended(refused),
        NotRotated::TooManySecrets => {
            let detail = "Four secrets of this webhook endpoint sign until their overlap ends. Wait for that, or send overlapHours 0, which ends the older ones.";
            Problem::conflict("too_many_secrets", detail)
        }
    }
}
