//! What follows from an attempt at a delivery.

use std::time::Duration;

use crate::time::Timestamp;

/// The pauses after the first attempts. The last one repeats.
const PAUSES: [Duration; 6] = [
    Duration::from_secs(5),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(5),
    Duration::from_hours(10),
];

/// How long after the first attempt the last one is.
const WINDOW: Duration = Duration::from_hours(3 * 24);

/// The longest pause that a receiver may ask for.
const MAX_RETRY_AFTER: Duration = Duration::from_hours(24);

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptResult {
    /// The receiver answered with this status.
    Status(u16),
    /// There is no answer, or it is not the expected one.
    Failure(SendFailure),
}

/// Why an attempt has no answer, or not the expected one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendFailure {
    /// The domain name has no address.
    NameNotResolved,
    /// The domain name has an address that is not public. Nothing was sent.
    AddressNotPublic,
    /// There is no connection, or no encrypted one.
    Unreachable,
    /// The answer did not come in time.
    TimedOut,
    /// The connection broke off.
    BrokenOff,
    /// The answer does not repeat the text of the challenge.
    ChallengeNotAnswered,
    /// The key of the endpoint's secret is gone. Nothing was sent.
    SecretUnavailable,
}

impl SendFailure {
    /// Every failure.
    pub const ALL: [Self; 7] = [
        Self::NameNotResolved,
        Self::AddressNotPublic,
        Self::Unreachable,
        Self::TimedOut,
        Self::BrokenOff,
        Self::ChallengeNotAnswered,
        Self::SecretUnavailable,
    ];

    /// The name in JSON and in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NameNotResolved => "name_not_resolved",
            Self::AddressNotPublic => "address_not_public",
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed_out",
            Self::BrokenOff => "broken_off",
            Self::ChallengeNotAnswered => "challenge_not_answered",
            Self::SecretUnavailable => "secret_unavailable",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|failure| failure.as_str() == text)
    }
}

impl AttemptResult {
    /// Whether the receiver took the event.
    pub fn is_success(self) -> bool {
        matches!(self, Self::Status(200..=299))
    }

    /// Whether the receiver is to blame for a failure. A missing secret is our own fault.
    pub fn is_failure_of_receiver(self) -> bool {
        !self.is_success() && self != Self::Failure(SendFailure::SecretUnavailable)
    }
}

/// What follows from an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// The delivery is done.
    Delivered,
    /// Another attempt follows.
    RetryAt(Timestamp),
    /// The receiver wants no more events (410). The endpoint is disabled.
    Gone,
    /// No attempt follows.
    GiveUp,
}

/// Decides what follows from an attempt at `now`. `attempts` counts it too. The delivery was queued at
/// `queued_at`. A redirect is a failure.
pub fn next_step(
    (result, retry_after): (AttemptResult, Option<Duration>),
    attempts: u32,
    queued_at: Timestamp,
    now: Timestamp,
) -> NextStep {
    match result {
        result if result.is_success() => return NextStep::Delivered,
        AttemptResult::Status(410) => return NextStep::Gone,
        _ => {}
    }
    let end = last_attempt(queued_at);
    if now >= end {
        return NextStep::GiveUp;
    }
    let at = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    let pause = PAUSES.get(at).or(PAUSES.last()).copied().unwrap_or_default();
    let asked = retry_after.unwrap_or_default().min(MAX_RETRY_AFTER);
    // The last attempt is at the end, even if the pause would be longer.
    NextStep::RetryAt(now.plus(pause.max(asked)).min(end))
}

