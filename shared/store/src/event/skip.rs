//! Events that are left out because their items cannot be read.
//!
//! Later events of the same object wait for the one before. So an item with the id says that it does not come. It
//! has no number. If the event can be made later, it replaces that item.

use domain::ids::{AuditId, ClinicId, EventId, InvitationId};
use domain::time::Timestamp;

use super::KEPT_FOR;
use super::append::MarkerItem;
use crate::item::{RawItem, number_of};
use crate::key::{self, Key};
use crate::write::ItemWrite;
use crate::{Store, StoreError, attr};

/// An event that is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SkippedEvent {
    /// The clinic.
    pub clinic: ClinicId,
    /// The id that the event would have.
    pub id: EventId,
}

impl SkippedEvent {
    /// The event of a stream record whose new image cannot be read, from what its key says. `None` if the key
    /// cannot be read either.
    pub fn of_image(new: &RawItem) -> Option<Self> {
        let key = Key::of(new);
        let mut parts = key.pk.split('#');
        let kind = parts.next()?;
        let clinic = ClinicId::parse(parts.next()?).ok()?;
        let id = if kind == "AUDIT" {
            EventId::from_bytes(*AuditId::parse(&key.sk).ok()?.bytes())
        } else {
            let invitation = InvitationId::parse(key.sk.strip_prefix(key::INVITATION)?).ok()?;
            EventId::of_delivery(invitation, number_of(new, attr::DELIVERIES))
        };
        Some(Self { clinic, id })
    }
}

impl Store {
    /// Notes that an event does not come. Changes nothing if it is in the feed.
    pub async fn skip_event(&self, event: SkippedEvent, now: Timestamp) -> Result<(), StoreError> {
        let marker = MarkerItem { number: None, ttl: now.plus(KEPT_FOR).seconds() };
        let item = self.encode(key::event_marker(event.clinic, event.id), &marker)?;
        let put = ItemWrite::put(item).when(&format!("attribute_not_exists({})", attr::PK));
        self.write(put).await.map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::{number, text};

    #[test]
    fn the_id_follows_from_the_key() {
        let clinic = ClinicId::from_bytes([1; 16]);
        let image = |pk: String, sk: String| {
            RawItem::from([
                (attr::PK.to_owned(), text(pk)),
                (attr::SK.to_owned(), text(sk)),
                (attr::DELIVERIES.to_owned(), number(3)),
            ])
        };
        let audit = AuditId::from_bytes([2; 16]);
        let found =
            SkippedEvent::of_image(&image(format!("AUDIT#{clinic}#2026-11"), audit.to_string()));
        assert_eq!(found, Some(SkippedEvent { clinic, id: EventId::from_bytes([2; 16]) }));
        let invitation = InvitationId::from_bytes([4; 16]);
        let found =
            SkippedEvent::of_image(&image(format!("CLINIC#{clinic}"), format!("INV#{invitation}")));
        let id = EventId::of_delivery(invitation, 3);
        assert_eq!(found, Some(SkippedEvent { clinic, id }));
        for (pk, sk) in
            [("AUDIT#x#2026-11", "evt_x"), ("AUDIT", ""), ("CLINIC#x", "INV#x"), ("", "")]
        {
            assert_eq!(SkippedEvent::of_image(&image(pk.to_owned(), sk.to_owned())), None);
        }
    }
}
