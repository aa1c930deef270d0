//! Events. A clinic's events are numbered without gaps, in one partition. Each is there once, which an item
//! with its id shows.

mod append;
mod counter;
mod delivery;
mod due;
mod filling;
mod image;
mod list;
mod presence;
mod skip;

use std::time::Duration;

use domain::event::{EventNumber, EventType};
use domain::ids::EventId;
use domain::time::Timestamp;
use domain::webhook::WebhookEvent;

pub use append::AppendOutcome;
pub use delivery::DeliveryChange;
pub use due::{DUE_PARTS, DueEntry, DueItem, DueThing};
pub use list::{EventPage, EventsAfter};
pub use skip::SkippedEvent;

/// How long an event is kept, and how long the feed knows its id. docs/EVENTS.md promises 30 days.
pub const KEPT_FOR: Duration = Duration::from_hours(35 * 24);

/// An event to append.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// The id. An event is appended once.
    pub id: EventId,
    /// The type.
    pub kind: EventType,
    /// When it happened.
    pub at: Timestamp,
    /// The data, as JSON. Readers get this text.
    pub data: String,
    /// The item whose end the event is about. The event is appended only while the item is still due.
    pub due: Option<DueItem>,
}

impl From<NewEvent> for WebhookEvent {
    fn from(event: NewEvent) -> Self {
        let NewEvent { id, kind, at, data, .. } = event;
        Self { id, kind: kind.as_str().to_owned(), at, data }
    }
}

/// An event of the feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// The number.
    pub number: EventNumber,
    /// The id.
    pub id: String,
    /// The type. A newer release may have written one that this release does not know.
    pub kind: String,
    /// When it happened.
    pub at: Timestamp,
    /// The data, as JSON.
    pub data: String,
}
