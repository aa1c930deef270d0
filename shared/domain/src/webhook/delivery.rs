//! A delivery: one event on its way to one endpoint.

use std::time::Duration;

use crate::ids::{ClinicId, DeliveryId, WebhookId};
use crate::time::Timestamp;
use crate::webhook::outcome::last_attempt;
use crate::webhook::{AttemptResult, NextStep, WebhookEvent};

/// How long a delivery is kept.
pub const KEPT_FOR: Duration = Duration::from_hours(30 * 24);

/// How long one attempt has the delivery to itself. An attempt takes 10 s.
const LEASE: Duration = Duration::from_mins(1);

/// How much earlier than its due date a delivery may be attempted, because the clocks of two machines differ.
const EARLY: Duration = Duration::from_secs(1);

/// How far ahead a message of the queue can wait.
const QUEUE_DELAY: Duration = Duration::from_mins(15);

/// How long after its due date a delivery is looked at again, if its message was lost.
const LOST_AFTER: Duration = Duration::from_mins(5);

/// Names a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliveryRef {
    /// The clinic.
    pub clinic: ClinicId,
    /// The endpoint.
    pub endpoint: WebhookId,
    /// The delivery.
    pub id: DeliveryId,
}

/// The state of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// An attempt follows.
    Pending {
        /// When it is due.
        due: Timestamp,
    },
    /// The receiver took it.
    Delivered,
    /// Every attempt failed.
    Failed,
    /// The endpoint gets no events.
    Canceled,
}

impl DeliveryState {
    /// The names of all states.
    pub const NAMES: [&str; 4] = ["pending", "delivered", "failed", "canceled"];

    /// The name in JSON and in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending { .. } => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
        }
    }

    /// When the next attempt is due.
    pub const fn due(self) -> Option<Timestamp> {
        match self {
            Self::Pending { due } => Some(due),
            _ => None,
        }
    }
}

/// The last attempt at a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastAttempt {
    /// When it ended.
    pub at: Timestamp,
    /// How it ended.
    pub result: AttemptResult,
}

/// One event on its way to one endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookDelivery {
    /// The clinic.
    pub clinic: ClinicId,
    /// The endpoint.
    pub endpoint: WebhookId,
    /// The id. It follows from the event and the endpoint.
    pub id: DeliveryId,
    /// The event.
    pub event: WebhookEvent,
    /// The state.
    pub state: DeliveryState,
    /// How many attempts there were since it was queued.
    pub attempts: u32,
    /// When it was queued, for the first time or again.
    pub queued_at: Timestamp,
    /// The last attempt.
    pub last: Option<LastAttempt>,
    /// Whether someone asked for it, so that it does not wait until its receiver works again.
    pub requested: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// Counts the writes, so that no write is lost.
    pub version: u64,
}

impl WebhookDelivery {
    /// A delivery that is due now.
    pub fn new(clinic: ClinicId, endpoint: WebhookId, event: WebhookEvent, now: Timestamp) -> Self {
        Self {
            clinic,
            endpoint,
            id: DeliveryId::of(event.id, endpoint, event.at),
            event,
            state: DeliveryState::Pending { due: now },
            attempts: 0,
            queued_at: now,
            last: None,
            requested: false,
            created_at: now,
            version: 1,
        }
    }

    /// Names it.
    pub fn reference(&self) -> DeliveryRef {
        DeliveryRef { clinic: self.clinic, endpoint: self.endpoint, id: self.id }
    }

    /// How long a message about the next attempt waits in the queue. `None` if there is none: the attempt is too
    /// far ahead, and the schedule looks for it.
    pub fn message_delay(&self, now: Timestamp) -> Option<Duration> {
        let delay = self.state.due()?.since(now);
        (delay <= QUEUE_DELAY).then_some(delay)
    }

    /// When the schedule looks at it.
    pub fn wake_at(&self, now: Timestamp) -> Option<Timestamp> {
        let due = self.state.due()?;
        Some(if self.message_delay(now).is_some() { due.plus(LOST_AFTER) } else { due })
    }

