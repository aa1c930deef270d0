//! The day of a review.

use crate::clinic::Clinic;
use crate::time::{Day, Timestamp};

/// A day in a clinic's time zone, until now if it is today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewDay {
    /// The day.
    pub day: Day,
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it, or now.
    pub until: Timestamp,
}

/// The day is in the future, or before the clinic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayOutOfRange {
    /// The day on which the clinic was created.
    pub first: Day,
    /// Today.
    pub last: Day,
}

impl ReviewDay {
    /// Reads a day that was asked for. The default is today.
    pub fn new(asked: Option<Day>, clinic: &Clinic, now: Timestamp) -> Result<Self, DayOutOfRange> {
        let zone = &clinic.time_zone;
        let (first, last) = (clinic.created_at.day_in(zone), now.day_in(zone));
        let day = asked.unwrap_or(last);
        if day < first || last < day {
            return Err(DayOutOfRange { first, last });
        }
        Ok(Self { day, from: day.start_in(zone), until: day.end_in(zone).min(now) })
    }

    /// The part of a time that is within the day. `None` if no instant is.
    pub fn clip(&self, from: Timestamp, until: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let (from, until) = (from.max(self.from), until.min(self.until));
        (from < until).then_some((from, until))
    }
}
