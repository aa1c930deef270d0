//! One attempt at a delivery.

use std::pin::pin;
use std::time::{Duration, Instant};

use domain::time::Timestamp;
use domain::webhook::{
    AttemptResult, DeliveryRef, LastAttempt, Readiness, SLOW_AFTER, SendFailure, WebhookDelivery,
    WebhookEndpoint, answers_challenge, next_step,
};
use queue::QueuedWork;
use store::CommitOutcome;

use crate::receiver::{Reply, SignedRequest};
use crate::settle::{SentDelivery, is_same, settle};
use crate::{Deps, WorkError, require_time};

/// Attempts a delivery if it is due.
pub(crate) async fn deliver(
    deps: &Deps,
    id: DeliveryRef,
    deadline: Instant,
) -> Result<(), WorkError> {
    let (store, now) = (&deps.context.store, deps.context.now());
    let Some(delivery) = store.load_webhook_delivery(id).await? else {
        return Ok(());
    };
    if !delivery.is_due(now) {
        return Ok(());
    }
    let Some(endpoint) = store.load_webhook(id.clinic, id.endpoint).await? else {
        let _ = write(deps, &delivery.cancel(), now).await?;
        return Ok(());
    };
    let pause = endpoint.hold_pause(now);
    match endpoint.readiness(&delivery, now) {
        Readiness::Send => try_once(deps, endpoint, delivery, deadline).await,
        Readiness::Probe => match take_probe(deps, endpoint, now).await? {
            Some(endpoint) => try_once(deps, endpoint, delivery, deadline).await,
            None => hold(deps, delivery, pause, now).await,
        },
        Readiness::Hold => hold(deps, delivery, pause, now).await,
        Readiness::Cancel => {
            let _ = write(deps, &delivery.cancel(), now).await?;
            Ok(())
        }
    }
}

/// Takes the right to the one attempt while every attempt fails.
async fn take_probe(
    deps: &Deps,
    endpoint: WebhookEndpoint,
    now: Timestamp,
) -> Result<Option<WebhookEndpoint>, WorkError> {
    let Some(next) = endpoint.take_probe(now) else {
        return Ok(None);
    };
    let written = deps.context.store.write_webhook(&next, now).await?;
    Ok((written == CommitOutcome::Committed).then_some(next))
}

/// Lets a delivery wait for its receiver.
async fn hold(
    deps: &Deps,
    delivery: WebhookDelivery,
    pause: Duration,
    now: Timestamp,
) -> Result<(), WorkError> {
    let held = delivery.hold(pause, now);
    if write(deps, &held, now).await? == CommitOutcome::Committed {
        let next = QueuedWork::next_attempt(&held, now);
        deps.queue.send_or_log(next.as_slice()).await;
    }
    Ok(())
}

/// Reserves a delivery and attempts it.
async fn try_once(
    deps: &Deps,
    endpoint: WebhookEndpoint,
    delivery: WebhookDelivery,
    deadline: Instant,
) -> Result<(), WorkError> {
    require_time(deadline)?;
    let now = deps.context.now();
    let leased = delivery.lease(now);
    // Otherwise another run has it.
    if write(deps, &leased, now).await? == CommitOutcome::Committed {
        attempt(deps, endpoint, leased).await?;
    }
    Ok(())
}

async fn write(
    deps: &Deps,
    next: &WebhookDelivery,
    now: Timestamp,
) -> Result<CommitOutcome, WorkError> {
    Ok(deps.context.store.write_webhook_delivery(next, now).await?)
}

/// Sends a delivery that no other run has, and writes what follows.
async fn attempt(
    deps: &Deps,
    endpoint: WebhookEndpoint,
    delivery: WebhookDelivery,
) -> Result<(), WorkError> {
    let reply = send_noting_slow(deps, &endpoint, &delivery).await;
    let now = deps.context.now();
    let result = check_challenge(&delivery, &reply);
    let attempts = delivery.attempts.saturating_add(1);
    let step = next_step((result, reply.retry_after), attempts, delivery.queued_at, now);
    log(&delivery, result, attempts);
    let next = delivery.note_attempt(LastAttempt { at: now, result }, step);
    let retry_after = reply.retry_after;
    settle(deps, SentDelivery { endpoint, next, result, step, retry_after }, now).await
}

/// Sends a delivery. If there is no answer for a while, the others wait.
async fn send_noting_slow(
    deps: &Deps,
    endpoint: &WebhookEndpoint,
    delivery: &WebhookDelivery,
) -> Reply {
    let mut sending = pin!(send(deps, endpoint, delivery));
    match tokio::time::timeout(SLOW_AFTER, &mut sending).await {
        Ok(reply) => reply,
        Err(_) => tokio::join!(sending, note_slow(deps, endpoint)).0,
    }
}

async fn note_slow(deps: &Deps, tried: &WebhookEndpoint) {
    let (store, now) = (&deps.context.store, deps.context.now());
    let noted = async {
        let found = store.load_webhook(tried.clinic, tried.id).await?;
        let found = found.filter(|found| is_same(tried, found));
        match found.and_then(|found| found.note_slow(now)) {
            // After a conflict, another run noted it, or the next attempt does.
            Some(slow) => store.write_webhook(&slow, now).await.map(|_| ()),
            None => Ok(()),
        }
    };
    if let Err(error) = noted.await {
        tracing::warn!(clinic = %tried.clinic, endpoint = %tried.id, %error, "slow receiver not noted");
    }
}

async fn send(deps: &Deps, endpoint: &WebhookEndpoint, delivery: &WebhookDelivery) -> Reply {
    let (id, body) = (delivery.event.id.to_string(), delivery.event.body());
    let now = deps.context.now();
    let signing = endpoint.secrets.signing(now);
    let secrets = signing.filter_map(|one| deps.keys.webhook_secret(endpoint.id, one.version));
    let signatures: Vec<_> = secrets.map(|secret| secret.sign(&id, now, &body)).collect();
    if signatures.is_empty() {
        tracing::error!(clinic = %endpoint.clinic, endpoint = %endpoint.id, "no webhook sent: the key of its secret is gone");
        return Reply::failure(SendFailure::SecretUnavailable);
    }
    let request = SignedRequest { id, at: now, signature: signatures.join(" "), body };
    deps.receivers.post(&endpoint.url, request).await
}

/// A challenge succeeds only if the answer repeats it.
fn check_challenge(delivery: &WebhookDelivery, reply: &Reply) -> AttemptResult {
    let event = &delivery.event;
    let succeeds = reply.result.is_success() && event.is_challenge();
    if succeeds && !answers_challenge(event, &reply.body) {
        return AttemptResult::Failure(SendFailure::ChallengeNotAnswered);
    }
    reply.result
}

fn log(delivery: &WebhookDelivery, result: AttemptResult, attempt: u32) {
    let (status, failure) = match result {
        AttemptResult::Status(status) => (Some(status), None),
        AttemptResult::Failure(failure) => (None, Some(failure.as_str())),
    };
    tracing::info!(
        clinic = %delivery.clinic,
        endpoint = %delivery.endpoint,
        delivery = %delivery.id,
        kind = delivery.event.kind,
        attempt,
        status,
        failure,
        "webhook delivery attempted"
    );
}
