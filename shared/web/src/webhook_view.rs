//! The JSON of webhook endpoints and deliveries.

use domain::time::Timestamp;
use domain::webhook::{
    AttemptResult, EndpointSecret, WebhookDelivery, WebhookEndpoint, WebhookStatus,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::schema::{
    DeliveryStateName, DisabledReasonName, EventTypeName, SendFailureName, WebhookStatusName,
};

/// A webhook endpoint without its secrets.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookEndpointView {
    /// `whk_` and 32 hex characters.
    pub webhook_endpoint_id: String,
    /// The receiver.
    pub url: String,
    /// What the endpoint is for, in the words of its creator.
    pub description: String,
    /// Which events it gets. Null for all types, and those added later.
    #[schema(value_type = Option<Vec<EventTypeName>>)]
    pub event_types: Option<Vec<String>>,
    /// `pending` until the receiver answers the challenge, then `active`. `disabled` if the receiver failed.
    #[schema(value_type = WebhookStatusName)]
    pub status: &'static str,
    /// Why it is disabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DisabledReasonName>, nullable = false)]
    pub disabled_reason: Option<&'static str>,
    /// When the receiver last answered a challenge, RFC 3339. Null if it never did.
    #[schema(format = DateTime)]
    pub verified_at: Option<String>,
    /// Since when every attempt failed, RFC 3339. Null if the last one succeeded. After five days the endpoint
    /// is disabled.
    #[schema(format = DateTime)]
    pub failing_since: Option<String>,
    /// Whether to rotate the secret, because the service changed the keys that secrets derive from. Nothing is
    /// sent once the old key is gone.
    pub needs_rotation: bool,
    /// The secrets that sign deliveries, the newest last.
    pub secrets: Vec<WebhookSecretView>,
    /// A replay that is not done. Null if there is none.
    pub replay: Option<ReplayView>,
    /// Who created it: `usr_...`.
    pub created_by: String,
    /// First and last name of the person who created it. Only in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub created_by_name: Option<String>,
    /// RFC 3339.
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// One secret of a webhook endpoint, without the secret itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookSecretView {
    /// Who made it: `usr_...`.
    pub made_by: String,
    /// RFC 3339.
    #[schema(format = DateTime)]
    pub made_at: String,
    /// When it stops signing because the endpoint was rotated. Null for the newest secret.
    #[schema(format = DateTime)]
    pub ends_at: Option<String>,
}

/// A replay.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReplayView {
    /// Events that happened at this time or later, RFC 3339.
    #[schema(format = DateTime)]
    pub since: String,
    /// RFC 3339.
    #[schema(format = DateTime)]
    pub started_at: String,
}

impl WebhookEndpointView {
    /// The endpoint as it is at `now`.
    pub fn new(endpoint: &WebhookEndpoint, needs_rotation: bool, now: Timestamp) -> Self {
        let disabled_reason = match endpoint.status {
            WebhookStatus::Disabled(why) => Some(why.as_str()),
            _ => None,
        };
        let types = endpoint.types.names();
        let mut secrets: Vec<_> = endpoint.secrets.signing(now).map(Into::into).collect();
        secrets.reverse();
        Self {
            webhook_endpoint_id: endpoint.id.to_string(),
            url: endpoint.url.as_str().to_owned(),
            description: endpoint.description.as_str().to_owned(),
            event_types: (!types.is_empty()).then(|| types.to_vec()),
            status: endpoint.status.as_str(),
            disabled_reason,
            verified_at: endpoint.verified_at.map(|at| at.to_string()),
            failing_since: endpoint.failing_since.map(|at| at.to_string()),
            needs_rotation,
            secrets,
            replay: endpoint.replay.map(|replay| ReplayView {
                since: replay.since.to_string(),
                started_at: replay.started_at.to_string(),
            }),
            created_by: endpoint.created_by.to_string(),
            created_by_name: None,
            created_at: endpoint.created_at.to_string(),
        }
    }
}

impl From<&EndpointSecret> for WebhookSecretView {
    fn from(secret: &EndpointSecret) -> Self {
        Self {
            made_by: secret.made_by.to_string(),
            made_at: secret.made_at.to_string(),
            ends_at: secret.ends_at.map(|at| at.to_string()),
        }
    }
}

/// The delivery of one event to a webhook endpoint.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookDeliveryView {
    /// `whd_` and 32 hex characters.
    pub delivery_id: String,
    /// `whe_` and 32 hex characters. The receiver gets it as `webhook-id`.
    pub event_id: String,
    /// The type of the event, or `webhook.challenge` or `webhook.test`.
    #[serde(rename = "type")]
    pub kind: String,
    /// When the event happened, RFC 3339.
    #[schema(format = DateTime)]
    pub event_at: String,
    /// `pending` while an attempt follows. `failed` after three days of attempts. `canceled` if the endpoint got
    /// no events.
    #[schema(value_type = DeliveryStateName)]
    pub status: &'static str,
    /// How many attempts there were since it was queued.
    pub attempts: u32,
    /// The status of the receiver's last answer. Null if there was none.
    pub status_code: Option<u16>,
    /// Why the last attempt has no answer, or not the expected one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<SendFailureName>, nullable = false)]
    pub failure: Option<&'static str>,
    /// When the last attempt was, RFC 3339. Null if there was none.
    #[schema(format = DateTime)]
    pub last_attempt_at: Option<String>,
    /// When the next attempt is due, RFC 3339. Null if none follows.
    #[schema(format = DateTime)]
    pub next_attempt_at: Option<String>,
    /// RFC 3339.
    #[schema(format = DateTime)]
    pub created_at: String,
}

impl From<&WebhookDelivery> for WebhookDeliveryView {
    fn from(delivery: &WebhookDelivery) -> Self {
        let (status_code, failure) = match delivery.last.map(|last| last.result) {
            Some(AttemptResult::Status(status)) => (Some(status), None),
            Some(AttemptResult::Failure(failure)) => (None, Some(failure.as_str())),
            None => (None, None),
        };
        Self {
            delivery_id: delivery.id.to_string(),
            event_id: delivery.event.id.to_string(),
            kind: delivery.event.kind.clone(),
            event_at: delivery.event.at.to_string(),
            status: delivery.state.as_str(),
            attempts: delivery.attempts,
            status_code,
            failure,
            last_attempt_at: delivery.last.map(|last| last.at.to_string()),
            next_attempt_at: delivery.state.due().map(|at| at.to_string()),
            created_at: delivery.created_at.to_string(),
        }
    }
}
