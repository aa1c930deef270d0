//! The start and the end of a range of time, in queries.

use domain::field::{FieldFaults, Refusal};
use domain::time::{Day, Timestamp};
use serde_json::Value;
use std::time::Duration;

use crate::field::FieldValue;
use crate::field_value::read_text;

/// The first instant of a range: the start of a UTC day, or the instant itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RangeStart(pub Timestamp);

/// The first instant after a range, which includes the UTC day or the instant that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RangeEnd(pub Timestamp);

impl FieldValue for RangeStart {
    fn from_json(value: Value) -> Result<Self, FieldFaults> {
        read_text(&value, |text| parse(text, Day::start, |instant| instant).map(Self))
    }
}

impl FieldValue for RangeEnd {
    fn from_json(value: Value) -> Result<Self, FieldFaults> {
        let after = |instant: Timestamp| instant.plus(Duration::from_millis(1));
        read_text(&value, |text| parse(text, Day::end, after).map(Self))
    }
}

fn parse(
    text: &str,
    of_day: impl Fn(Day) -> Timestamp,
    of_instant: impl Fn(Timestamp) -> Timestamp,
) -> Result<Timestamp, Refusal> {
    const INVALID: Refusal = Refusal::new(
        "date_invalid",
        "Send a UTC date such as 2026-12-01, or a time with its offset such as 2026-12-01T18:00:00-06:00.",
    );
    if let Ok(day) = Day::parse(text) {
        return Ok(of_day(day));
    }
    let instant = Timestamp::parse(text).or_else(|_| Timestamp::parse(&restore_plus(text)));
    instant.map(of_instant).map_err(|_| INVALID)
}

/// In a query, a `+` that was not percent-encoded is a space.
fn restore_plus(text: &str) -> String {
    match text.rsplit_once(' ') {
        Some((time, offset)) => format!("{time}+{offset}"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_starts_and_ends_at_a_day_or_an_instant() {
        let start = |text: &str| RangeStart::from_json(text.into()).map(|r| r.0.to_string()).ok();
        let end = |text: &str| RangeEnd::from_json(text.into()).map(|r| r.0.to_string()).ok();
        for (text, from, until) in [
            ("2026-12-01", "2026-12-01T00:00:00.000Z", "2026-12-02T00:00:00.000Z"),
            (" 2026-12-01 ", "2026-12-01T00:00:00.000Z", "2026-12-02T00:00:00.000Z"),
            ("2026-12-01T18:00:00Z", "2026-12-01T18:00:00.000Z", "2026-12-01T18:00:00.001Z"),
            ("2026-12-01t18:00:00z", "2026-12-01T18:00:00.000Z", "2026-12-01T18:00:00.001Z"),
            ("2026-12-01T18:00:00-06:00", "2026-12-02T00:00:00.000Z", "2026-12-02T00:00:00.001Z"),
            ("2026-12-01T18:00:00+05:30", "2026-12-01T12:30:00.000Z", "2026-12-01T12:30:00.001Z"),
            ("2026-12-01T18:00:00 05:30", "2026-12-01T12:30:00.000Z", "2026-12-01T12:30:00.001Z"),
            ("2026-12-01 18:00:00 05:30", "2026-12-01T12:30:00.000Z", "2026-12-01T12:30:00.001Z"),
            ("2026-12-01T18:00:00.1239Z", "2026-12-01T18:00:00.123Z", "2026-12-01T18:00:00.124Z"),
        ] {
            assert_eq!(start(text).as_deref(), Some(from), "{text}");
            assert_eq!(end(text).as_deref(), Some(until), "{text}");
        }
        for wrong in [
            "",
            "2026-12-01T18:00:00",
            "2026-12",
            "2026-12-32",
            "12/01/2026",
            "now",
            "1764612000",
            "+",
        ] {
            assert_eq!((start(wrong), end(wrong)), (None, None), "{wrong}");
        }
    }
}
