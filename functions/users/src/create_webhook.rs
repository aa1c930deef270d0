//! `POST /v1/webhookEndpoints`: creates a webhook endpoint.

use auth::caller::{Caller, MakeWebhooks};
use auth::secret_answer::SecretAnswer;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use changes::Attempt;
use domain::audit::{AuditAction, AuditObject, AuditRecord, ReceiverChange};
use domain::credentials::api_key::KeyDescription;
use domain::event::EventType;
use domain::ids::WebhookId;
use domain::webhook::{EventTypes, NewEndpoint, ReceiverUrl, WebhookEndpoint};
use serde::{Deserialize, Serialize};
use store::{CommitOutcome, Part};
use utoipa::ToSchema;
use web::Problem;
use web::body::JsonBody;
use web::field::{FaultCollector, Field, NotedFault, RequestFields};
use web::openapi::IdempotencyKeyHeader;
use web::schema::EventTypeName;
use web::webhook_view::WebhookEndpointView;

use crate::Deps;
use crate::webhook::{new_challenge, require_receiver, send_to_queue, view};

/// A webhook endpoint to create.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WebhookEndpointRequest {
    /// The receiver: https, port 443, and a domain name whose addresses are public.
    #[schema(value_type = String, max_length = 2048)]
    url: Field<ReceiverUrl>,
    /// What the endpoint is for.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    description: Field<KeyDescription>,
    /// Which events it gets. By default all types, and those added later.
    #[schema(value_type = Option<Vec<EventTypeName>>)]
    event_types: Field<Vec<EventType>>,
}

impl RequestFields for WebhookEndpointRequest {
    type Values = NewEndpoint;

    fn read(self, faults: &mut FaultCollector) -> Result<NewEndpoint, NotedFault> {
        let url = faults.required(self.url);
        let description = faults.required(self.description);
        let types = faults.optional(self.event_types).unwrap_or_default();
        Ok(NewEndpoint { url: url?, description: description?, types: EventTypes::new(types) })
    }
}

/// How many endpoints a clinic has at most, with those that were ended in the last 30 days. Each new one sends a
/// challenge, and each is read with every event.
const KEPT: usize = 100;

/// A webhook endpoint with its newest secret.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewWebhookEndpointView {
    /// The webhook endpoint.
    #[serde(flatten)]
    endpoint: WebhookEndpointView,
    /// The secret that verifies deliveries: `whsec_` and base64. It is shown only in this answer.
    secret: String,
}

impl NewWebhookEndpointView {
    /// The answer with the newest secret. It derives from a key and is never stored.
    pub(crate) fn answer(
        deps: &Deps,
        status: StatusCode,
        endpoint: &WebhookEndpoint,
    ) -> Result<Response, Problem> {
        let newest = endpoint.secrets.newest.version;
        let secret = deps.webhook_keys.webhook_secret(endpoint.id, newest);
        // The keys were replaced since the secret was made. A rotation makes another one.
        let secret = secret.ok_or_else(Problem::unavailable)?.reveal();
        let view = Self { endpoint: view(deps, endpoint), secret };
        let mut answer = (status, Json(view)).into_response();
        answer.extensions_mut().insert(SecretAnswer);
        Ok(answer)
    }
}

/// Create a webhook endpoint. Its secret is shown once.
///
/// It is `pending` until its receiver answers an event of type `webhook.challenge` with `{"challenge": "..."}`,
/// the text in `data.challenge`. A clinic has at most 10 endpoints.
#[utoipa::path(
    post, operation_id = "createWebhookEndpoint", path = "/v1/webhookEndpoints", tag = "webhooks", request_body = WebhookEndpointRequest,
    security(("session" = [])),
    params(IdempotencyKeyHeader),
    responses((status = 201, body = NewWebhookEndpointView), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<MakeWebhooks>,
    JsonBody(new): JsonBody<WebhookEndpointRequest>,
) -> Result<Response, Problem> {
    require_receiver(&deps, &new.url)?;
    let (context, now, clinic) = (&deps.context, deps.context.now(), caller.clinic());
    let id = WebhookId::new(now, context.entropy.as_ref());
    let challenge = new_challenge(&deps, (clinic, id), now);
    let made = (deps.webhook_keys.newest_kid(), caller.person()?.user.id);
    let endpoint = WebhookEndpoint::new((clinic, id), new, challenge.id, made, now);
    if context.store.count_webhooks(clinic).await? >= KEPT {
        return Err(ended_too_many());
    }
    let requester = caller.principal.requester();
    let (action, object) = (AuditAction::WebhookCreated, AuditObject::Webhook(id));
    let record = requester.audit_record(context, clinic, action, object, (None, None));
    let record = AuditRecord { receiver: ReceiverChange::new_webhook(&endpoint.url), ..record };
    changes::retry!(async {
        let mut tx = requester.start_secret(context, &record)?;
        tx.put_webhook(&endpoint)?;
        tx.put_webhook_delivery(&challenge)?;
        match tx.commit().await? {
            CommitOutcome::Conflict(parts) if parts.contains(&Part::WebhookCount) => {
                Err(too_many())
            }
            outcome => Ok(Attempt::of(outcome, ())),
        }
    })?;
    send_to_queue(&deps, &challenge).await;
    NewWebhookEndpointView::answer(&deps, StatusCode::CREATED, &endpoint)
}

fn ended_too_many() -> Problem {
    let detail =
        "Your clinic has ended too many webhook endpoints in the last 30 days. Change one instead.";
    Problem::conflict("too_many_webhooks", detail)
}

fn too_many() -> Problem {
    let detail = "Your clinic has 10 webhook endpoints. End one, then try again.";
    Problem::conflict("too_many_webhooks", detail)
}
