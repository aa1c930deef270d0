//! What an attempt says about an endpoint.

use std::time::Duration;

use crate::time::Timestamp;
use crate::webhook::{
    AttemptResult, DisabledReason, NextStep, WebhookEndpoint, WebhookEvent, WebhookStatus,
};

/// After how long with failures only an endpoint is disabled.
const PATIENCE: Duration = Duration::from_hours(5 * 24);

/// While every attempt fails, how long after an attempt the next one may follow.
const PROBE_PAUSE: Duration = Duration::from_secs(30);

/// How long a receiver may take to answer.
pub const ANSWER_LIMIT: Duration = Duration::from_secs(10);

/// After how long without an answer the other deliveries to the receiver wait.
pub const SLOW_AFTER: Duration = Duration::from_secs(1);

/// The shortest and the longest time that a delivery waits for its receiver.
const HOLD: [Duration; 2] = [Duration::from_secs(10), Duration::from_mins(15)];

/// How an attempt changes its endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HealthChange {
    /// Not at all.
    None,
    /// The first failure after a success.
    StartsToFail,
    /// The first success after failures.
    Recovers,
    /// The endpoint is disabled.
    Disable(DisabledReason),
}

impl WebhookEndpoint {
    /// Takes the right to one attempt while every attempt fails. Otherwise all deliveries would wait for a dead
    /// receiver at the same time, and delay those to others. `None` if another one has it.
    #[must_use]
    pub fn take_probe(self, now: Timestamp) -> Option<Self> {
        if self.probe_at.is_some_and(|at| at > now) {
            return None;
        }
        let (probe_at, version) = (Some(now.plus(PROBE_PAUSE)), self.version + 1);
        Some(Self { probe_at, version, ..self })
    }

    /// Lets other deliveries wait until an attempt without an answer ends. Otherwise those to a receiver that has just
    /// died would take every place of the function before the first one fails. `None` if they wait already.
    #[must_use]
    pub fn note_slow(self, now: Timestamp) -> Option<Self> {
        let waits = self.failing_since.is_some() || self.is_slow(now);
        if waits || self.status != WebhookStatus::Active {
            return None;
        }
        let (probe_at, version) =
            (Some(now.plus(ANSWER_LIMIT.saturating_sub(SLOW_AFTER))), self.version + 1);
        Some(Self { probe_at, version, ..self })
    }

    /// Whether an attempt waits long for its answer.
    pub(super) fn is_slow(&self, now: Timestamp) -> bool {
        self.failing_since.is_none() && self.probe_at.is_some_and(|at| at > now)
    }

    /// How long a delivery waits before it is looked at again: until the receiver has had its time to answer. While
    /// every attempt fails or the receiver is being verified again, a quarter of the time so far, so that a short outage
    /// delays events only a little.
    pub fn hold_pause(&self, now: Timestamp) -> Duration {
        if let Some(until) = self.probe_at.filter(|_| self.is_slow(now)) {
            return until.since(now).max(SLOW_AFTER);
        }
        let since = self.failing_since.unwrap_or_else(|| self.challenge.created_at());
        (now.since(since) / 4).clamp(HOLD[0], HOLD[1])
    }

    /// Notes what an attempt found, and until when its receiver wants no other. `None` if there is nothing new.
    #[must_use]
    pub fn note_health(
        self,
        change: HealthChange,
        wait_until: Option<Timestamp>,
        now: Timestamp,
    ) -> Option<Self> {
        let (failing_since, probe_at) = match (change, self.failing_since) {
            (HealthChange::StartsToFail, None) => (Some(now), wait_until),
            (HealthChange::Recovers, Some(_)) => (None, None),
            (HealthChange::None | HealthChange::StartsToFail, Some(since)) => {
                (Some(since), wait_until.max(self.probe_at))
            }
            _ => return None,
        };
        if (failing_since, probe_at) == (self.failing_since, self.probe_at) {
            return None;
        }
        let version = self.version + 1;
        self.is_live().then_some(Self { failing_since, probe_at, version, ..self })
    }

