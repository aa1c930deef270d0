//! The hours to verify.

use std::fmt;
use std::time::Duration;

use domain::ids::ClinicId;
use domain::time::Timestamp;
use segment::Hour;

/// How long after its end an hour must be sealed. The service begins 10 minutes after it, every 5 minutes.
const SEALED_WITHIN: Duration = Duration::from_mins(30);

/// The hours to verify.
pub(crate) struct Period {
    /// The first hour. `None` for the first one of each clinic.
    from: Option<Hour>,
    /// The last hour.
    pub(crate) to: Hour,
}

impl Period {
    /// `None` if the period has no hour that must be sealed by now.
    pub(crate) fn new(from: Option<Hour>, to: Option<Hour>, now: Timestamp) -> Option<Self> {
        let last = Hour::of(now.minus(SEALED_WITHIN)).previous();
        let to = to.map_or(last, |to| to.min(last));
        from.is_none_or(|from| from <= to).then_some(Self { from, to })
    }

    /// The start of the period. `None` for the beginning.
    pub(crate) fn start(&self) -> Option<Timestamp> {
        self.from.map(Hour::start)
    }

    /// The first hour to verify, and whether the chain must start there. `first` is the first hour of which the
    /// bucket has a segment or the table a record.
    pub(crate) fn start_of(&self, clinic: ClinicId, first: Hour) -> (Hour, bool) {
        // A clinic's id holds the time of its creation. The operator has none.
        let is_clinic = clinic != ClinicId::OPERATOR;
        let first = if is_clinic { Hour::of(clinic.created_at()) } else { first };
        let from = self.from.unwrap_or(first).max(first);
        (from, is_clinic && from == first)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.from {
            Some(from) => write!(f, "from {from} to {}", self.to),
            None => write!(f, "from the beginning to {}", self.to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_ends_with_the_last_hour_that_must_be_sealed() {
        let hour = |text: &str| Hour::parse(text).unwrap();
        for (now, last) in [
            ("2026-11-24T10:29:00Z", "2026-11-24T08:00:00Z"),
            ("2026-11-24T10:30:00Z", "2026-11-24T09:00:00Z"),
        ] {
            let now = Timestamp::parse(now).unwrap();
            let end = |from, to| Period::new(from, to, now).map(|period| period.to);
            assert_eq!(end(None, None), Some(hour(last)));
            assert_eq!(end(None, Some(hour("2027-01-01T00:00:00Z"))), Some(hour(last)));
            let early = hour("2026-11-01T00:00:00Z");
            assert_eq!(end(None, Some(early)), Some(early));
            assert_eq!(end(Some(early), Some(early)), Some(early));
            assert_eq!(end(Some(hour(last)), None), Some(hour(last)));
            assert_eq!(end(Some(early.next()), Some(early)), None, "no hour");
            assert_eq!(end(Some(hour(last).next()), None), None, "nothing is sealed yet");
        }
    }

    #[test]
    fn a_chain_starts_where_its_clinic_was_created() {
        let created = Hour::parse("2026-11-24T09:00:00Z").unwrap();
        let millis = u128::try_from(created.start().millis()).unwrap();
        let clinic = ClinicId::from_bytes((millis << 80).to_be_bytes());
        let period = |from: Option<Hour>| Period { from, to: created.next().next() };
        let (early, late) = (created.previous(), created.next());
        assert_eq!(period(None).start_of(clinic, late), (created, true));
        assert_eq!(period(Some(early)).start_of(clinic, late), (created, true));
        assert_eq!(period(Some(created)).start_of(clinic, late), (created, true));
        assert_eq!(period(Some(late)).start_of(clinic, late), (late, false));
        let operator = ClinicId::OPERATOR;
        assert_eq!(period(None).start_of(operator, created), (created, false));
        assert_eq!(period(Some(early)).start_of(operator, created), (created, false));
        assert_eq!(period(Some(late)).start_of(operator, created), (late, false));
    }
}
