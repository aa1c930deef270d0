//! Webhooks: endpoints of a clinic that get its events, signed as Standard Webhooks 1.0 says.

mod address;
mod delivery;
mod endpoint;
mod event;
mod health;
mod outcome;
mod retry_after;
mod secrets;
mod types;
mod url;
mod work;

pub use address::is_public;
pub use delivery::{DeliveryRef, DeliveryState, KEPT_FOR, LastAttempt, WebhookDelivery};
pub use endpoint::{
    DisabledReason, EndpointChanges, MAX_ENDPOINTS, NewEndpoint, NotRotated, Replay,
    RequestedDelivery, WebhookEnded, WebhookEndpoint, WebhookStatus,
};
pub use event::{CHALLENGE, TEST, WebhookEvent, answers_challenge};
pub use health::{ANSWER_LIMIT, HealthChange, SLOW_AFTER};
pub use outcome::{AttemptResult, NextStep, SendFailure, next_step};
pub use retry_after::parse_retry_after;
pub use secrets::{EndpointSecret, EndpointSecrets};
pub use types::EventTypes;
pub use url::{ReceiverUrl, Receivers};
pub use work::{Readiness, WebhookWork};