/// When the last attempt is, if all fail.
pub(super) fn last_attempt(queued_at: Timestamp) -> Timestamp {
    queued_at.plus(WINDOW)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn millis(ms: u64) -> Timestamp {
        Timestamp::EPOCH.plus(Duration::from_millis(ms))
    }

    fn decide(result: AttemptResult, attempts: u32, now: Timestamp) -> NextStep {
        next_step((result, None), attempts, Timestamp::EPOCH, now)
    }

    #[test]
    fn an_unreachable_receiver_is_tried_for_three_days() {
        let (mut now, mut pauses) = (Timestamp::EPOCH, Vec::new());
        for attempts in 1.. {
            match decide(AttemptResult::Status(500), attempts, now) {
                NextStep::RetryAt(next) => {
                    pauses.push(next.since(now).as_secs());
                    now = next;
                }
                NextStep::GiveUp => break,
                other => panic!("{other:?}"),
            }
        }
        let hours = 3600;
        assert_eq!(pauses[..5], [5, 300, 1800, 2 * hours, 5 * hours]);
        assert_eq!(pauses[5..11], [10 * hours; 6]);
        assert_eq!(pauses.len(), 12, "and one at the end: {pauses:?}");
        assert_eq!(now, Timestamp::EPOCH.plus(WINDOW));
    }

    #[test]
    fn an_answer_decides_what_follows() {
        for (status, expected) in [
            (200, Some(NextStep::Delivered)),
            (204, Some(NextStep::Delivered)),
            (299, Some(NextStep::Delivered)),
            (410, Some(NextStep::Gone)),
            (199, None),
            (301, None),
            (307, None),
            (400, None),
            (404, None),
            (429, None),
            (500, None),
        ] {
            let retry = NextStep::RetryAt(millis(5000));
            let found = decide(AttemptResult::Status(status), 1, Timestamp::EPOCH);
            assert_eq!(found, expected.unwrap_or(retry), "{status}");
        }
        for failure in SendFailure::ALL {
            let found = decide(AttemptResult::Failure(failure), 1, Timestamp::EPOCH);
            assert_eq!(found, NextStep::RetryAt(millis(5000)));
            assert_eq!(SendFailure::parse(failure.as_str()), Some(failure));
        }
        assert_eq!(SendFailure::parse("late"), None);
    }

    #[test]
    fn retry_after_makes_a_pause_longer_and_never_shorter() {
        let after = |seconds| {
            let asked = Some(Duration::from_secs(seconds));
            let busy = (AttemptResult::Status(429), asked);
            match next_step(busy, 2, Timestamp::EPOCH, Timestamp::EPOCH) {
                NextStep::RetryAt(at) => at.since(Timestamp::EPOCH).as_secs(),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!((after(0), after(299), after(301)), (300, 300, 301));
        assert_eq!(after(u64::MAX), 24 * 3600);
    }

    #[test]
    fn a_missing_secret_is_not_held_against_the_receiver() {
        let ours = AttemptResult::Failure(SendFailure::SecretUnavailable);
        assert!(!ours.is_success() && !ours.is_failure_of_receiver());
        assert!(AttemptResult::Status(302).is_failure_of_receiver());
        assert!(!AttemptResult::Status(204).is_failure_of_receiver());
    }

    proptest! {
        #[test]
        fn every_failing_delivery_ends(asked in prop::collection::vec(prop::option::of(any::<u64>()), 1..40), late in 0_u64..100_000_000) {
            let (mut now, mut attempts) = (millis(late % 10_000), 0_u32);
            loop {
                attempts += 1;
                let asked = asked[attempts as usize % asked.len()].map(Duration::from_secs);
                let failed = (AttemptResult::Status(503), asked);
                match next_step(failed, attempts, Timestamp::EPOCH, now) {
                    NextStep::RetryAt(next) => {
                        prop_assert!(next > now, "time goes on");
                        prop_assert!(next <= Timestamp::EPOCH.plus(WINDOW));
                        // An attempt may come late.
                        now = next.plus(Duration::from_millis(late % 7_000_000));
                    }
                    NextStep::GiveUp => break,
                    other => prop_assert!(false, "{other:?}"),
                }
                prop_assert!(attempts <= 13);
            }
            prop_assert!(now >= Timestamp::EPOCH.plus(WINDOW), "not before three days");
        }
    }
}
