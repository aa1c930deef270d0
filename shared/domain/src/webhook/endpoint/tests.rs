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
    assert_eq!(disabled.clone().verify(challenge(1), Timestamp::EPOCH), None, "an old challenge");
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
    let later = WebhookEndpoint { created_at: now.plus(Duration::from_millis(9)), ..some.clone() };
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
