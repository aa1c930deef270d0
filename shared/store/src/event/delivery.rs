//! Changes of an invitation's delivery, in the stream.

use domain::delivery::DeliveryStatus;
use domain::event::Event;
use domain::ids::{ClinicId, EventId, InvitationId};
use domain::time::Timestamp;
use serde::Deserialize;

use crate::codec::BadField;
use crate::delivery::parse_status;
use crate::item::RawItem;
use crate::key::{self, Key};
use crate::{Store, StoreError};

/// What a change of the delivery says of the invitation.
#[derive(Deserialize)]
struct DeliveryImage {
    #[serde(rename = "id")]
    id: String,
    #[serde(rename = "ci")]
    clinic: String,
    #[serde(rename = "dl")]
    delivery: String,
    #[serde(rename = "dn", default)]
    deliveries: u32,
    #[serde(rename = "le", default)]
    last_event: Option<String>,
}

/// An invitation with its delivery, as an image has it.
struct DeliveryAt {
    id: InvitationId,
    clinic: ClinicId,
    delivery: DeliveryStatus,
    deliveries: u32,
    last_event: Option<EventId>,
}

/// A changed delivery.
#[derive(Clone, Debug)]
pub struct DeliveryChange {
    /// The clinic.
    pub clinic: ClinicId,
    /// The event.
    pub event: Event,
    /// The event of the last change of the invitation, which was before.
    pub after: Option<EventId>,
}

impl Store {
    /// The event of a stream record that changed an invitation: its delivery is known better. `None` if the
    /// record is about something else.
    pub fn read_delivery_change(
        &self,
        (old, new): (&RawItem, &RawItem),
        at: Timestamp,
    ) -> Result<Option<DeliveryChange>, StoreError> {
        if !Key::of(new).sk.starts_with(key::INVITATION) {
            return Ok(None);
        }
        let (before, after) = (self.decode_delivery(old)?, self.decode_delivery(new)?);
        let change = (before.delivery, after.delivery);
        let event = Event::of_delivery(after.id, after.deliveries, change, at);
        let DeliveryAt { clinic, last_event, .. } = after;
        Ok(event.map(|event| DeliveryChange { clinic, event, after: last_event }))
    }

    fn decode_delivery(&self, raw: &RawItem) -> Result<DeliveryAt, StoreError> {
        self.decode_with(raw, |image: DeliveryImage| {
            Ok(DeliveryAt {
                id: InvitationId::parse(&image.id).map_err(|_| BadField("id"))?,
                clinic: ClinicId::parse(&image.clinic).map_err(|_| BadField("ci"))?,
                delivery: parse_status(&image.delivery)?,
                deliveries: image.deliveries,
                last_event: image
                    .last_event
                    .map(|event| EventId::parse(&event).map_err(|_| BadField("le")))
                    .transpose()?,
            })
        })
    }
}
