//! Due dates: when to look up a claimed NPI in the registry again.

use std::time::Duration;

use crate::npi::NpiStatus;
use crate::time::Timestamp;

/// The wait before the first lookup of a pending NPI, and after the first failed lookup.
pub const FIRST_PAUSE: Duration = Duration::from_mins(5);

/// The longest wait while lookups fail.
pub const LONGEST_PAUSE: Duration = Duration::from_hours(6);

/// How long an answer counts before the next lookup.
pub const ANSWER_LIFETIME: Duration = Duration::from_hours(30 * 24);

/// When the next lookup of an NPI is due, and how many lookups failed before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextLookup {
    /// The due date.
    pub at: Timestamp,
    /// Failed lookups since the last answer.
    pub failures: u32,
}

impl NextLookup {
    /// The next lookup of an NPI with this verification, counted from `now`. Returns `None` if another
    /// lookup would change nothing. NPIs that the registry rules out are looked up too, because CMS
    /// reactivates numbers.
    pub fn after(verification: NpiStatus, now: Timestamp) -> Option<Self> {
        let wait = match verification {
            NpiStatus::Pending => FIRST_PAUSE,
            NpiStatus::Verified(_) | NpiStatus::Deactivated | NpiStatus::NotFound => {
                ANSWER_LIFETIME
            }
            // The registry keeps former names, so another lookup finds no match either. A new surname
            // starts a lookup of its own.
            NpiStatus::NameMismatch => return None,
        };
        Some(Self { at: now.plus(wait), failures: 0 })
    }

    /// The next lookup after one that failed at `now`. Each failure doubles the wait, up to
    /// [`LONGEST_PAUSE`].
    #[must_use]
    pub fn after_failure(self, now: Timestamp) -> Self {
        let doubled = 2_u32.saturating_pow(self.failures);
        let pause = FIRST_PAUSE.saturating_mul(doubled).min(LONGEST_PAUSE);
        Self { at: now.plus(pause), failures: self.failures.saturating_add(1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::person::permissions::tests::any_verification;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_next_lookup_is_in_the_future_and_within_30_days(
            state in any_verification(), millis in 0_i64..4_000_000_000_000, times in 0_u32..100
        ) {
            let now = Timestamp::from_millis(millis).unwrap();
            let Some(mut due) = NextLookup::after(state, now) else {
                prop_assert_eq!(state, NpiStatus::NameMismatch);
                return Ok(());
            };
            prop_assert!(due.at > now && due.at.since(now) <= ANSWER_LIFETIME);
            let mut pause = Duration::ZERO;
            for _ in 0..times {
                due = due.after_failure(now);
                prop_assert!(due.at.since(now) >= pause && due.at.since(now) <= LONGEST_PAUSE);
                pause = due.at.since(now);
            }
        }
    }

    #[test]
    fn the_wait_doubles_from_five_minutes_to_six_hours() {
        let now = Timestamp::EPOCH;
        let mut due = NextLookup::after(NpiStatus::Pending, now).unwrap();
        let mut minutes = vec![due.at.since(now).as_secs() / 60];
        for _ in 0..9 {
            due = due.after_failure(now);
            minutes.push(due.at.since(now).as_secs() / 60);
        }
        assert_eq!(minutes, [5, 5, 10, 20, 40, 80, 160, 320, 360, 360]);
    }
}
