//! Instants, and calendar days in UTC or in a clinic's time zone.

use std::fmt;
use std::time::Duration;

use crate::clinic::TimeZone;

/// A source of the current time. Only `runtime` reads the wall clock.
pub trait Clock: Send + Sync {
    /// Returns the current time.
    fn now(&self) -> Timestamp;
}

/// An instant in UTC with millisecond precision, shown as RFC 3339 (`2026-11-24T09:30:00.000Z`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(jiff::Timestamp);

/// The text is not an instant or a day, or its year cannot be represented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a time")]
pub struct NotATime;

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(jiff::Timestamp::UNIX_EPOCH);

    /// The instant `millis` milliseconds after 1970-01-01T00:00:00Z.
    pub fn from_millis(millis: i64) -> Result<Self, NotATime> {
        jiff::Timestamp::from_millisecond(millis).map(Self).map_err(|_| NotATime)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn millis(self) -> i64 {
        self.0.as_millisecond()
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, the unit of DynamoDB's time to live.
    pub fn seconds(self) -> i64 {
        self.0.as_second()
    }

    /// Reads RFC 3339 text. Anything finer than a millisecond is cut off.
    pub fn parse(text: &str) -> Result<Self, NotATime> {
        let parsed: jiff::Timestamp = text.parse().map_err(|_| NotATime)?;
        Self::from_millis(parsed.as_millisecond())
    }

    /// Reads a date of HTTP, such as `Tue, 24 Nov 2026 09:30:00 GMT` (RFC 9110 section 5.6.7).
    pub fn parse_http_date(text: &str) -> Option<Self> {
        let parsed = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
        Self::from_millis(parsed.as_millisecond()).ok()
    }

    /// Adds `duration`. Stops at the last instant that can be represented.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration).unwrap_or(self.0))
    }

    /// Subtracts `duration`. Stops at the first instant that can be represented.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        let moved = jiff::SignedDuration::try_from(duration)
            .ok()
            .and_then(|by| self.0.saturating_sub(by).ok());
        Self(moved.unwrap_or(jiff::Timestamp::MIN))
    }

    /// The time from `earlier` to this instant, or zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        let millis = self.millis().saturating_sub(earlier.millis());
        Duration::from_millis(u64::try_from(millis).unwrap_or(0))
    }

    /// `yyyy-mm`, the month that an audit partition covers.
    pub fn month(self) -> String {
        self.0.strftime("%Y-%m").to_string()
    }

    /// The calendar year.
    pub fn year(self) -> i16 {
        jiff::tz::Offset::UTC.to_datetime(self.0).year()
    }

    /// The day of this instant.
    pub fn day(self) -> Day {
        Day(jiff::tz::Offset::UTC.to_datetime(self.0).date())
    }

    /// The day of this instant in a time zone.
    pub fn day_in(self, zone: &TimeZone) -> Day {
        Day(self.0.to_zoned_datetime(zone.rules()).date())
    }

    /// The last instant before this one.
    #[must_use]
    pub fn previous_instant(self) -> Self {
        Self::from_millis(self.millis().saturating_sub(1)).unwrap_or(self)
    }

    /// The first instant of this instant's month.
    #[must_use]
    pub fn month_start(self) -> Self {
        let date = jiff::tz::Offset::UTC.to_datetime(self.0).date().first_of_month();
        Day(date).start()
    }

    /// The first instant of the previous month.
    #[must_use]
    pub fn previous_month(self) -> Self {
        let last = self.month_start().0.saturating_sub(jiff::SignedDuration::from_secs(1));
        Self(last.unwrap_or(self.0)).month_start()
    }

    /// The instant in words, for emails: `November 24, 2026 at 09:30 PST`. A time zone without an abbreviation shows
    /// its offset, such as `UTC-03:00`.
    pub fn in_words(self, zone: &TimeZone) -> String {
        let local = self.0.to_zoned_datetime(zone.rules());
        let has_name =
            local.strftime("%Z").to_string().starts_with(|c: char| c.is_ascii_alphabetic());
        let zone = if has_name { "%Z" } else { "UTC%:z" };
        local.strftime(&format!("%B %-d, %Y at %H:%M {zone}")).to_string()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.0)
    }
}

