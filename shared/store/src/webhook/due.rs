//! Deliveries and replays that are due, whose messages may be lost.

use domain::ids::{ClinicId, DeliveryId, WebhookId};
use domain::time::Timestamp;
use domain::webhook::{DeliveryRef, WebhookWork};

use crate::due::{DuePage, DueStart, due_key};
use crate::item::text;
use crate::key::{self, Key};
use crate::page::readable;
use crate::write::{ItemWrite, WriteOutcome};
use crate::{Store, StoreError, attr};

/// Work that is due, as the index lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueWebhookWork {
    /// What to do.
    pub work: WebhookWork,
    key: Key,
    /// Its key in the index. It changes with each write.
    at: String,
}

impl Store {
    /// Lists work of one part that is due at `now`, the longest overdue first.
    pub async fn list_due_webhook_work(
        &self,
        part: u8,
        now: Timestamp,
        (limit, start): (i32, Option<DueStart>),
    ) -> Result<DuePage<DueWebhookWork>, StoreError> {
        let found = self.query_due(key::delivery_due(part), now, (limit, start)).await?;
        let items = readable(found.items.iter().map(|item| {
            let key = Key::of(item);
            let work = parse_work(&key).ok_or_else(|| self.corrupt(&key, attr::SK))?;
            Ok(DueWebhookWork { work, key, at: due_key(item) })
        }))?;
        Ok(DuePage { items, next: found.next })
    }

    /// Moves work in the index to `until`, so that the next run of the schedule does not list it too. `false` if
    /// it has changed since it was listed.
    pub async fn move_due_webhook_work(
        &self,
        due: &DueWebhookWork,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        let id = due.at.split_once('#').map_or("", |(_, id)| id);
        let listed = format!("{} = :listed", attr::GSI4SK);
        let update = ItemWrite::update(due.key.clone())
            .set(attr::GSI4SK, text(format!("{until}#{id}")))
            .when(&listed)
            .value(":listed", text(&due.at));
        Ok(matches!(self.write(update).await?, WriteOutcome::Written(_)))
    }
}

fn parse_work(key: &Key) -> Option<WebhookWork> {
    let clinic = ClinicId::parse(key.pk.strip_prefix("CLINIC#")?).ok()?;
    if let Some(id) = key.sk.strip_prefix(key::WEBHOOK) {
        return Some(WebhookWork::Replay(clinic, WebhookId::parse(id).ok()?));
    }
    let (endpoint, id) = key.sk.strip_prefix(key::DELIVERY)?.split_once('#')?;
    let endpoint = WebhookId::parse(endpoint).ok()?;
    let id = DeliveryId::parse(id).ok()?;
    Some(WebhookWork::Deliver(DeliveryRef { clinic, endpoint, id }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_read_from_the_key_of_its_item() {
        let (clinic, endpoint) = (ClinicId::from_bytes([1; 16]), WebhookId::from_bytes([2; 16]));
        let delivery = DeliveryRef { clinic, endpoint, id: DeliveryId::from_bytes([3; 16]) };
        let found = parse_work(&key::delivery(delivery));
        assert_eq!(found, Some(WebhookWork::Deliver(delivery)));
        let found = parse_work(&key::webhook(clinic, endpoint));
        assert_eq!(found, Some(WebhookWork::Replay(clinic, endpoint)));
        assert_eq!(parse_work(&key::clinic(clinic)), None);
        assert_eq!(parse_work(&key::webhook_count(clinic)), None);
    }
}
