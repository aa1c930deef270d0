//! Events: what other systems learn about a clinic. Each one follows from a committed change.

mod change;
mod cursor;
mod data;
mod json;
mod kind;
mod number;

pub use cursor::{EventCursor, FeedEpoch, FeedTag, NotACursor};
pub use data::{EventData, PersonState};
pub use kind::EventType;
pub use number::EventNumber;

use crate::actor::Actor;
use crate::ids::EventId;
use crate::time::Timestamp;

/// One event of a clinic. It holds ids and states, and never a name, an address, an NPI or a study UID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The id. It follows from the change, so an event that is made twice has one id.
    pub id: EventId,
    /// What happened.
    pub kind: EventType,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// What it is about.
    pub data: EventData,
}
