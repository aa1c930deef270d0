//! `POST /v1/webhookEndpoints/{webhookEndpointId}/redeliver`: sends one delivery again, or all since a time.

use auth::caller::{Caller, ManageWebhooks};
use axum::Json;
use axum::extract::State;
use changes::Attempt;
use domain::audit::{AuditAction, AuditObject};
use domain::field::Refusal;
use domain::ids::{DeliveryId, WebhookId};
use domain::time::Timestamp;
use domain::webhook::{DeliveryRef, Replay, RequestedDelivery, WebhookDelivery, WebhookWork};
use queue::QueuedWork;
use serde::Deserialize;
use utoipa::ToSchema;
use web::Problem;
use web::body::JsonBody;
use web::field::{FaultCollector, Field, NotedFault, RequestFields};
use web::openapi::IdempotencyKeyHeader;
use web::path::WebhookPath;
use web::view::Done;

use crate::Deps;
use crate::webhook::{ended, find_webhook, require_active, send_to_queue};

/// What to send again. Send exactly one of the fields.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RedeliverRequest {
    /// `whd_` and 32 hex characters.
    #[schema(value_type = Option<String>, pattern = "^whd_[0-9a-f]{32}$")]
    delivery_id: Field<DeliveryId>,
    /// Every event that happened at this time or later, RFC 3339. Events that wait for an attempt stay as they
    /// are.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Field<Timestamp>,
}

/// What to send again.
#[derive(Clone, Copy)]
pub(crate) enum Redelivery {
    One(DeliveryId),
    Since(Timestamp),
}

impl RequestFields for RedeliverRequest {
    type Values = Redelivery;

    fn read(self, faults: &mut FaultCollector) -> Result<Redelivery, NotedFault> {
        const WHICH: Refusal =
            Refusal::new("redelivery_ambiguous", "Send either deliveryId or since.");
        match (faults.optional(self.delivery_id), faults.optional(self.since)) {
            (Some(id), None) => Ok(Redelivery::One(id)),
            (None, Some(since)) => Ok(Redelivery::Since(since)),
            _ => Err(faults.note_if_first("deliveryId", WHICH)),
        }
    }
}

/// Send one delivery again, or all since a time. The receiver gets the same ids as before.
///
/// The endpoint must be `active`. Only one replay of a time runs at once for an endpoint.
#[utoipa::path(
    post, operation_id = "redeliverWebhook", path = "/v1/webhookEndpoints/{webhookEndpointId}/redeliver", tag = "webhooks",
    request_body = RedeliverRequest, security(("session" = [])),
    params(WebhookPath, IdempotencyKeyHeader),
    responses((status = 200, body = Done), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<ManageWebhooks>,
    WebhookPath(id): WebhookPath,
    JsonBody(what): JsonBody<RedeliverRequest>,
) -> Result<Json<Done>, Problem> {
    match what {
        Redelivery::One(delivery) => send_one(&deps, &caller, id, delivery).await,
        Redelivery::Since(since) => start_replay(&deps, &caller, id, since).await,
    }
}

async fn send_one(
    deps: &Deps,
    caller: &Caller<ManageWebhooks>,
    endpoint: WebhookId,
    id: DeliveryId,
) -> Result<Json<Done>, Problem> {
    let (context, now, clinic) = (&deps.context, deps.context.now(), caller.clinic());
    let requester = caller.principal.requester();
    let again: WebhookDelivery = changes::retry!(async {
        require_active(&find_webhook(deps, &caller.principal, endpoint).await?)?;
        let found =
            context.store.load_webhook_delivery(DeliveryRef { clinic, endpoint, id }).await?;
        let kept = found.filter(|found| !found.is_expired(now) && !found.event.is_challenge());
        let again = kept.ok_or_else(delivery_not_found)?.queue_again(now).requested();
        let action = AuditAction::WebhookRequested(RequestedDelivery::One);
        let object = AuditObject::Webhook(endpoint);
        let record = requester.audit_record(context, clinic, action, object, (None, None));
        let mut tx = requester.start(context, &record)?;
        tx.replace_webhook_delivery(&again, now)?;
        Ok::<_, Problem>(Attempt::of(tx.commit().await?, again))
    })?;
    send_to_queue(deps, &again).await;
    Ok(Json(Done::new("The delivery is sent again.")))
}

async fn start_replay(
    deps: &Deps,
    caller: &Caller<ManageWebhooks>,
    id: WebhookId,
    since: Timestamp,
) -> Result<Json<Done>, Problem> {
    let (context, now, clinic) = (&deps.context, deps.context.now(), caller.clinic());
    let (requester, started_by) = (caller.principal.requester(), caller.person()?.user.id);
    let replay = Replay { since, started_at: now, started_by, after: None };
    changes::retry!(async {
        let found = find_webhook(deps, &caller.principal, id).await?;
        require_active(&found)?;
        if found.replay.is_some() {
            let detail = "A replay of this webhook endpoint is running. Try again when it is done.";
            return Err(Problem::conflict("replay_running", detail));
        }
        let next = found.with_replay(Some(replay)).map_err(ended)?;
        let action = AuditAction::WebhookRequested(RequestedDelivery::Since);
        let object = AuditObject::Webhook(id);
        let record = requester.audit_record(context, clinic, action, object, (None, None));
        let mut tx = requester.start(context, &record)?;
        tx.replace_webhook(&next, now)?;
        Ok(Attempt::of(tx.commit().await?, ()))
    })?;
    deps.queue.send_or_log(&[QueuedWork::now(WebhookWork::Replay(clinic, id))]).await;
    Ok(Json(Done::new("The events since then are sent again.")))
}

fn delivery_not_found() -> Problem {
    let detail = "Check the delivery ID. This webhook endpoint has no delivery with this ID.";
    Problem::not_found("delivery_not_found", detail)
}
