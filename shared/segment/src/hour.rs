//! Hours in UTC.

use std::fmt;

use domain::ids::AuditId;
use domain::time::Timestamp;

const MILLIS: i64 = 3_600_000;

/// An hour in UTC, shown as its first instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hour(i64);

impl Hour {
    /// The hour of an instant.
    pub fn of(at: Timestamp) -> Self {
        Self(at.millis().div_euclid(MILLIS))
    }

    /// Reads the text of an hour. The text of an instant within it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let hour = Self::of(Timestamp::parse(text).ok()?);
        (hour.to_string() == text).then_some(hour)
    }

    /// The first instant.
    pub fn start(self) -> Timestamp {
        Timestamp::from_millis(self.0.saturating_mul(MILLIS)).unwrap_or(Timestamp::EPOCH)
    }

    /// The first instant after it.
    pub fn end(self) -> Timestamp {
        self.next().start()
    }

    /// The hour after it.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The hour before it.
    #[must_use]
    pub fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// Whether a record with this id belongs to the hour.
    pub fn holds(self, id: AuditId) -> bool {
        Self::of(id.created_at()) == self
    }
}

impl fmt::Display for Hour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Instants show milliseconds, which an hour does not have.
        f.write_str(&self.start().to_string().replace(".000Z", "Z"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_has_one_text() {
        let at = Timestamp::parse("2026-11-24T09:59:59.999Z").unwrap();
        let hour = Hour::of(at);
        assert_eq!(hour.to_string(), "2026-11-24T09:00:00Z");
        assert_eq!(Hour::parse("2026-11-24T09:00:00Z"), Some(hour));
        for other in ["2026-11-24T09:00:00.000Z", "2026-11-24T09:30:00Z", "2026-11-24", ""] {
            assert_eq!(Hour::parse(other), None, "{other}");
        }
        assert_eq!((hour.next().previous(), hour.end()), (hour, hour.next().start()));
    }
}
