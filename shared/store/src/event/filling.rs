//! How a page of events is filled: where it begins, and where it ends.

use domain::event::{EventCursor, EventNumber, FeedTag};
use domain::time::Timestamp;

use super::StoredEvent;
use super::list::{EventPage, EventsAfter};

/// A page that is being filled.
pub(super) struct Filling {
    tag: FeedTag,
    pub(super) events: Vec<StoredEvent>,
    pub(super) skipped: u32,
    /// The last event that was read.
    pub(super) cursor: EventNumber,
    /// The cursor that the page begins after.
    start: EventNumber,
    pub(super) limit: usize,
    pub(super) now: Timestamp,
    /// The number of the next event. `None` until the oldest event that is kept was found.
    pub(super) next: Option<EventNumber>,
}

/// What a page does with an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It is the next one, or expired before the page begins. The page goes on.
    Read,
    /// It belongs to the next page.
    End,
    /// It is the next one, and has expired.
    Expired,
    /// The event with this number comes first, and the query did not show it.
    Missing(EventNumber),
}

impl Filling {
    pub(super) fn new(
        (tag, after): (FeedTag, Option<EventNumber>),
        limit: usize,
        now: Timestamp,
    ) -> Self {
        let start = after.unwrap_or(EventNumber::START);
        let next = after.map(EventNumber::next);
        Self { tag, events: Vec::new(), skipped: 0, cursor: start, start, limit, now, next }
    }

    /// Decides about an event that the query shows. It shows them in the order of their numbers.
    pub(super) fn step(&self, number: EventNumber, expired: bool) -> Step {
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
    pub(super) fn pass(&mut self, number: EventNumber) -> Step {
        if self.next.is_some() {
            return Step::Expired;
        }
        self.next = Some(number.next());
        Step::Read
    }

    /// The event that decides about a page after which the query shows nothing. `None` if the page ends.
    pub(super) fn missing_before(&self, newest: EventNumber) -> Option<EventNumber> {
        match self.next {
            None => Some(newest),
            Some(next) if next == self.start.next() => Some(next),
            Some(_) => None,
        }
    }

    pub(super) fn end(self, has_more: bool) -> EventsAfter {
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
    use domain::ids::ClinicId;

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
