//! The events of a clinic, oldest first.

use domain::event::EventNumber;
use domain::ids::ClinicId;
use domain::time::Timestamp;
use serde::Deserialize;

use super::StoredEvent;
use crate::codec::{BadField, time};
use crate::item::{RawItem, number_of};
use crate::key::Key;
use crate::page::{BUDGET, RawChunk, skip_corrupt};
use crate::{Store, StoreError, attr, key};

#[derive(Deserialize)]
struct EventItem {
    id: String,
    #[serde(rename = "ty")]
    kind: String,
    at: i64,
    #[serde(rename = "da")]
    data: String,
}

/// A page of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventPage {
    /// The events, oldest first.
    pub events: Vec<StoredEvent>,
    /// The last event that was read for the page. The next page continues after it.
    pub cursor: EventNumber,
    /// Whether the next page is known to have more.
    pub has_more: bool,
    /// How many events are left out because they are corrupt.
    pub skipped: u32,
}

/// What comes after a cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventsAfter {
    /// A page, which may be empty.
    Page(EventPage),
    /// The next events are no longer kept.
    Expired,
    /// The clinic has no event with the number of the cursor.
    Unknown,
}

/// A page that is being filled.
struct Filling {
    page: EventPage,
    limit: usize,
    now: Timestamp,
    /// The number of the next event. `None` until the oldest event that is kept was found.
    next: Option<EventNumber>,
}

/// What a page does with an event.
enum Step {
    /// It is read. The page goes on.
    Read,
    /// The page is full, and this event belongs to the next one.
    Full,
    /// The event is not the next one, or has expired.
    Gone,
}

impl Store {
    /// Lists the events after a cursor that `keep` accepts. Without a cursor, starts with the oldest event
    /// that is kept.
    pub async fn list_events(
        &self,
        clinic: ClinicId,
        after: Option<EventNumber>,
        (limit, now): (usize, Timestamp),
        keep: impl Fn(&StoredEvent) -> bool,
    ) -> Result<EventsAfter, StoreError> {
        let start = after.unwrap_or(EventNumber::START);
        let mut size = i32::try_from(limit).unwrap_or(100).saturating_add(1);
        let mut chunk = self.read_events(clinic, start, size).await?;
        if chunk.items.is_empty() {
            let newest = self.read_newest_number(clinic).await?;
            // An event may have come between the two reads.
            chunk = self.read_events(clinic, start, size).await?;
            if chunk.items.is_empty() {
                return Ok(nothing_after(after, newest));
            }
        }
        let mut filling = Filling::new(after, limit, now);
        let mut bytes = 0;
        loop {
            bytes += chunk.bytes;
            for item in &chunk.items {
                match self.take(&mut filling, item, &keep)? {
                    Step::Read => {}
                    Step::Gone if after == Some(filling.page.cursor) => {
                        return Ok(EventsAfter::Expired);
                    }
                    Step::Full | Step::Gone => return Ok(filling.end(true)),
                }
            }
            if !chunk.more {
                return Ok(filling.end(false));
            }
            if bytes >= BUDGET {
                return Ok(filling.end(true));
            }
            // A filter that few events pass needs larger reads.
            size = size.saturating_mul(2).min(1000);
            chunk = self.read_events(clinic, filling.page.cursor, size).await?;
        }
    }

    async fn read_events(
        &self,
        clinic: ClinicId,
        after: EventNumber,
        size: i32,
    ) -> Result<RawChunk, StoreError> {
        let bounds = (key::event_number(after.next()), key::event_number(EventNumber::LAST));
        self.query_oldest(&key::events_of(clinic), bounds, size).await
    }

    /// Reads the next event into the page.
    fn take(
        &self,
        filling: &mut Filling,
        raw: &RawItem,
        keep: impl Fn(&StoredEvent) -> bool,
    ) -> Result<Step, StoreError> {
        let key = Key::of(raw);
        let number = EventNumber::parse(&key.sk).map_err(|_| self.corrupt(&key, attr::SK))?;
        let expired = number_of::<i64>(raw, "ttl") <= filling.now.seconds();
        match filling.next {
            None if expired => {
                filling.page.cursor = number;
                return Ok(Step::Read);
            }
            Some(next) if expired || next != number => return Ok(Step::Gone),
            _ => {}
        }
        match self.decode_event(number, raw) {
            Ok(event) if keep(&event) => {
                if filling.page.events.len() == filling.limit {
                    return Ok(Step::Full);
                }
                filling.page.events.push(event);
            }
            Ok(_) => {}
            Err(error) => {
                skip_corrupt(error)?;
                filling.page.skipped += 1;
            }
        }
        filling.page.cursor = number;
        filling.next = Some(number.next());
        Ok(Step::Read)
    }

    pub(super) fn decode_event(
        &self,
        number: EventNumber,
        raw: &RawItem,
    ) -> Result<StoredEvent, StoreError> {
        self.decode_with(raw, |item: EventItem| {
            let EventItem { id, kind, at, data } = item;
            Ok::<_, BadField>(StoredEvent { number, id, kind, at: time("at", at)?, data })
        })
    }
}

impl Filling {
    fn new(after: Option<EventNumber>, limit: usize, now: Timestamp) -> Self {
        let cursor = after.unwrap_or(EventNumber::START);
        let page = EventPage { events: Vec::new(), cursor, has_more: false, skipped: 0 };
        Self { page, limit, now, next: after.map(EventNumber::next) }
    }

    fn end(self, has_more: bool) -> EventsAfter {
        EventsAfter::Page(EventPage { has_more, ..self.page })
    }
}

/// The answer if no event follows. `newest` was read before.
fn nothing_after(after: Option<EventNumber>, newest: EventNumber) -> EventsAfter {
    match after {
        Some(after) if after < newest => EventsAfter::Expired,
        Some(after) if after > newest => EventsAfter::Unknown,
        _ => Filling::new(Some(newest), 0, Timestamp::EPOCH).end(false),
    }
}