/// A calendar day, `YYYY-MM-DD`. In UTC, unless a method takes a time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(jiff::civil::Date);

impl Day {
    /// Reads `YYYY-MM-DD`. Refuses every other form.
    pub fn parse(text: &str) -> Result<Self, NotATime> {
        let shape = text.len() == 10
            && text
                .bytes()
                .enumerate()
                .all(|(i, b)| if matches!(i, 4 | 7) { b == b'-' } else { b.is_ascii_digit() });
        if !shape {
            return Err(NotATime);
        }
        text.parse().map(Self).map_err(|_| NotATime)
    }

    /// The first instant of this day.
    pub fn start(self) -> Timestamp {
        let midnight = jiff::tz::Offset::UTC.to_timestamp(self.0.at(0, 0, 0, 0));
        // Only the first and last days of jiff's range have no instant. Clamping keeps ranges correct.
        Timestamp(midnight.unwrap_or(if self.0.year() < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        }))
    }

    /// The first instant of the next day.
    pub fn end(self) -> Timestamp {
        self.0.tomorrow().map_or(Timestamp(jiff::Timestamp::MAX), |day| Self(day).start())
    }

    /// The first instant of this day in a time zone. It is after midnight where clocks skip midnight.
    pub fn start_in(self, zone: &TimeZone) -> Timestamp {
        let start = zone.rules().to_timestamp(self.0.at(0, 0, 0, 0));
        start.map_or_else(|_| self.start(), Timestamp)
    }

    /// The first instant of the next day in a time zone.
    pub fn end_in(self, zone: &TimeZone) -> Timestamp {
        self.0.tomorrow().map_or(Timestamp(jiff::Timestamp::MAX), |day| Self(day).start_in(zone))
    }

    /// The day with these numbers, if the calendar has it.
    pub fn of(year: i16, month: i8, day: i8) -> Option<Self> {
        jiff::civil::Date::new(year, month, day).ok().map(Self)
    }

    /// The calendar year.
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// The month, 1 to 12.
    pub fn month(self) -> i8 {
        self.0.month()
    }

    /// The day of the month, 1 to 31.
    pub fn day_of_month(self) -> i8 {
        self.0.day()
    }

    /// The day before.
    #[must_use]
    pub fn previous(self) -> Self {
        Self(self.0.yesterday().unwrap_or(self.0))
    }

    /// The day after.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.tomorrow().unwrap_or(self.0))
    }
}

