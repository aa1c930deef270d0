//! The events of a clinic, oldest first.

use domain::event::{EventCursor, EventNumber, FeedTag};
use domain::ids::ClinicId;
use domain::time::Timestamp;
use serde::Deserialize;

use super::StoredEvent;
use super::counter::Counter;
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

/// A page that is being filled.
struct Filling {
    tag: FeedTag,
    events: Vec<StoredEvent>,
    skipped: u32,
    /// The last event that was read.
    cursor: EventNumber,
    /// The cursor that the page begins after.
    start: EventNumber,
    limit: usize,
    now: Timestamp,
    /// The number of the next event. `None` until the oldest event that is kept was found.
    next: Option<EventNumber>,
}

/// What a page does with an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// It is the next one, or expired before the page begins. The page goes on.
    Read,
    /// It belongs to the next page.
    End,
    /// It is the next one, and has expired.
    Expired,
    /// The event with this number comes first, and the query did not show it.
    Missing(EventNumber),
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

impl Filling {
    fn new((tag, after): (FeedTag, Option<EventNumber>), limit: usize, now: Timestamp) -> Self {
        let start = after.unwrap_or(EventNumber::START);
        let next = after.map(EventNumber::next);
        Self { tag, events: Vec::new(), skipped: 0, cursor: start, start, limit, now, next }
    }

    /// Decides about an event that the query shows. It shows them in the order of their numbers.
    fn step(&self, number: EventNumber, expired: bool) -> Step {
        match self.next {
            Some(next) if next == number && expired => self.end_unless_first(Step::Expired),
            Some(next) if next == number => Step::Read,
            Some(next) => self.end_unless_first(Step::Missing(next)),
            None if expired || number == self.cursor.next() => Step::Read,
            // Events expire in the order of their numbers, so if the one before is gone, all before it are.
            None => Step::Missing(number.previous()),
        }
    }

    /// A page ends before an event that is not there. Only its first one decides about the whole page.
    fn end_unless_first(&self, step: Step) -> Step {
        if self.next == Some(self.start.next()) { step } else { Step::End }
    }

    /// Decides about an event that is gone.
    fn pass(&mut self, number: EventNumber) -> Step {
        if self.next.is_some() {
            return Step::Expired;
        }
        self.next = Some(number.next());
        Step::Read
    }

    /// The event that decides about a page after which the query shows nothing. `None` if the page ends.
    fn missing_before(&self, newest: EventNumber) -> Option<EventNumber> {
        match self.next {
            None => Some(newest),
            Some(next) if next == self.start.next() => Some(next),
            Some(_) => None,
        }
    }

    fn end(self, has_more: bool) -> EventsAfter {
        let Self { tag, events, skipped, cursor, .. } = self;
        EventsAfter::Page(EventPage {
            events,
            cursor: EventCursor::new(tag, cursor),
            has_more,
            skipped,
        })
    }
}

#[cfg(test)]
mod tests {
    use domain::event::FeedEpoch;

    use super::*;

    fn number(number: u64) -> EventNumber {
        EventNumber::new(number)
    }

    fn after(cursor: Option<u64>) -> Filling {
        let tag = FeedEpoch::new(1).tag(ClinicId::from_bytes([1; 16]));
        Filling::new((tag, cursor.map(number)), 10, Timestamp::EPOCH)
    }

    #[test]
    fn a_page_begins_only_where_no_earlier_event_is_kept() {
        for (cursor, found, expired, step) in [
            (None, 1, false, Step::Read),
            (None, 2, false, Step::Missing(number(1))),
            (None, 7, false, Step::Missing(number(6))),
            (None, 7, true, Step::Read),
            (Some(0), 1, false, Step::Read),
            (Some(3), 4, false, Step::Read),
            (Some(3), 4, true, Step::Expired),
            (Some(3), 5, false, Step::Missing(number(4))),
            (Some(3), 9, true, Step::Missing(number(4))),
        ] {
            let found_step = after(cursor).step(number(found), expired);
            assert_eq!(found_step, step, "{cursor:?} {found} {expired}");
        }
    }

    #[test]
    fn a_page_ends_before_a_hole() {
        let mut filling = after(Some(3));
        filling.next = Some(number(5));
        for (found, expired) in [(6, false), (6, true), (5, true)] {
            assert_eq!(filling.step(number(found), expired), Step::End);
        }
        assert_eq!(filling.missing_before(number(9)), None);
    }

    #[test]
    fn an_event_that_is_gone_ends_the_cursor_and_not_a_new_reader() {
        assert_eq!(after(Some(3)).pass(number(4)), Step::Expired);
        let mut filling = after(None);
        assert_eq!(filling.pass(number(4)), Step::Read);
        assert_eq!(filling.step(number(5), false), Step::Read);
        assert_eq!(after(None).missing_before(number(9)), Some(number(9)));
        assert_eq!(after(Some(3)).missing_before(number(9)), Some(number(4)));
    }
}
