//! `PATCH /v1/webhookEndpoints/{webhookEndpointId}`: changes a webhook endpoint.

use auth::caller::{Caller, MakeWebhooks};
use axum::Json;
use axum::extract::State;
use changes::Attempt;
use domain::audit::{AuditAction, AuditObject, AuditRecord, ReceiverChange};
use domain::credentials::api_key::KeyDescription;
use domain::event::EventType;
use domain::webhook::{EndpointChanges, EventTypes, ReceiverUrl, WebhookEndpoint};
use serde::Deserialize;
use utoipa::ToSchema;
use web::Problem;
use web::body::JsonBody;
use web::field::{FaultCollector, Field, NotedFault, RequestFields};
use web::path::WebhookPath;
use web::schema::EventTypeName;
use web::webhook_view::WebhookEndpointView;

use crate::Deps;
use crate::request_webhook::require_pause;
use crate::webhook::{ended, find_webhook, new_challenge, require_receiver, send_to_queue, view};

/// What to change. A missing field stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WebhookChangeRequest {
    /// The receiver. Another URL has to answer a challenge first. Events wait for it, for three days at most: then the
    /// endpoint is disabled.
    #[schema(value_type = String, max_length = 2048, required = false)]
    url: Field<ReceiverUrl>,
    /// What the endpoint is for.
    #[schema(value_type = String, min_length = 1, max_length = 200, required = false)]
    description: Field<KeyDescription>,
    /// Which events it gets. Null or an empty list means all types, and those added later.
    #[schema(value_type = Option<Vec<EventTypeName>>)]
    event_types: Field<Vec<EventType>>,
}

impl RequestFields for WebhookChangeRequest {
    type Values = EndpointChanges;

    const READ_ONLY: &'static [&'static str] = &[
        "webhookEndpointId",
        "status",
        "disabledReason",
        "verifiedAt",
        "failingSince",
        "needsRotation",
        "secrets",
        "replay",
        "createdBy",
        "createdByName",
        "createdAt",
    ];

    fn read(self, faults: &mut FaultCollector) -> Result<EndpointChanges, NotedFault> {
        let types = faults.clearable(self.event_types);
        Ok(EndpointChanges {
            url: faults.change(self.url),
            description: faults.change(self.description),
            types: types.map(|types| EventTypes::new(types.unwrap_or_default())),
        })
    }
}

/// Change the URL, the description or the event types of a webhook endpoint.
#[utoipa::path(
    patch, operation_id = "updateWebhookEndpoint", path = "/v1/webhookEndpoints/{webhookEndpointId}", tag = "webhooks",
    request_body = WebhookChangeRequest, security(("session" = [])),
    params(WebhookPath),
    responses((status = 200, body = WebhookEndpointView), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<MakeWebhooks>,
    WebhookPath(id): WebhookPath,
    JsonBody(changes): JsonBody<WebhookChangeRequest>,
) -> Result<Json<WebhookEndpointView>, Problem> {
    changes.url.as_ref().map_or(Ok(()), |url| require_receiver(&deps, url))?;
    let (context, now, clinic) = (&deps.context, deps.context.now(), caller.clinic());
    let challenge = new_challenge(&deps, (clinic, id), now);
    let requester = caller.principal.requester();
    let next: WebhookEndpoint = changes::retry!(async {
        let before = find_webhook(&deps, &caller.principal, id).await?;
        let since_last = now.since(before.challenge.created_at());
        let next = before.clone().edit(changes.clone(), challenge.id).map_err(ended)?;
        if next.challenge == challenge.id {
            require_pause(since_last)?;
        }
        if next == (WebhookEndpoint { version: next.version, ..before.clone() }) {
            return Ok(Attempt::Done(next));
        }
        let (action, object) = (AuditAction::WebhookChanged, AuditObject::Webhook(id));
        let record = requester.audit_record(context, clinic, action, object, (None, None));
        let receiver = ReceiverChange::between(&before.url, &next.url);
        let record = AuditRecord { receiver, ..record };
        let mut tx = requester.start(context, &record)?;
        tx.replace_webhook(&next, now)?;
        if next.challenge == challenge.id {
            tx.put_webhook_delivery(&challenge)?;
        }
        Ok::<_, Problem>(Attempt::of(tx.commit().await?, next))
    })?;
    if next.challenge == challenge.id {
        send_to_queue(&deps, &challenge).await;
    }
    Ok(Json(view(&deps, &next)))
}