impl fmt::Display for Day {
    /// Writes `YYYY-MM-DD`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_timestamp_survives_its_text(millis in -62_000_000_000_000_i64..253_000_000_000_000) {
            let time = Timestamp::from_millis(millis).unwrap();
            prop_assert_eq!(Timestamp::parse(&time.to_string()).unwrap(), time);
        }

        #[test]
        fn reading_a_time_or_day_never_panics(text in any::<String>()) {
            let _ = Timestamp::parse(&text);
            let _ = Day::parse(&text);
        }

        #[test]
        fn adding_never_moves_back_and_subtracting_never_moves_forward(millis in any::<i64>(), by in any::<u64>()) {
            if let Ok(time) = Timestamp::from_millis(millis) {
                prop_assert!(time.plus(Duration::from_millis(by)) >= time);
                prop_assert!(time.minus(Duration::from_millis(by)) <= time);
            }
        }
    }

    #[test]
    fn times_are_rfc_3339_utc_with_milliseconds() {
        let time = Timestamp::from_millis(1_795_512_600_000).unwrap();
        assert_eq!(time.to_string(), "2026-11-24T09:30:00.000Z");
        assert_eq!(time.month(), "2026-11");
    }

    #[test]
    fn a_time_in_words_is_local_and_names_its_zone() {
        for (time, zone, words) in [
            ("2026-11-24T09:30:00Z", "UTC", "November 24, 2026 at 09:30 UTC"),
            ("2026-12-03T18:35:00Z", "America/Los_Angeles", "December 3, 2026 at 10:35 PST"),
            ("2026-07-03T18:35:00Z", "America/Los_Angeles", "July 3, 2026 at 11:35 PDT"),
            ("2026-12-01T02:00:00Z", "America/Chicago", "November 30, 2026 at 20:00 CST"),
            ("2026-03-08T07:59:59Z", "America/Chicago", "March 8, 2026 at 01:59 CST"),
            ("2026-03-08T08:00:00Z", "America/Chicago", "March 8, 2026 at 03:00 CDT"),
            ("2060-07-01T12:00:00Z", "America/Phoenix", "July 1, 2060 at 05:00 MST"),
            ("2060-07-01T12:00:00Z", "Europe/Berlin", "July 1, 2060 at 14:00 CEST"),
            ("2026-12-03T18:35:00Z", "America/Sao_Paulo", "December 3, 2026 at 15:35 UTC-03:00"),
            ("2026-12-03T18:35:00Z", "Asia/Kathmandu", "December 4, 2026 at 00:20 UTC+05:45"),
        ] {
            let (time, zone) = (Timestamp::parse(time).unwrap(), TimeZone::parse(zone).unwrap());
            assert_eq!(time.in_words(&zone), words);
        }
        let gone = TimeZone::from_stored("America/Springfield".to_owned());
        assert_eq!(Timestamp::EPOCH.in_words(&gone), "January 1, 1970 at 00:00 UTC");
    }

    #[test]
    fn a_day_runs_from_midnight_to_midnight_utc() {
        let day = Day::parse("2024-02-29").unwrap();
        assert_eq!(day.start().to_string(), "2024-02-29T00:00:00.000Z");
        assert_eq!(day.end().to_string(), "2024-03-01T00:00:00.000Z");
        for wrong in ["2023-02-29", "2024-2-29", "20240229", "2024-02-29T00:00", "", "+024-02-29"] {
            assert_eq!(Day::parse(wrong), Err(NotATime), "{wrong}");
        }
    }

    #[test]
    fn a_day_in_a_time_zone_has_23_or_25_hours_when_clocks_change() {
        for (day, zone, start, end) in [
            (
                "2026-03-08",
                "America/Chicago",
                "2026-03-08T06:00:00.000Z",
                "2026-03-09T05:00:00.000Z",
            ),
            (
                "2026-11-01",
                "America/Chicago",
                "2026-11-01T05:00:00.000Z",
                "2026-11-02T06:00:00.000Z",
            ),
            (
                "2026-11-24",
                "Asia/Kathmandu",
                "2026-11-23T18:15:00.000Z",
                "2026-11-24T18:15:00.000Z",
            ),
            // Clocks skip from 00:00 to 01:00.
            ("2026-04-24", "Africa/Cairo", "2026-04-23T22:00:00.000Z", "2026-04-24T21:00:00.000Z"),
        ] {
            let (day, zone) = (Day::parse(day).unwrap(), TimeZone::parse(zone).unwrap());
            let borders = [day.start_in(&zone), day.end_in(&zone)];
            assert_eq!(borders.map(|at| at.to_string()), [start, end], "{day}");
            assert_eq!(borders[0].day_in(&zone), day);
            assert_eq!(borders[0].previous_instant().day_in(&zone), day.previous());
            assert_eq!(borders[1].day_in(&zone), day.next());
            assert_eq!(Day::of(day.year(), day.month(), day.day_of_month()), Some(day));
        }
        assert_eq!(Day::of(2026, 2, 29), None);
    }

    #[test]
    fn the_previous_month_starts_on_its_first_day() {
        let at = |text| Timestamp::parse(text).unwrap();
        let march = at("2028-03-31T23:59:59.999Z");
        assert_eq!(march.month_start(), at("2028-03-01T00:00:00Z"));
        assert_eq!(march.year(), 2028);
        assert_eq!(march.previous_month(), at("2028-02-01T00:00:00Z"));
        assert_eq!(at("2028-01-01T00:00:00Z").previous_month(), at("2027-12-01T00:00:00Z"));
    }
}
