//! The events of a clinic, oldest first.

use domain::event::{EventCursor, EventNumber};
use domain::ids::ClinicId;
use domain::time::Timestamp;
use serde::Deserialize;

use super::StoredEvent;
use super::counter::Counter;
use super::filling::{Filling, Step};
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
    pub cursor: EventCursor,
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
    /// The cursor belongs to another clinic, or to the feed before a restore of the table.
    Foreign,
}

impl Store {
    /// Lists the events after a cursor that `keep` accepts. Without a cursor, starts with the oldest event
    /// that is kept.
    ///
    /// The page ends with the newest event of the counter, which is read first. So every event until then was
    /// written, although the query may not show it yet.
    pub async fn list_events(
        &self,
        clinic: ClinicId,
        after: Option<EventCursor>,
        (limit, now): (usize, Timestamp),
        keep: impl Fn(&StoredEvent) -> bool,
    ) -> Result<EventsAfter, StoreError> {
        let Counter { newest, epoch, .. } = self.read_counter(clinic).await?;
        let tag = epoch.tag(clinic);
        let after = match after {
            Some(EventCursor::After(other, _)) if other != tag => return Ok(EventsAfter::Foreign),
            Some(EventCursor::After(_, number)) if number > newest => {
                return Ok(EventsAfter::Unknown);
            }
            Some(EventCursor::After(_, number)) => Some(number),
            Some(EventCursor::Start) => Some(EventNumber::START),
            None => None,
        };
        let mut filling = Filling::new((tag, after), limit, now);
        let mut size = i32::try_from(limit).unwrap_or(100).saturating_add(1);
        let mut bytes = 0;
        while filling.cursor < newest {
            let read = filling.cursor;
            let chunk = self.read_events(clinic, (read.next(), newest), size).await?;
            bytes += chunk.bytes;
            for item in &chunk.items {
                let mut step = self.take(&mut filling, item, &keep)?;
                if let Step::Missing(number) = step {
                    if self.is_event_kept(clinic, number, now).await? {
                        return Ok(filling.end(true));
                    }
                    step = filling.pass(number);
                    if step == Step::Read {
                        step = self.take(&mut filling, item, &keep)?;
                    }
                }
                match step {
                    Step::Read => {}
                    Step::Expired => return Ok(EventsAfter::Expired),
                    Step::End | Step::Missing(_) => return Ok(filling.end(true)),
                }
            }
            if !chunk.more && filling.cursor < newest {
                return self.end_before(clinic, filling, newest).await;
            }
            if bytes >= BUDGET {
                break;
            }
            // A filter that few events pass needs larger reads.
            size = size.saturating_mul(2).min(1000);
        }
        let more = filling.cursor < newest;
        Ok(filling.end(more))
    }

    /// Ends a page after which the query showed nothing, although the newest event has this number.
    async fn end_before(
        &self,
        clinic: ClinicId,
        mut filling: Filling,
        newest: EventNumber,
    ) -> Result<EventsAfter, StoreError> {
        let Some(number) = filling.missing_before(newest) else {
            return Ok(filling.end(true));
        };
        if self.is_event_kept(clinic, number, filling.now).await? {
            return Ok(filling.end(true));
        }
        if filling.pass(number) == Step::Expired {
            return Ok(EventsAfter::Expired);
        }
        filling.cursor = newest;
        Ok(filling.end(false))
    }

    async fn read_events(
        &self,
        clinic: ClinicId,
        (from, to): (EventNumber, EventNumber),
        size: i32,
    ) -> Result<RawChunk, StoreError> {
        let bounds = (key::event_number(from), key::event_number(to));
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
        let step = filling.step(number, expired);
        if step != Step::Read {
            return Ok(step);
        }
        if !expired {
            match self.decode_event(number, raw) {
                Ok(event) if keep(&event) => {
                    if filling.events.len() == filling.limit {
                        return Ok(Step::End);
                    }
                    filling.events.push(event);
                }
                Ok(_) => {}
                Err(error) => {
                    skip_corrupt(error)?;
                    filling.skipped += 1;
                }
            }
            filling.next = Some(number.next());
        }
        filling.cursor = number;
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
