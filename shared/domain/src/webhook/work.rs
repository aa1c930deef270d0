//! What the function `webhooks` does, and whether it may.

use crate::ids::{ClinicId, WebhookId};
use crate::time::Timestamp;
use crate::webhook::{DeliveryRef, WebhookDelivery, WebhookEndpoint, WebhookStatus};

/// Work of the function `webhooks`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookWork {
    /// A delivery may be due.
    Deliver(DeliveryRef),
    /// The replay of an endpoint goes on.
    Replay(ClinicId, WebhookId),
}

impl WebhookWork {
    /// The endpoint, whose work waits only for itself.
    pub fn endpoint(self) -> WebhookId {
        match self {
            Self::Deliver(delivery) => delivery.endpoint,
            Self::Replay(_, endpoint) => endpoint,
        }
    }
}

/// What may happen to a delivery that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// It may be sent.
    Send,
    /// It may be sent if no other attempt was made just now, because every attempt fails.
    Probe,
    /// It waits, because the receiver is being verified again or does not answer another one.
    Hold,
    /// It is canceled.
    Cancel,
}

impl WebhookEndpoint {
    /// What may happen to a delivery to this endpoint.
    pub fn readiness(&self, delivery: &WebhookDelivery, now: Timestamp) -> Readiness {
        let is_challenge = delivery.event.is_challenge();
        match self.status {
            WebhookStatus::Ended(_) => Readiness::Cancel,
            _ if is_challenge && self.challenge == delivery.id => Readiness::Send,
            _ if is_challenge => Readiness::Cancel,
            // Someone waits for it.
            WebhookStatus::Active if delivery.requested => Readiness::Send,
            WebhookStatus::Active if self.failing_since.is_some() => Readiness::Probe,
            WebhookStatus::Active if self.is_slow(now) => Readiness::Hold,
            WebhookStatus::Active => Readiness::Send,
            WebhookStatus::Pending if self.verified_at.is_some() => Readiness::Hold,
            WebhookStatus::Pending | WebhookStatus::Disabled(_) => Readiness::Cancel,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::EventId;
    use crate::webhook::endpoint::tests::{active, pending};
    use crate::webhook::{DisabledReason, WebhookEvent};

    fn delivery(event: WebhookEvent) -> WebhookDelivery {
        let endpoint = active();
        WebhookDelivery::new(endpoint.clinic, endpoint.id, event, Timestamp::EPOCH)
    }

    #[test]
    fn only_a_verified_receiver_gets_events() {
        let (id, now) = (EventId::from_bytes([9; 16]), Timestamp::EPOCH);
        let event = delivery(WebhookEvent::for_test(id, now));
        let disabled = active().disable(DisabledReason::Failing).unwrap();
        assert_eq!(active().readiness(&event, now), Readiness::Send);
        assert_eq!(pending().readiness(&event, now), Readiness::Cancel);
        let failing = WebhookEndpoint { failing_since: Some(now), ..active() };
        assert_eq!(failing.readiness(&event, now), Readiness::Probe);
        let tried = WebhookDelivery { attempts: 1, ..event.clone() };
        assert_eq!(failing.readiness(&tried, now), Readiness::Probe, "all would come at once");
        let requested = event.clone().requested();
        assert_eq!(failing.readiness(&requested, now), Readiness::Send, "someone waits for it");
        assert_eq!(disabled.readiness(&event, now), Readiness::Cancel);
        let moved = WebhookEndpoint { status: WebhookStatus::Pending, ..active() };
        assert_eq!(moved.readiness(&event, now), Readiness::Hold, "it is being verified again");
        let slow = active().note_slow(now).unwrap();
        assert_eq!(slow.readiness(&event, now), Readiness::Hold, "another one has no answer");
        assert_eq!(slow.readiness(&requested, now), Readiness::Send);
        let later = slow.probe_at.unwrap();
        assert_eq!(slow.readiness(&event, later), Readiness::Send);
        assert_eq!(active().end(now).unwrap().readiness(&event, now), Readiness::Cancel);
    }

    #[test]
    fn only_the_newest_challenge_is_sent() {
        let (id, now) = (EventId::from_bytes([9; 16]), Timestamp::EPOCH);
        let challenge = delivery(WebhookEvent::challenge(id, now, "text"));
        let asked = pending().ask_again(challenge.id).unwrap();
        assert_eq!(asked.readiness(&challenge, now), Readiness::Send);
        assert_eq!(pending().readiness(&challenge, now), Readiness::Cancel);
        assert_eq!(asked.end(now).unwrap().readiness(&challenge, now), Readiness::Cancel);
    }
}