    /// How an attempt at `now` changes this endpoint.
    pub fn health_after(
        &self,
        event: &WebhookEvent,
        (result, step): (AttemptResult, NextStep),
        now: Timestamp,
    ) -> HealthChange {
        match (self.status, step) {
            (WebhookStatus::Active, NextStep::Gone) => {}
            // It takes events, even if it does not answer challenges any more.
            (WebhookStatus::Active, _) if event.is_challenge() => return HealthChange::None,
            (WebhookStatus::Active, _) => {}
            // Events would wait for its new receiver forever.
            (WebhookStatus::Pending, NextStep::GiveUp | NextStep::Gone) if self.takes_events() => {
                return HealthChange::Disable(DisabledReason::Failing);
            }
            _ => return HealthChange::None,
        }
        match (step, self.failing_since) {
            (NextStep::Gone, _) => HealthChange::Disable(DisabledReason::Gone),
            (NextStep::Delivered, Some(_)) => HealthChange::Recovers,
            (NextStep::Delivered, None) => HealthChange::None,
            _ if !result.is_failure_of_receiver() => HealthChange::None,
            (_, None) => HealthChange::StartsToFail,
            (_, Some(since)) if now.since(since) >= PATIENCE => {
                HealthChange::Disable(DisabledReason::Failing)
            }
            (_, Some(_)) => HealthChange::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::EventId;
    use crate::webhook::SendFailure;
    use crate::webhook::endpoint::tests::{active, pending};

    const FAILED: AttemptResult = AttemptResult::Status(500);
    const RETRY: NextStep = NextStep::RetryAt(Timestamp::EPOCH);

    fn days(days: u64) -> Timestamp {
        Timestamp::EPOCH.plus(Duration::from_hours(days * 24))
    }

    fn event() -> WebhookEvent {
        WebhookEvent::for_test(EventId::from_bytes([9; 16]), Timestamp::EPOCH)
    }

    fn challenge() -> WebhookEvent {
        WebhookEvent::challenge(EventId::from_bytes([9; 16]), Timestamp::EPOCH, "text")
    }

    #[test]
    fn a_new_receiver_that_never_answers_disables_its_endpoint() {
        let moved = WebhookEndpoint { status: WebhookStatus::Pending, ..active() };
        let change = moved.health_after(&challenge(), (FAILED, RETRY), days(1));
        assert_eq!(change, HealthChange::None);
        let change = moved.health_after(&challenge(), (FAILED, NextStep::GiveUp), days(3));
        assert_eq!(change, HealthChange::Disable(DisabledReason::Failing));
        assert!(moved.disable(DisabledReason::Failing).is_some());
        let change = pending().health_after(&challenge(), (FAILED, NextStep::GiveUp), days(3));
        assert_eq!(change, HealthChange::None, "it never got events");
    }

    #[test]
    fn a_challenge_of_an_active_endpoint_says_nothing_about_its_events() {
        let change = active().health_after(&challenge(), (FAILED, RETRY), days(1));
        assert_eq!(change, HealthChange::None);
    }

    #[test]
    fn five_days_of_failures_disable_an_endpoint() {
        let healthy = active();
        assert_eq!(
            healthy.health_after(&event(), (FAILED, RETRY), days(1)),
            HealthChange::StartsToFail
        );
        let failing = WebhookEndpoint { failing_since: Some(days(1)), ..healthy };
        let almost = days(6).previous_instant();
        assert_eq!(failing.health_after(&event(), (FAILED, RETRY), almost), HealthChange::None);
        let disable = HealthChange::Disable(DisabledReason::Failing);
        assert_eq!(failing.health_after(&event(), (FAILED, RETRY), days(6)), disable);
        assert_eq!(failing.health_after(&event(), (FAILED, NextStep::GiveUp), days(6)), disable);
        let ours = AttemptResult::Failure(SendFailure::SecretUnavailable);
        assert_eq!(failing.health_after(&event(), (ours, RETRY), days(9)), HealthChange::None);
    }

    #[test]
    fn a_failing_endpoint_gets_one_attempt_at_a_time() {
        let now = Timestamp::EPOCH;
        let failing = WebhookEndpoint { failing_since: Some(now), ..active() };
        let probed = failing.take_probe(now).unwrap();
        assert_eq!(probed.version, active().version + 1, "only one of two runs takes it");
        let later = now.plus(PROBE_PAUSE);
        assert_eq!(probed.clone().take_probe(later.previous_instant()), None);
        assert!(probed.clone().take_probe(later).is_some());
        let recovered = probed.note_health(HealthChange::Recovers, None, now).unwrap();
        assert_eq!((recovered.failing_since, recovered.probe_at), (None, None));
    }

    #[test]
    fn every_attempt_may_say_how_long_to_wait() {
        let (now, soon, late) = (days(1), days(2), days(3));
        let failing = active().note_health(HealthChange::StartsToFail, Some(soon), now).unwrap();
        assert_eq!((failing.failing_since, failing.probe_at), (Some(now), Some(soon)));
        let note = |change, until| failing.clone().note_health(change, until, soon);
        for change in [HealthChange::None, HealthChange::StartsToFail] {
            let waits = note(change, Some(late)).unwrap();
            assert_eq!(
                (waits.failing_since, waits.probe_at),
                (Some(now), Some(late)),
                "{change:?}"
            );
            assert_eq!(note(change, None), None);
            assert_eq!(note(change, Some(now)), None, "a shorter pause ends no longer one");
        }
        assert_eq!(active().note_health(HealthChange::None, Some(late), now), None);
        assert_eq!(active().note_health(HealthChange::Recovers, None, now), None);
    }

    #[test]
    fn one_attempt_without_an_answer_holds_up_the_others_until_it_ends() {
        let now = days(1);
        let slow = active().note_slow(now).unwrap();
        assert_eq!(slow.version, active().version + 1, "it is noted once");
        assert_eq!(slow.clone().note_slow(now), None);
        assert_eq!(slow.hold_pause(now), ANSWER_LIMIT.saturating_sub(SLOW_AFTER));
        let end = now.plus(ANSWER_LIMIT.saturating_sub(SLOW_AFTER));
        assert_eq!(slow.hold_pause(end.previous_instant()), SLOW_AFTER);
        assert!(slow.is_slow(end.previous_instant()) && !slow.is_slow(end));
        let failing = WebhookEndpoint { failing_since: Some(now), ..active() };
        assert_eq!(failing.note_slow(now), None, "one attempt at a time is made anyway");
        assert_eq!(pending().note_slow(now), None);
    }

    #[test]
    fn events_wait_longer_the_longer_a_receiver_fails() {
        let failing = WebhookEndpoint { failing_since: Some(days(1)), ..active() };
        let pause =
            |seconds| failing.hold_pause(days(1).plus(Duration::from_secs(seconds))).as_secs();
        assert_eq!([0, 40, 400, 3600, 90_000].map(pause), [10, 10, 100, 900, 900]);
    }

    #[test]
    fn one_success_starts_the_five_days_again() {
        let success = (AttemptResult::Status(200), NextStep::Delivered);
        let failing = WebhookEndpoint { failing_since: Some(days(1)), ..active() };
        let change = failing.health_after(&event(), success, days(9));
        assert_eq!(change, HealthChange::Recovers);
        let change = active().health_after(&event(), success, days(9));
        assert_eq!(change, HealthChange::None);
    }

    #[test]
    fn a_receiver_that_is_gone_is_disabled_at_once() {
        let gone = AttemptResult::Status(410);
        let change = active().health_after(&event(), (gone, NextStep::Gone), days(0));
        assert_eq!(change, HealthChange::Disable(DisabledReason::Gone));
        let change = pending().health_after(&challenge(), (gone, NextStep::Gone), days(0));
        assert_eq!(change, HealthChange::None, "it gets no events anyway");
    }
}
