//! Events of the feed, in the stream.

use domain::event::EventNumber;
use domain::ids::{ClinicId, EventId};
use domain::webhook::WebhookEvent;

use crate::item::RawItem;
use crate::key::Key;
use crate::{Store, StoreError, attr};

impl Store {
    /// The event that a stream record added to a feed, and its clinic. `None` if the record is about something
    /// else.
    pub fn read_event_image(
        &self,
        new: &RawItem,
    ) -> Result<Option<(ClinicId, WebhookEvent)>, StoreError> {
        let key = Key::of(new);
        let Some(clinic) = key.pk.strip_prefix("EVENTS#") else {
            return Ok(None);
        };
        // The partition also has the counter, and an item for each id.
        let Ok(number) = EventNumber::parse(&key.sk) else {
            return Ok(None);
        };
        let clinic = ClinicId::parse(clinic).map_err(|_| self.corrupt(&key, attr::PK))?;
        let event = self.decode_event(number, new)?;
        let id = EventId::parse(&event.id).map_err(|_| self.corrupt(&key, "id"))?;
        Ok(Some((clinic, WebhookEvent { id, kind: event.kind, at: event.at, data: event.data })))
    }
}
