//! What the endpoints for one webhook endpoint share.

use auth::principal::Principal;
use domain::credentials::keyring::{Keyring, WebhookSecrets};
use domain::entropy::random;
use domain::field::FieldFaults;
use domain::ids::{ClinicId, EventId, WebhookId};
use domain::time::Timestamp;
use domain::webhook::{
    ReceiverUrl, WebhookDelivery, WebhookEnded, WebhookEndpoint, WebhookEvent, WebhookStatus,
};
use queue::QueuedWork;
use web::Problem;
use web::webhook_view::WebhookEndpointView;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::Deps;

/// Finds a webhook endpoint in the caller's clinic. Any other id is a 404.
pub(crate) async fn find_webhook(
    deps: &Deps,
    caller: &Principal,
    id: WebhookId,
) -> Result<WebhookEndpoint, Problem> {
    web::access_log::record_object(id);
    let found = deps.context.store.load_webhook(caller.clinic, id).await?;
    found.ok_or_else(Problem::webhook_not_found)
}

/// The view of an endpoint.
pub(crate) fn view(deps: &Deps, endpoint: &WebhookEndpoint) -> WebhookEndpointView {
    let needs_rotation = needs_rotation(&deps.webhook_keys, endpoint);
    WebhookEndpointView::new(endpoint, needs_rotation, deps.context.now())
}

fn needs_rotation(keys: &Keyring<WebhookSecrets>, endpoint: &WebhookEndpoint) -> bool {
    endpoint.is_live() && endpoint.needs_rotation(keys)
}

/// Refuses a receiver that may get nothing.
pub(crate) fn require_receiver(deps: &Deps, url: &ReceiverUrl) -> Result<(), Problem> {
    let checked = deps.receivers.check(url);
    checked.map_err(|refused| FieldFaults::from(refused.at("url")).into())
}

/// Requires an endpoint that gets events.
pub(crate) fn require_active(endpoint: &WebhookEndpoint) -> Result<(), Problem> {
    match endpoint.status {
        WebhookStatus::Active => Ok(()),
        WebhookStatus::Ended(_) => Err(ended(WebhookEnded)),
        WebhookStatus::Pending | WebhookStatus::Disabled(_) => {
            let detail = "Verify this webhook endpoint first. It gets no events now.";
            Err(Problem::conflict("webhook_not_active", detail))
        }
    }
}

/// The answer to a change of an endpoint that was ended.
pub(crate) fn ended(_: WebhookEnded) -> Problem {
    let detail = "This webhook endpoint was ended. Create a new one.";
    Problem::conflict("webhook_ended", detail)
}

/// A challenge for a receiver.
pub(crate) fn new_challenge(
    deps: &Deps,
    (clinic, endpoint): (ClinicId, WebhookId),
    now: Timestamp,
) -> WebhookDelivery {
    let entropy = deps.context.entropy.as_ref();
    let text = URL_SAFE_NO_PAD.encode(random::<32>(entropy));
    let event = WebhookEvent::challenge(EventId::new(now, entropy), now, &text);
    WebhookDelivery::new(clinic, endpoint, event, now)
}

/// Puts a committed delivery into the queue.
pub(crate) async fn send_to_queue(deps: &Deps, delivery: &WebhookDelivery) {
    let work = QueuedWork::next_attempt(delivery, deps.context.now());
    deps.queue.send_or_log(work.as_slice()).await;
}
