//! Verifies the lock of an object.

use std::fmt;
use std::time::Duration;

use domain::time::Timestamp;

/// How S3 Object Lock keeps a version of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lock {
    /// `COMPLIANCE`, or a mode that lets someone remove the object.
    pub(crate) mode: String,
    /// Until when.
    pub(crate) until: Timestamp,
}

/// For how many years an object must be locked from when it was made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Years(pub(crate) u64);

impl Years {
    /// A day less than the years have without leap days, so that it does not matter how S3 counts days.
    fn at_least(self) -> Duration {
        Duration::from_hours(24 * (self.0 * 365).saturating_sub(1))
    }
}

/// What is wrong with a lock.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum LockProblem {
    /// Nothing locks the object.
    Unlocked,
    /// An administrator can remove the object.
    OtherMode(String),
    /// The lock ends too early.
    TooShort(Timestamp),
}

impl fmt::Display for LockProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unlocked => write!(f, "is not locked"),
            Self::OtherMode(mode) => write!(f, "is locked in the mode {mode}, not COMPLIANCE"),
            Self::TooShort(until) => write!(f, "is locked only until {until}"),
        }
    }
}

/// Finds what is wrong with the lock of an object that was made at `made`.
pub(crate) fn find_problem(
    lock: Option<&Lock>,
    made: Timestamp,
    years: Years,
) -> Option<LockProblem> {
    let Some(Lock { mode, until }) = lock else {
        return Some(LockProblem::Unlocked);
    };
    if mode != "COMPLIANCE" {
        return Some(LockProblem::OtherMode(mode.clone()));
    }
    (until.since(made) < years.at_least()).then_some(LockProblem::TooShort(*until))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_locked_for_years() {
        let time = |text: &str| Timestamp::parse(text).unwrap();
        let made = time("2026-11-24T10:10:05Z");
        let find = |mode: &str, until: &str| {
            let lock = Lock { mode: mode.to_owned(), until: time(until) };
            find_problem(Some(&lock), made, Years(6))
        };
        for until in ["2032-11-24T10:10:05Z", "2032-11-22T10:10:05Z", "2099-01-01T00:00:00Z"] {
            assert_eq!(find("COMPLIANCE", until), None, "{until}");
        }
        for until in ["2032-11-20T10:10:05Z", "1970-01-01T00:00:00Z"] {
            assert_eq!(find("COMPLIANCE", until), Some(LockProblem::TooShort(time(until))));
        }
        let expected = Some(LockProblem::OtherMode("GOVERNANCE".to_owned()));
        assert_eq!(find("GOVERNANCE", "2099-01-01T00:00:00Z"), expected);
        assert_eq!(find_problem(None, made, Years(6)), Some(LockProblem::Unlocked));
    }
}
