//! When the registry is asked again about a claimed NPI.

use std::time::Duration;

use crate::npi::NpiStatus;
use crate::time::Timestamp;

/// How soon a number is asked about that the registry has not answered on yet, and the first pause
/// after an ask without an answer.
pub const FIRST_PAUSE: Duration = Duration::from_mins(5);

/// The longest pause while the registry does not answer.
pub const LONGEST_PAUSE: Duration = Duration::from_hours(6);

/// How long an answer is good for.
pub const ANSWER_LIFETIME: Duration = Duration::from_hours(30 * 24);

/// When a number is to be asked about, and how often that was in vain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextLookup {
    /// From when on.
    pub at: Timestamp,
    /// Asks without an answer since the last answer.
    pub failures: u32,
}

impl NextLookup {
    /// When a number in this state is asked about next, as of `now`; `None` when asking again
    /// would change nothing. One that the registry rules out is asked about too, since CMS
    /// reactivates numbers.
    pub fn after(verification: NpiStatus, now: Timestamp) -> Option<Self> {
        let wait = match verification {
            NpiStatus::Pending => FIRST_PAUSE,
            NpiStatus::Verified(_) | NpiStatus::Deactivated | NpiStatus::NotFound => {
                ANSWER_LIFETIME
            }
            // The registry keeps former names: only a new surname, which is asked about at once,
            // or an attestation changes this.
            NpiStatus::NameMismatch => return None,
        };
        Some(Self { at: now.plus(wait), failures: 0 })
    }

    /// The same after one more ask in vain at `now`: twice the pause of before, up to the longest.
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
        fn the_next_ask_lies_ahead_and_within_a_month(
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
    fn the_pause_doubles_from_five_minutes_to_six_hours() {
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
