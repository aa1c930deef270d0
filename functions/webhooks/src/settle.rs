//! Writes what follows from an attempt: the delivery, and the health of its endpoint.

use std::time::Duration;

use changes::{ATTEMPTS, Requester, load_managers, queue_notices};
use domain::actor::Actor;
use domain::alert::{AlertEvent, SecurityAlert};
use domain::audit::{AuditAction, AuditObject};
use domain::time::Timestamp;
use domain::webhook::{
    AttemptResult, DisabledReason, HealthChange, NextStep, WebhookDelivery, WebhookEndpoint,
    WebhookWork,
};
use queue::QueuedWork;
use store::{CommitOutcome, NoticeKind, Part, Transaction};

use crate::{Deps, WorkError};

/// A delivery after an attempt.
pub(crate) struct SentDelivery {
    /// The endpoint, as it was before.
    pub(crate) endpoint: WebhookEndpoint,
    /// The delivery, with the attempt.
    pub(crate) next: WebhookDelivery,
    /// How the attempt ended.
    pub(crate) result: AttemptResult,
    /// What follows.
    pub(crate) step: NextStep,
    /// How long the receiver wants to wait.
    pub(crate) retry_after: Option<Duration>,
}

/// Writes what follows from an attempt.
pub(crate) async fn settle(
    deps: &Deps,
    sent: SentDelivery,
    now: Timestamp,
) -> Result<(), WorkError> {
    let SentDelivery { endpoint, next, result, step, retry_after } = sent;
    if next.event.is_challenge() && step == NextStep::Delivered {
        return verify(deps, endpoint, &next, now).await;
    }
    match endpoint.health_after(&next.event, (result, step), now) {
        HealthChange::Disable(why) => disable(deps, endpoint, &next, why, now).await,
        change => {
            let written = deps.context.store.write_webhook_delivery(&next, now).await?;
            if written == CommitOutcome::Committed {
                let work = QueuedWork::next_attempt(&next, now);
                deps.queue.send_or_log(work.as_slice()).await;
            }
            let probe_at = retry_after.map(|pause| now.plus(pause));
            note_health(deps, endpoint, (change, probe_at), now).await
        }
    }
}

/// Notes the first failure after a success, the first success after failures, or how long the receiver wants to wait.
async fn note_health(
    deps: &Deps,
    tried: WebhookEndpoint,
    (change, probe_at): (HealthChange, Option<Timestamp>),
    now: Timestamp,
) -> Result<(), WorkError> {
    let (clinic, id) = (tried.clinic, tried.id);
    let mut endpoint = tried.clone();
    for _ in 0..ATTEMPTS {
        // The attempt says nothing about what is there now.
        if !is_same(&tried, &endpoint) {
            return Ok(());
        }
        let Some(next) = endpoint.note_health(change, probe_at, now) else {
            return Ok(());
        };
        if deps.context.store.write_webhook(&next, now).await? == CommitOutcome::Committed {
            continue_replay(deps, &next).await;
            return Ok(());
        }
        match deps.context.store.load_webhook(clinic, id).await? {
            Some(found) => endpoint = found,
            None => return Ok(()),
        }
    }
    Ok(())
}

/// Whether an attempt at one state of an endpoint says something about another: it has the same receiver, which was
/// not verified again since.
pub(crate) fn is_same(tried: &WebhookEndpoint, found: &WebhookEndpoint) -> bool {
    tried.url == found.url && tried.verified_at == found.verified_at && found.is_live()
}

/// Goes on with a replay that waited for its receiver.
async fn continue_replay(deps: &Deps, endpoint: &WebhookEndpoint) {
    if endpoint.replay.is_some() && endpoint.failing_since.is_none() {
        let work = WebhookWork::Replay(endpoint.clinic, endpoint.id);
        deps.queue.send_or_log(&[QueuedWork::now(work)]).await;
    }
}

/// Makes the endpoint active.
async fn verify(
    deps: &Deps,
    endpoint: WebhookEndpoint,
    answered: &WebhookDelivery,
    now: Timestamp,
) -> Result<(), WorkError> {
    let change = |endpoint: WebhookEndpoint| endpoint.verify(answered.id, now);
    write_both(deps, endpoint, answered, AuditAction::WebhookVerified, now, change).await
}

/// Disables the endpoint and emails the clinic's owners and admins.
async fn disable(
    deps: &Deps,
    endpoint: WebhookEndpoint,
    failed: &WebhookDelivery,
    why: DisabledReason,
    now: Timestamp,
) -> Result<(), WorkError> {
    let tried = endpoint.clone();
    let change = |found: WebhookEndpoint| {
        let recovered =
            why == DisabledReason::Failing && found.failing_since != tried.failing_since;
        if recovered || !is_same(&tried, &found) { None } else { found.disable(why) }
    };
    write_both(deps, endpoint, failed, AuditAction::WebhookDisabled(why), now, change).await
}

/// Writes the delivery and a change of its endpoint together. If the endpoint takes no such change any more,
/// writes only the delivery.
async fn write_both(
    deps: &Deps,
    mut endpoint: WebhookEndpoint,
    delivery: &WebhookDelivery,
    action: AuditAction,
    now: Timestamp,
    change: impl Fn(WebhookEndpoint) -> Option<WebhookEndpoint>,
) -> Result<(), WorkError> {
    let (context, service) = (&deps.context, Requester::new(Actor::System, None));
    let (clinic, id) = (endpoint.clinic, endpoint.id);
    for _ in 0..ATTEMPTS {
        let Some(next) = change(endpoint) else {
            let _ = context.store.write_webhook_delivery(delivery, now).await?;
            return Ok(());
        };
        let object = AuditObject::Webhook(id);
        let record = service.audit_record(context, clinic, action, object, (None, None));
        let mut tx = context.store.transaction(&record)?;
        tx.replace_webhook(&next, now)?;
        tx.replace_webhook_delivery(delivery, now)?;
        if let AuditAction::WebhookDisabled(_) = action {
            queue_emails(deps, &mut tx, &next).await?;
        }
        match tx.commit().await? {
            CommitOutcome::Committed => {
                tracing::info!(%clinic, endpoint = %id, action = action.as_str(), "webhook endpoint changed");
                continue_replay(deps, &next).await;
                return Ok(());
            }
            // Another run has the delivery.
            CommitOutcome::Conflict(parts) if parts.contains(&Part::Delivery) => return Ok(()),
            CommitOutcome::Conflict(_) => {}
        }
        match context.store.load_webhook(clinic, id).await? {
            Some(found) => endpoint = found,
            None => return Ok(()),
        }
    }
    Err(WorkError::Contended)
}

async fn queue_emails(
    deps: &Deps,
    tx: &mut Transaction,
    endpoint: &WebhookEndpoint,
) -> Result<(), WorkError> {
    let managers = load_managers(&deps.context, endpoint.clinic).await?;
    let kind = NoticeKind::Alert(SecurityAlert {
        clinic: endpoint.clinic,
        event: AlertEvent::WebhookDisabled,
        object: AuditObject::Webhook(endpoint.id),
        actor: Actor::System,
    });
    let recipients = managers.into_iter().map(|manager| manager.email);
    Ok(queue_notices(&deps.context, tx, kind, recipients)?)
}
