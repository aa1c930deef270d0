//! Whether a record belongs where the table has it.

use std::fmt;

use domain::ids::{AuditId, ClinicId};
use domain::time::Timestamp;

use crate::hour::Hour;
use crate::segment::Record;

/// How much later than its id a record may be. `AuditId::for_minute` cuts the time of an id off to its minute.
const SLACK: i64 = 60_000;

/// Why the service did not write a record like this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misplaced {
    /// Its key is no id of a record.
    NoId,
    /// Its id is of another month than its partition.
    OtherMonth,
    /// Its id is older than the clinic.
    BeforeClinic,
    /// Its id is of an hour that has not begun.
    Future,
    /// It has another time than its id, or none.
    OtherTime,
}

impl fmt::Display for Misplaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoId => "has no id of a record",
            Self::OtherMonth => "has an id of another month",
            Self::BeforeClinic => "is older than the clinic",
            Self::Future => "is of an hour that has not begun",
            Self::OtherTime => "has a time that is not that of its id",
        })
    }
}

/// Reads the text of an id as the service writes it.
pub(crate) fn parse_id(text: &str) -> Option<AuditId> {
    AuditId::parse(text).ok().filter(|id| id.to_string() == text)
}

/// The time of a record in milliseconds. `None` if it has none.
pub(crate) fn time_of(record: &Record) -> Option<i64> {
    record.get("at")?["N"].as_str()?.parse().ok()
}

/// Whether a record with this id may have this time, in milliseconds.
pub(crate) fn fits(id: AuditId, at: Option<i64>) -> bool {
    at.is_some_and(|at| (0..SLACK).contains(&at.saturating_sub(id.created_at().millis())))
}

/// Finds why a record with this id and this time is not one of the clinic and the month, `yyyy-mm`. `last` is the
/// newest hour that may have records.
pub fn find_misplaced(
    (clinic, month): (ClinicId, &str),
    (id, at): (&str, Option<i64>),
    last: Hour,
) -> Option<Misplaced> {
    let Some(id) = parse_id(id) else {
        return Some(Misplaced::NoId);
    };
    let made: Timestamp = id.created_at();
    if made.month() != month {
        return Some(Misplaced::OtherMonth);
    }
    if clinic != ClinicId::OPERATOR && Hour::of(made) < Hour::of(clinic.created_at()) {
        return Some(Misplaced::BeforeClinic);
    }
    if Hour::of(made) > last {
        return Some(Misplaced::Future);
    }
    (!fits(id, at)).then_some(Misplaced::OtherTime)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn id_at(at: Timestamp) -> AuditId {
        let millis = u128::try_from(at.millis()).unwrap();
        AuditId::from_bytes((millis << 80 | 7 << 76 | 1).to_be_bytes())
    }

    #[test]
    fn a_record_is_in_its_month_and_in_the_life_of_its_clinic() {
        let clinic = ClinicId::from_bytes(*id_at(time("2026-11-24T09:30:00Z")).bytes());
        let last = Hour::of(time("2026-12-01T00:00:00Z"));
        let find = |clinic, month: &str, at: &str| {
            let at = time(at);
            find_misplaced((clinic, month), (&id_at(at).to_string(), Some(at.millis())), last)
        };
        for (month, at, expected) in [
            ("2026-11", "2026-11-24T09:00:00Z", None),
            ("2026-11", "2026-11-30T23:59:59.999Z", None),
            ("2026-12", "2026-12-01T00:59:59Z", None),
            ("2026-12", "2026-12-01T01:00:00Z", Some(Misplaced::Future)),
            ("2026-12", "2026-11-30T23:59:59.999Z", Some(Misplaced::OtherMonth)),
            ("2026-11", "2026-12-01T00:00:00Z", Some(Misplaced::OtherMonth)),
            ("2026-11", "1970-01-01T00:00:00Z", Some(Misplaced::OtherMonth)),
            ("2026-11", "2026-11-24T08:59:59.999Z", Some(Misplaced::BeforeClinic)),
        ] {
            assert_eq!(find(clinic, month, at), expected, "{month} {at}");
        }
        assert_eq!(find(ClinicId::OPERATOR, "2026-11", "2026-11-01T00:00:00Z"), None);
    }

    #[test]
    fn a_record_has_an_id_and_the_time_of_it() {
        let made = time("2026-11-24T09:30:15Z");
        let (id, last) = (id_at(made).to_string(), Hour::of(made));
        let find = |id: &str, at| find_misplaced((ClinicId::OPERATOR, "2026-11"), (id, at), last);
        let millis = made.millis();
        for at in [millis, millis + 59_999] {
            assert_eq!(find(&id, Some(at)), None);
        }
        for at in [Some(millis - 1), Some(millis + 60_000), Some(i64::MIN), Some(i64::MAX), None] {
            assert_eq!(find(&id, at), Some(Misplaced::OtherTime), "{at:?}");
        }
        for id in ["", "evt_", &id.to_uppercase(), &format!("{id}0"), &id.replace("evt", "usr")] {
            assert_eq!(find(id, Some(millis)), Some(Misplaced::NoId), "{id}");
        }
        let kept = AuditId::for_minute(made, &[b"view"]).to_string();
        assert_eq!(find(&kept, Some(millis)), None);
    }
}
