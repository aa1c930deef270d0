//! An endpoint: where a clinic's events go, and its transitions.

use crate::credentials::api_key::{KeyDescription, OverlapHours};
use crate::credentials::keyring::{Keyring, WebhookSecrets};
use crate::ids::{ClinicId, DeliveryId, UserId, WebhookId};
use crate::time::Timestamp;
use crate::webhook::{EndpointSecrets, EventTypes, ReceiverUrl, WebhookEvent};

/// The most endpoints that a clinic has at a time.
pub const MAX_ENDPOINTS: u32 = 10;

/// The status of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookStatus {
    /// The receiver has not answered the challenge.
    Pending,
    /// It gets events.
    Active,
    /// It gets no events, because its receiver failed.
    Disabled(DisabledReason),
    /// It was ended then.
    Ended(Timestamp),
}

impl WebhookStatus {
    /// The names of all statuses.
    pub const NAMES: [&str; 4] = ["pending", "active", "disabled", "ended"];

    /// The name in JSON and in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Disabled(_) => "disabled",
            Self::Ended(_) => "ended",
        }
    }
}

/// Why an endpoint was disabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisabledReason {
    /// The receiver answered 410.
    Gone,
    /// Every attempt of five days failed, or the challenge of another URL for three.
    Failing,
}

impl DisabledReason {
    /// Every reason.
    pub const ALL: [Self; 2] = [Self::Gone, Self::Failing];

    /// The name in JSON and in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Failing => "failing",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}

/// Deliveries that someone asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestedDelivery {
    /// A test event.
    Test,
    /// A challenge.
    Challenge,
    /// One delivery again.
    One,
    /// All deliveries since a time again.
    Since,
}

impl RequestedDelivery {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Test, Self::Challenge, Self::One, Self::Since];

    /// The name in the audit.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Challenge => "challenge",
            Self::One => "one",
            Self::Since => "since",
        }
    }
}

/// All deliveries of a time, which are queued again one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replay {
    /// Events that happened at this time or later.
    pub since: Timestamp,
    /// When it was asked for. Later events are not part of it.
    pub started_at: Timestamp,
    /// Who asked for it.
    pub started_by: UserId,
    /// The last delivery that was queued again. `None` before the first one.
    pub after: Option<DeliveryId>,
}

/// An endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookEndpoint {
    /// The id.
    pub id: WebhookId,
    /// The clinic.
    pub clinic: ClinicId,
    /// The receiver.
    pub url: ReceiverUrl,
    /// What it is for, in the words of its creator.
    pub description: KeyDescription,
    /// Which events it gets.
    pub types: EventTypes,
    /// The status.
    pub status: WebhookStatus,
    /// Its secrets.
    pub secrets: EndpointSecrets,
    /// The newest challenge. The answer to an older one counts for nothing.
    pub challenge: DeliveryId,
    /// When the receiver last answered a challenge. `None` if it never did.
    pub verified_at: Option<Timestamp>,
    /// Since when every attempt failed.
    pub failing_since: Option<Timestamp>,
    /// When the next attempt may begin, while every attempt fails or the receiver does not answer one.
    pub probe_at: Option<Timestamp>,
    /// A replay that is not done.
    pub replay: Option<Replay>,
    /// Who created it.
    pub created_by: UserId,
    /// When it was created.
    pub created_at: Timestamp,
    /// Counts the writes, so that no write is lost.
    pub version: u64,
}

/// What is needed to create an endpoint.
#[derive(Clone, Debug)]
pub struct NewEndpoint {
    /// The receiver.
    pub url: ReceiverUrl,
    /// What it is for.
    pub description: KeyDescription,
    /// Which events it gets.
    pub types: EventTypes,
}

/// Changes of an endpoint. What is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct EndpointChanges {
    /// The receiver.
    pub url: Option<ReceiverUrl>,
    /// What it is for.
    pub description: Option<KeyDescription>,
    /// Which events it gets.
    pub types: Option<EventTypes>,
}

/// The endpoint was ended. Nothing changes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WebhookEnded;

/// Why an endpoint got no other secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotRotated {
    /// It was ended.
    Ended(WebhookEnded),
    /// Four secrets sign.
    TooManySecrets,
}

