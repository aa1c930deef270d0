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
    /// Every attempt of five days failed.
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
    /// While every attempt fails: when the next first attempt at a delivery may be made.
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
    ) -> Result<Self, WebhookEnded> {
        let next = self.live()?;
        Ok(Self { secrets: next.secrets.rotate(kid, made_by, overlap, now), ..next })
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

    /// Notes since when every attempt failed, and until when the receiver wants none.
    pub fn with_failing_since(
        self,
        since: Option<Timestamp>,
        probe_at: Option<Timestamp>,
    ) -> Result<Self, WebhookEnded> {
        Ok(Self { failing_since: since, probe_at, ..self.live()? })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    fn user() -> UserId {
        UserId::from_bytes([3; 16])
    }

    fn challenge(byte: u8) -> DeliveryId {
        DeliveryId::from_bytes([byte; 16])
    }

    pub(crate) fn pending() -> WebhookEndpoint {
        let new = NewEndpoint {
            url: ReceiverUrl::parse("https://pacs.example/hook").unwrap(),
            description: KeyDescription::parse("PACS").unwrap(),
            types: EventTypes::default(),
        };
        let ids = (ClinicId::from_bytes([1; 16]), WebhookId::from_bytes([2; 16]));
        WebhookEndpoint::new(ids, new, challenge(1), (1, user()), Timestamp::EPOCH)
    }

    pub(crate) fn active() -> WebhookEndpoint {
        pending().verify(challenge(1), Timestamp::EPOCH).unwrap()
    }

    fn url(text: &str) -> EndpointChanges {
        EndpointChanges { url: Some(ReceiverUrl::parse(text).unwrap()), ..Default::default() }
    }

    #[test]
    fn an_endpoint_gets_events_once_its_receiver_answered_the_newest_challenge() {
        assert!(!pending().takes_events());
        assert_eq!(pending().verify(challenge(2), Timestamp::EPOCH), None);
        assert_eq!(active().status, WebhookStatus::Active);
        let asked = pending().ask_again(challenge(2)).unwrap();
        assert_eq!(asked.clone().verify(challenge(1), Timestamp::EPOCH), None, "an older one");
        assert!(asked.verify(challenge(2), Timestamp::EPOCH).unwrap().takes_events());
        let asked = active().ask_again(challenge(2)).unwrap();
        assert_eq!(asked.status, WebhookStatus::Active);
    }

    #[test]
    fn another_receiver_has_to_answer_first_and_events_wait() {
        let moved = active().edit(url("https://other.example/"), challenge(2)).unwrap();
        assert_eq!(moved.status, WebhookStatus::Pending);
        assert!(moved.takes_events());
        assert_eq!(moved.challenge, challenge(2));
        let same = active().edit(url("https://PACS.example/hook"), challenge(2)).unwrap();
        assert_eq!((same.status, same.challenge), (WebhookStatus::Active, challenge(1)));
        let description = Some(KeyDescription::parse("Other").unwrap());
        let named = EndpointChanges { description, ..Default::default() };
        assert_eq!(active().edit(named, challenge(2)).unwrap().status, WebhookStatus::Active);
    }

    #[test]
    fn a_disabled_endpoint_keeps_events_and_can_be_verified_again() {
        let disabled = active().disable(DisabledReason::Failing).unwrap();
        assert_eq!(disabled.clone().disable(DisabledReason::Gone), None);
        assert!(disabled.takes_events());
        assert_eq!(
            disabled.clone().verify(challenge(1), Timestamp::EPOCH),
            None,
            "an old challenge"
        );
        let asked = disabled.ask_again(challenge(2)).unwrap();
        assert_eq!(asked.status, WebhookStatus::Disabled(DisabledReason::Failing));
        let again = asked.verify(challenge(2), Timestamp::EPOCH).unwrap();
        assert_eq!((again.status, again.failing_since), (WebhookStatus::Active, None));
    }

    #[test]
    fn an_endpoint_gets_events_of_its_types_since_it_was_created() {
        let event = |kind: &str, at| {
            let test = WebhookEvent::for_test(crate::ids::EventId::from_bytes([9; 16]), at);
            WebhookEvent { kind: kind.to_owned(), ..test }
        };
        let (earlier, now) = (Timestamp::EPOCH, Timestamp::EPOCH.plus(Duration::from_secs(1)));
        let types = EventTypes::new(vec![crate::event::EventType::UserUpdated]);
        let some = WebhookEndpoint { types, created_at: now, ..active() };
        assert!(some.takes(&event("user.updated", now)));
        assert!(!some.takes(&event("user.updated", earlier)));
        let later =
            WebhookEndpoint { created_at: now.plus(Duration::from_millis(9)), ..some.clone() };
        assert!(later.takes(&event("user.updated", now)), "in the same second");
        assert!(!some.takes(&event("user.released", now)));
        assert!(!pending().takes(&event("user.updated", now)), "it was never verified");
    }

    #[test]
    fn an_endpoint_with_another_key_than_the_newest_needs_a_rotation() {
        use crate::credentials::keyring::TokenKey;
        let keys = |kid| Keyring::new(TokenKey { kid, secret: vec![7; 32] }, vec![]);
        assert!(!active().needs_rotation(&keys(1)));
        assert!(active().needs_rotation(&keys(2)));
        let overlap = OverlapHours::new(0).unwrap();
        let rotated = active().rotate((2, user()), overlap, Timestamp::EPOCH).unwrap();
        assert!(!rotated.needs_rotation(&keys(2)));
    }

    #[derive(Clone, Debug)]
    enum Command {
        Edit,
        Rotate,
        Ask,
        Verify,
        Disable,
        End,
    }

    fn command() -> impl Strategy<Value = Command> {
        prop_oneof![
            Just(Command::Edit),
            Just(Command::Rotate),
            Just(Command::Ask),
            Just(Command::Verify),
            Just(Command::Disable),
            Just(Command::End),
        ]
    }

    proptest! {
        #[test]
        fn nothing_changes_an_endpoint_that_was_ended(commands in prop::collection::vec(command(), 0..20)) {
            let (mut endpoint, mut ended, mut asked) = (pending(), false, 1);
            let now = Timestamp::EPOCH.plus(Duration::from_hours(1));
            for command in commands {
                asked += 1;
                let overlap = OverlapHours::new(1).unwrap();
                let other = format!("https://other{asked}.example/");
                let before = endpoint.clone();
                let next = match command {
                    Command::Edit => before.clone().edit(url(&other), challenge(asked)).ok(),
                    Command::Rotate => before.clone().rotate((1, user()), overlap, now).ok(),
                    Command::Ask => before.clone().ask_again(challenge(asked)).ok(),
                    Command::Verify => before.clone().verify(before.challenge, now),
                    Command::Disable => before.clone().disable(DisabledReason::Gone),
                    Command::End => before.clone().end(now),
                };
                if let Some(next) = next {
                    prop_assert!(!ended);
                    prop_assert_eq!(next.version, before.version + 1, "every write is counted");
                    ended = !next.is_live();
                    endpoint = next;
                }
                prop_assert!(endpoint.status != WebhookStatus::Active || endpoint.verified_at.is_some());
                prop_assert_eq!(endpoint.is_live(), !ended);
            }
        }
    }
}
