//! Records what SES reports about emails: sent, delivered, delayed, bounced, reported as spam.
//!
//! SES puts its events on `EventBridge`, which calls this function with one event at a time. A report may come
//! late, twice, in any order, or about an email that a resend replaced. [`EmailDelivery::record`] decides.
//!
//! [`EmailDelivery::record`]: domain::delivery::EmailDelivery::record

mod event;

use std::collections::HashMap;

use domain::delivery::DeliveryStatus;
use domain::ids::{ClinicId, InvitationId, NoticeId};
use store::{MailId, Store, StoreError};
use telemetry::metric::{self, Metric};

pub use event::SesEvent;

/// How often a write is decided again while others change the item.
const ATTEMPTS: usize = 6;

/// What this function needs.
#[derive(Clone)]
pub struct Deps {
    /// The table.
    pub store: Store,
}

/// Why an event was not recorded. Lambda calls again with the same event.
#[derive(Debug, thiserror::Error)]
pub enum MailEventError {
    /// The table did not answer, or has a corrupt item.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Others kept changing the item.
    #[error("the email's item kept changing")]
    Busy,
}

/// Records one event. Logs ids and kinds only, because the event holds addresses.
pub async fn handle(deps: &Deps, event: SesEvent) -> Result<(), MailEventError> {
    let kind = event.kind();
    let Some(report) = event.read() else {
        tracing::info!(kind, "email event ignored: its kind is not recorded");
        return Ok(());
    };
    let Some(id) = mail_id(event.tags()) else {
        tracing::warn!(kind, "email event ignored: its tags name no email of ours");
        return Ok(());
    };
    for _ in 0..ATTEMPTS {
        let Some(stored) = deps.store.load_delivery(id).await? else {
            tracing::info!(kind, mail = ?id, "email event ignored: a newer link replaced the email, or it is gone");
            return Ok(());
        };
        let Some(next) = stored.delivery.record(report, event.message_id()) else {
            return Ok(());
        };
        if deps.store.record_delivery(&stored, &next).await? {
            tracing::info!(kind, mail = ?id, delivery = next.status.as_str(), "email event recorded");
            count(next.status);
            return Ok(());
        }
    }
    Err(MailEventError::Busy)
}

fn count(delivery: DeliveryStatus) {
    match delivery {
        DeliveryStatus::Delivered => metric::count(Metric::Delivered),
        DeliveryStatus::Bounced => metric::count(Metric::Bounced),
        DeliveryStatus::Complained => metric::count(Metric::Complained),
        _ => {}
    }
}

/// Reads the tags that mailer gives each email.
fn mail_id(tags: &HashMap<String, Vec<String>>) -> Option<MailId> {
    let tag = |name| tags.get(name).and_then(|values| values.first()).map(String::as_str);
    if let Some(notice) = tag("notice") {
        return NoticeId::parse(notice).ok().map(MailId::Notice);
    }
    Some(MailId::Invitation {
        clinic: ClinicId::parse(tag("clinic")?).ok()?,
        id: InvitationId::parse(tag("invitation")?).ok()?,
        generation: tag("generation")?.parse().ok()?,
    })
}