impl WebhookEndpoint {
    /// A new endpoint, whose receiver has to answer the challenge first.
    pub fn new(
        (clinic, id): (ClinicId, WebhookId),
        new: NewEndpoint,
        challenge: DeliveryId,
        (kid, created_by): (u8, UserId),
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            clinic,
            url: new.url,
            description: new.description,
            types: new.types,
            status: WebhookStatus::Pending,
            secrets: EndpointSecrets::first(kid, created_by, now),
            challenge,
            verified_at: None,
            failing_since: None,
            probe_at: None,
            replay: None,
            created_by,
            created_at: now,
            version: 1,
        }
    }

    /// Whether it was not ended.
    pub fn is_live(&self) -> bool {
        !matches!(self.status, WebhookStatus::Ended(_))
    }

    /// Whether events are kept for it. While a receiver is not verified again, they wait. While it is
    /// disabled, they are kept to be replayed.
    pub fn takes_events(&self) -> bool {
        self.is_live() && self.verified_at.is_some()
    }

    /// Whether it gets this event of its clinic. What happened before it was created may come late, and is in the
    /// feed. SES reports on an email in whole seconds.
    pub fn takes(&self, event: &WebhookEvent) -> bool {
        let happened = event.at.seconds() >= self.created_at.seconds();
        self.takes_events() && self.types.include(&event.kind) && happened
    }

    /// Whether its newest secret does not derive from the newest key, so that it should be rotated.
    pub fn needs_rotation(&self, keys: &Keyring<WebhookSecrets>) -> bool {
        self.secrets.newest.version.kid != keys.newest_kid()
    }

    fn live(self) -> Result<Self, WebhookEnded> {
        if !self.is_live() {
            return Err(WebhookEnded);
        }
        let version = self.version + 1;
        Ok(Self { version, ..self })
    }

    /// Changes it. A new receiver has to answer `challenge` first.
    pub fn edit(
        self,
        changes: EndpointChanges,
        challenge: DeliveryId,
    ) -> Result<Self, WebhookEnded> {
        let mut next = self.live()?;
        if let Some(url) = changes.url.filter(|url| *url != next.url) {
            next.url = url;
            next.status = WebhookStatus::Pending;
            next.challenge = challenge;
            (next.failing_since, next.probe_at) = (None, None);
        }
        next.description = changes.description.unwrap_or(next.description);
        next.types = changes.types.unwrap_or(next.types);
        Ok(next)
    }

    /// Gives it another secret, with the key of this number.
    pub fn rotate(
        self,
        (kid, made_by): (u8, UserId),
        overlap: OverlapHours,
        now: Timestamp,
    ) -> Result<Self, NotRotated> {
        let next = self.live().map_err(NotRotated::Ended)?;
        let secrets = next.secrets.rotate(kid, made_by, overlap, now);
        Ok(Self { secrets: secrets.ok_or(NotRotated::TooManySecrets)?, ..next })
    }

    /// Asks the receiver again whether it wants events. Its status changes when the receiver answers.
    pub fn ask_again(self, challenge: DeliveryId) -> Result<Self, WebhookEnded> {
        Ok(Self { challenge, ..self.live()? })
    }

    /// Makes it active, because its receiver answered this challenge. `None` if another one is newer, or if
    /// it was ended.
    #[must_use]
    pub fn verify(self, answered: DeliveryId, now: Timestamp) -> Option<Self> {
        if self.challenge != answered {
            return None;
        }
        let next = self.live().ok()?;
        let (status, verified_at) = (WebhookStatus::Active, Some(now));
        Some(Self { status, verified_at, failing_since: None, probe_at: None, ..next })
    }

    /// Disables it, and ends its replay. `None` if it gets no events anyway.
    #[must_use]
    pub fn disable(self, why: DisabledReason) -> Option<Self> {
        if matches!(self.status, WebhookStatus::Disabled(_)) || !self.takes_events() {
            return None;
        }
        let next = self.live().ok()?;
        // A challenge that is still being sent must not enable it: someone has to ask again.
        let challenge = DeliveryId::floor(next.challenge.created_at());
        Some(Self { status: WebhookStatus::Disabled(why), challenge, replay: None, ..next })
    }

    /// Ends it for good. `None` if it was ended.
    #[must_use]
    pub fn end(self, now: Timestamp) -> Option<Self> {
        let next = self.live().ok()?;
        Some(Self { status: WebhookStatus::Ended(now), replay: None, ..next })
    }

    /// Starts, continues or ends its replay.
    pub fn with_replay(self, replay: Option<Replay>) -> Result<Self, WebhookEnded> {
        Ok(Self { replay, ..self.live()? })
    }
}

#[cfg(test)]
pub(crate) mod tests;