    /// Whether an attempt is due. If not, another run is faster, or a later message follows.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.state.due().is_some_and(|due| due <= now.plus(EARLY))
    }

    /// Whether it is no longer kept.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.kept_until() <= now
    }

    /// Until when it is kept: 30 days, and longer if it was queued again.
    pub fn kept_until(&self) -> Timestamp {
        self.created_at.plus(KEPT_FOR).max(last_attempt(self.queued_at).plus(LEASE))
    }

    fn next(self, state: DeliveryState) -> Self {
        Self { state, version: self.version + 1, ..self }
    }

    /// Reserves it for one attempt. If the process dies, it is due again when the lease ends.
    #[must_use]
    pub fn lease(self, now: Timestamp) -> Self {
        self.next(DeliveryState::Pending { due: now.plus(LEASE) })
    }

    /// The same, asked for by someone.
    #[must_use]
    pub fn requested(self) -> Self {
        Self { requested: true, ..self }
    }

    /// Waits for the receiver. This is no attempt. After three days it failed.
    #[must_use]
    pub fn hold(self, pause: Duration, now: Timestamp) -> Self {
        if now >= last_attempt(self.queued_at) {
            return self.next(DeliveryState::Failed);
        }
        self.next(DeliveryState::Pending { due: now.plus(pause) })
    }

    /// Ends it because its endpoint gets no events.
    #[must_use]
    pub fn cancel(self) -> Self {
        self.next(DeliveryState::Canceled)
    }

    /// Notes an attempt and what follows from it.
    #[must_use]
    pub fn note_attempt(mut self, attempt: LastAttempt, step: NextStep) -> Self {
        self.attempts = self.attempts.saturating_add(1);
        self.last = Some(attempt);
        self.next(match step {
            NextStep::Delivered => DeliveryState::Delivered,
            NextStep::RetryAt(due) => DeliveryState::Pending { due },
            NextStep::Gone => DeliveryState::Canceled,
            NextStep::GiveUp => DeliveryState::Failed,
        })
    }

    /// Queues it again, with all attempts.
    #[must_use]
    pub fn queue_again(self, now: Timestamp) -> Self {
        let queued = Self { attempts: 0, queued_at: now, requested: false, ..self };
        queued.next(DeliveryState::Pending { due: now })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::EventId;

    fn delivery() -> WebhookDelivery {
        let event = WebhookEvent::for_test(EventId::from_bytes([1; 16]), Timestamp::EPOCH);
        let (clinic, endpoint) = (ClinicId::from_bytes([2; 16]), WebhookId::from_bytes([3; 16]));
        WebhookDelivery::new(clinic, endpoint, event, Timestamp::EPOCH)
    }

    fn later(seconds: u64) -> Timestamp {
        Timestamp::EPOCH.plus(Duration::from_secs(seconds))
    }

    #[test]
    fn one_attempt_at_a_time_has_a_delivery() {
        let new = delivery();
        assert!(new.is_due(later(0)));
        let leased = new.lease(later(0));
        assert!(!leased.is_due(later(58)), "another message finds it reserved");
        assert!(leased.is_due(later(60)), "the process died");
        assert_eq!(leased.version, 2);
    }

    #[test]
    fn a_delivery_that_is_queued_again_has_all_attempts() {
        let attempt = LastAttempt { at: later(3), result: AttemptResult::Status(500) };
        let failed = delivery().note_attempt(attempt, NextStep::GiveUp);
        assert_eq!((failed.state, failed.attempts), (DeliveryState::Failed, 1));
        assert!(!failed.is_due(later(1000)));
        let again = failed.queue_again(later(9));
        assert_eq!((again.attempts, again.queued_at, again.last), (0, later(9), Some(attempt)));
        assert!(again.is_due(later(9)));
        let delivered = again.note_attempt(attempt, NextStep::Delivered);
        assert_eq!(delivered.state.as_str(), "delivered");
        assert!(DeliveryState::NAMES.contains(&delivered.cancel().state.as_str()));
    }

    #[test]
    fn the_queue_brings_an_attempt_soon_and_the_schedule_a_late_one() {
        let soon = delivery();
        assert_eq!(soon.message_delay(later(0)), Some(Duration::ZERO));
        assert_eq!(soon.wake_at(later(0)), Some(later(300)), "if the message is lost");
        let attempt = LastAttempt { at: later(0), result: AttemptResult::Status(500) };
        let late = soon.note_attempt(attempt, NextStep::RetryAt(later(1800)));
        assert_eq!(late.message_delay(later(0)), None);
        assert_eq!(late.wake_at(later(0)), Some(later(1800)));
        assert_eq!(late.message_delay(later(901)), Some(Duration::from_secs(899)));
        assert_eq!(late.cancel().wake_at(later(0)), None);
    }

    #[test]
    fn a_held_delivery_has_had_no_attempt() {
        let pause = Duration::from_mins(5);
        let held = delivery().hold(pause, later(0));
        assert_eq!(held.attempts, 0);
        assert!(!held.is_due(later(298)) && held.is_due(later(300)));
        assert_eq!(held.clone().hold(pause, later(3 * 24 * 3600)).state, DeliveryState::Failed);
        assert!(!held.is_expired(later(60)) && held.is_expired(later(30 * 24 * 3600)));
    }
}
