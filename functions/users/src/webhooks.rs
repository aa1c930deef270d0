//! `GET /v1/webhookEndpoints` and `POST /v1/webhookEndpoints/{webhookEndpointId}/end`.

use std::num::NonZeroU32;

use auth::caller::{Caller, ManageWebhooks};
use axum::Json;
use axum::extract::State;
use changes::Attempt;
use domain::actor::Actor;
use domain::audit::{AuditAction, AuditObject};
use domain::ids::WebhookId;
use domain::webhook::WebhookEndpoint;
use serde::Serialize;
use store::PageRequest;
use utoipa::ToSchema;
use web::Problem;
use web::openapi::IdempotencyKeyHeader;
use web::path::WebhookPath;
use web::query::{ListQuery, NoFilter, PageParameters};
use web::view::Done;
use web::webhook_view::WebhookEndpointView;

use crate::Deps;
use crate::webhook::{find_webhook, view};

/// A page of webhook endpoints.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WebhookEndpointsView {
    /// Newest first, with those that were ended in the last 30 days.
    webhook_endpoints: Vec<WebhookEndpointView>,
    /// The cursor of the next page, or null on the last page.
    cursor: Option<String>,
    /// Whether there is a next page.
    has_more: bool,
    /// How many items this page leaves out because they cannot be read. Absent if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>, nullable = false)]
    skipped: Option<NonZeroU32>,
}

/// List webhook endpoints.
#[utoipa::path(
    get, operation_id = "listWebhookEndpoints", path = "/v1/webhookEndpoints", tag = "webhooks", params(PageParameters),
    security(("session" = [])),
    responses((status = 200, body = WebhookEndpointsView), Problem)
)]
pub(crate) async fn list(
    State(deps): State<Deps>,
    caller: Caller<ManageWebhooks>,
    query: ListQuery,
) -> Result<Json<WebhookEndpointsView>, Problem> {
    let (clinic, store) = (caller.clinic(), &deps.context.store);
    let ((), paging) = query.read::<NoFilter>("webhookEndpoints", clinic)?;
    let request = PageRequest::new(paging.limit, paging.after.map(WebhookId::from_bytes));
    let page = store.list_webhooks(clinic, request).await?;
    let creators = page.items.iter().map(|one| Actor::User(one.created_by));
    let names = store.load_actor_names(clinic, creators).await?;
    let view = |one: &WebhookEndpoint| WebhookEndpointView {
        created_by_name: names.of(Actor::User(one.created_by)),
        ..view(&deps, one)
    };
    Ok(Json(WebhookEndpointsView {
        webhook_endpoints: page.items.iter().map(view).collect(),
        cursor: page.next.map(|id| paging.binding.cursor(id.bytes())),
        has_more: page.next.is_some(),
        skipped: NonZeroU32::new(page.skipped),
    }))
}

/// End a webhook endpoint for good. It gets no more events. Repeating this changes nothing.
#[utoipa::path(
    post, operation_id = "endWebhookEndpoint", path = "/v1/webhookEndpoints/{webhookEndpointId}/end", tag = "webhooks",
    security(("session" = [])),
    params(WebhookPath, IdempotencyKeyHeader),
    responses((status = 200, body = Done), Problem)
)]
pub(crate) async fn end(
    State(deps): State<Deps>,
    caller: Caller<ManageWebhooks>,
    WebhookPath(id): WebhookPath,
) -> Result<Json<Done>, Problem> {
    let (context, now) = (&deps.context, deps.context.now());
    let (clinic, requester) = (caller.clinic(), caller.principal.requester());
    changes::retry!(async {
        let done = Json(Done::new("The webhook endpoint is ended."));
        let Some(next) = find_webhook(&deps, &caller.principal, id).await?.end(now) else {
            return Ok(Attempt::Done(done));
        };
        let (action, object) = (AuditAction::WebhookEnded, AuditObject::Webhook(id));
        let record = requester.audit_record(context, clinic, action, object, (None, None));
        let mut tx = requester.start(context, &record)?;
        tx.end_webhooks(clinic, &[next], now)?;
        Ok(Attempt::of(tx.commit().await?, done))
    })
}
