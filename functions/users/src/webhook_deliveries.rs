//! `GET /v1/webhookEndpoints/{webhookEndpointId}/deliveries`: the deliveries of 30 days.

use std::num::NonZeroU32;

use auth::caller::{Caller, ManageWebhooks};
use axum::Json;
use axum::extract::State;
use domain::field::{FieldFaults, Refusal};
use domain::ids::DeliveryId;
use domain::webhook::{DeliveryState, WebhookDelivery};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::PageRequest;
use utoipa::{IntoParams, ToSchema};
use web::Problem;
use web::field::{FaultCollector, Field, FieldValue, NotedFault, RequestFields};
use web::field_value::read_text;
use web::page::FilterMeaning;
use web::path::WebhookPath;
use web::query::{ListFilter, ListQuery, PageParameters};
use web::schema::DeliveryStateName;
use web::webhook_view::WebhookDeliveryView;

use crate::Deps;
use crate::webhook::find_webhook;

/// Filters.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeliveryQuery {
    /// Only deliveries with this status.
    #[param(value_type = Option<DeliveryStateName>)]
    status: Field<StateName>,
}

/// The name of a state.
#[derive(Clone, Copy)]
struct StateName(&'static str);

impl FieldValue for StateName {
    fn from_json(value: Value) -> Result<Self, FieldFaults> {
        const UNKNOWN: Refusal =
            Refusal::new("status_unknown", "Send pending, delivered, failed or canceled.");
        let find = |text: &str| DeliveryState::NAMES.into_iter().find(|name| *name == text);
        read_text(&value, |text| find(text).map(Self).ok_or(UNKNOWN))
    }
}

/// The values of the filters.
pub(crate) struct DeliveryFilter(Option<StateName>);

impl RequestFields for DeliveryQuery {
    type Values = DeliveryFilter;

    fn read(self, faults: &mut FaultCollector) -> Result<DeliveryFilter, NotedFault> {
        Ok(DeliveryFilter(faults.optional(self.status)))
    }
}

impl ListFilter for DeliveryFilter {
    fn meaning(&self) -> FilterMeaning {
        FilterMeaning::default().with("status", self.0.map(|state| state.0))
    }
}

impl DeliveryFilter {
    fn accepts(&self, delivery: &WebhookDelivery) -> bool {
        self.0.is_none_or(|wanted| wanted.0 == delivery.state.as_str())
    }
}

/// A page of deliveries.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WebhookDeliveriesView {
    /// The newest event first.
    deliveries: Vec<WebhookDeliveryView>,
    /// The cursor of the next page, or null on the last page.
    cursor: Option<String>,
    /// Whether there is a next page.
    has_more: bool,
    /// How many items this page leaves out because they cannot be read. Absent if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>, nullable = false)]
    skipped: Option<NonZeroU32>,
}

/// List the deliveries to a webhook endpoint. They are kept for 30 days.
#[utoipa::path(
    get, operation_id = "listWebhookDeliveries", path = "/v1/webhookEndpoints/{webhookEndpointId}/deliveries", tag = "webhooks",
    params(WebhookPath, DeliveryQuery, PageParameters), security(("session" = [])),
    responses((status = 200, body = WebhookDeliveriesView), Problem)
)]
pub(crate) async fn handle(
    State(deps): State<Deps>,
    caller: Caller<ManageWebhooks>,
    WebhookPath(id): WebhookPath,
    query: ListQuery,
) -> Result<Json<WebhookDeliveriesView>, Problem> {
    let (clinic, now) = (caller.clinic(), deps.context.now());
    let route = format!("webhookEndpoints/{id}/deliveries");
    let (filter, paging) = query.read::<DeliveryQuery>(&route, clinic)?;
    find_webhook(&deps, &caller.principal, id).await?;
    let request = PageRequest::new(paging.limit, paging.after.map(DeliveryId::from_bytes));
    let keep = |one: &WebhookDelivery| filter.accepts(one) && !one.is_expired(now);
    let page = deps.context.store.list_webhook_deliveries((clinic, id), request, keep).await?;
    Ok(Json(WebhookDeliveriesView {
        deliveries: page.items.iter().map(Into::into).collect(),
        cursor: page.next.map(|id| paging.binding.cursor(id.bytes())),
        has_more: page.next.is_some(),
        skipped: NonZeroU32::new(page.skipped),
    }))
}
