//! `POST /v1/webhookEndpoints/{webhookEndpointId}/verify` and `.../test`: deliveries that someone asks for.

use std::time::Duration;

use auth::caller::{Caller, ManageWebhooks};
use axum::Json;
use axum::extract::State;
use changes::Attempt;
use domain::audit::{AuditAction, AuditObject};
use domain::ids::EventId;
use domain::webhook::{RequestedDelivery, WebhookDelivery, WebhookEvent};
use web::Problem;
use web::openapi::IdempotencyKeyHeader;
use web::path::WebhookPath;
use web::webhook_view::WebhookDeliveryView;

use crate::Deps;
use crate::webhook::{ended, find_webhook, new_challenge, require_active, send_to_queue};

/// The shortest time between two challenges, so that no one can use them to flood a receiver.
const PAUSE: Duration = Duration::from_mins(1);

/// Send a challenge to the receiver. Its answer makes the endpoint active, also one that was disabled.
#[utoipa::path(
    post, operation_id = "verifyWebhookEndpoint", path = "/v1/webhookEndpoints/{webhookEndpointId}/verify", tag = "webhooks",
    security(("session" = [])),
    params(WebhookPath, IdempotencyKeyHeader),
    responses((status = 200, body = WebhookDeliveryView), Problem)
)]
pub(crate) async fn verify(
    State(deps): State<Deps>,
    caller: Caller<ManageWebhooks>,
    WebhookPath(id): WebhookPath,
) -> Result<Json<WebhookDeliveryView>, Problem> {
    let (context, now, clinic) = (&deps.context, deps.context.now(), caller.clinic());
    let challenge = new_challenge(&deps, (clinic, id), now);
    let (requester, object) = (caller.principal.requester(), AuditObject::Webhook(id));
    changes::retry!(async {
        let found = find_webhook(&deps, &caller.principal, id).await?;
        let since_last = now.since(found.challenge.created_at());
        let next = found.ask_again(challenge.id).map_err(ended)?;
        require_pause(since_last)?;
        let action = AuditAction::WebhookRequested(RequestedDelivery::Challenge);
        let record = requester.audit_record(context, clinic, action, object, (None, None));
        let mut tx = requester.start(context, &record)?;
        tx.replace_webhook(&next, now)?;
        tx.put_webhook_delivery(&challenge)?;
        Ok::<_, Problem>(Attempt::of(tx.commit().await?, ()))
    })?;
    send_to_queue(&deps, &challenge).await;
    Ok(Json((&challenge).into()))
}

/// Send an event of type `webhook.test` to the receiver. The endpoint must be `active`.
#[utoipa::path(
    post, operation_id = "testWebhookEndpoint", path = "/v1/webhookEndpoints/{webhookEndpointId}/test", tag = "webhooks",
    security(("session" = [])),
    params(WebhookPath, IdempotencyKeyHeader),
    responses((status = 200, body = WebhookDeliveryView), Problem)
)]
pub(crate) async fn test(
    State(deps): State<Deps>,
    caller: Caller<ManageWebhooks>,
    WebhookPath(id): WebhookPath,
) -> Result<Json<WebhookDeliveryView>, Problem> {
    let (context, now, clinic) = (&deps.context, deps.context.now(), caller.clinic());
    require_active(&find_webhook(&deps, &caller.principal, id).await?)?;
    let event = WebhookEvent::for_test(EventId::new(now, context.entropy.as_ref()), now);
    let delivery = WebhookDelivery::new(clinic, id, event, now).requested();
    let requester = caller.principal.requester();
    let action = AuditAction::WebhookRequested(RequestedDelivery::Test);
    let object = AuditObject::Webhook(id);
    let record = requester.audit_record(context, clinic, action, object, (None, None));
    changes::retry!(async {
        let mut tx = requester.start(context, &record)?;
        tx.put_webhook_delivery(&delivery)?;
        Ok::<_, Problem>(Attempt::of(tx.commit().await?, ()))
    })?;
    send_to_queue(&deps, &delivery).await;
    Ok(Json((&delivery).into()))
}

/// Requires a pause since the last challenge.
pub(crate) fn require_pause(since_last: Duration) -> Result<(), Problem> {
    if since_last >= PAUSE {
        return Ok(());
    }
    let detail = "Wait a minute between two challenges.";
    let wait = PAUSE.saturating_sub(since_last);
    Err(Problem::too_many("challenge_too_soon", detail, wait))
}
