use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::super::SendAttempt;
use super::*;
use crate::time::Timestamp;

const HARD: DeliveryEvent = DeliveryEvent::Bounced(BounceReason::NoMailbox);
const UNCLEAR: DeliveryEvent = DeliveryEvent::Bounced(BounceReason::Unclear);
const DELAYED: DeliveryEvent = DeliveryEvent::Delayed(DelayReason::Server);
const REPORTED: DeliveryEvent = DeliveryEvent::Complained(ComplaintReason::Reported);
const ALL: [DeliveryEvent; 7] = [
    DeliveryEvent::Sent,
    DELAYED,
    DeliveryEvent::Rejected,
    UNCLEAR,
    DeliveryEvent::Delivered,
    HARD,
    REPORTED,
];

/// An email whose answer from SES was lost.
fn sending() -> EmailDelivery {
    let attempt = Some(SendAttempt { until: Timestamp::EPOCH, number: 1 });
    EmailDelivery { attempt, ..EmailDelivery::unsent() }
}

fn with(status: DeliveryStatus, detail: &str, message_id: Option<&str>) -> EmailDelivery {
    EmailDelivery {
        status,
        detail: Some(detail.to_owned()),
        message_id: message_id.map(str::to_owned),
        attempt: None,
    }
}

fn record_all(events: &[DeliveryEvent]) -> EmailDelivery {
    let next = |now: EmailDelivery, event: &DeliveryEvent| now.record(*event, "m1").unwrap_or(now);
    events.iter().fold(sending(), next)
}

#[test]
fn the_last_word_of_each_story_is_right() {
    use DeliveryEvent::{Delivered, Rejected, Sent};
    for (events, status) in [
        (&[][..], DeliveryStatus::Queued),
        (&[Sent], DeliveryStatus::Sent),
        (&[Sent, Delivered], DeliveryStatus::Delivered),
        (&[Delivered, Sent], DeliveryStatus::Delivered),
        (&[Sent, DELAYED, Delivered], DeliveryStatus::Delivered),
        (&[Delivered, DELAYED], DeliveryStatus::Delivered),
        (&[Sent, DELAYED], DeliveryStatus::Delayed),
        (&[Sent, HARD], DeliveryStatus::Bounced),
        (&[HARD, Sent, DELAYED], DeliveryStatus::Bounced),
        (&[Delivered, HARD], DeliveryStatus::Bounced),
        (&[HARD, Delivered], DeliveryStatus::Bounced),
        (&[Delivered, UNCLEAR], DeliveryStatus::Delivered),
        (&[UNCLEAR, Delivered], DeliveryStatus::Delivered),
        (&[Sent, UNCLEAR], DeliveryStatus::Bounced),
        (&[Delivered, REPORTED, HARD], DeliveryStatus::Complained),
        (&[Rejected, Sent], DeliveryStatus::Failed),
    ] {
        assert_eq!(record_all(events).status, status, "{events:?}");
    }
}

#[test]
fn a_report_settles_an_email_whose_answer_was_lost() {
    let settled = sending().record(DeliveryEvent::Sent, "m1").unwrap();
    assert_eq!((settled.message_id.as_deref(), settled.attempt), (Some("m1"), None));
    let failed = with(DeliveryStatus::Failed, "we could not confirm", None);
    for event in ALL {
        let corrected = failed.record(event, "m1").unwrap();
        assert_eq!(
            (corrected.status, corrected.detail.as_deref()),
            (event.status(), event.detail())
        );
    }
}

#[test]
fn a_report_about_the_email_before_it_was_queued_again_changes_nothing() {
    let queued = EmailDelivery { message_id: Some("m1".to_owned()), ..EmailDelivery::unsent() };
    for event in ALL {
        assert_eq!(queued.record(event, "m1"), None, "{event:?}");
        assert!(queued.record(event, "m2").is_some(), "{event:?}");
    }
}

#[test]
fn a_later_delay_brings_its_reason() {
    let full = DeliveryEvent::Delayed(DelayReason::MailboxFull);
    let delayed = record_all(&[DELAYED, full]);
    assert_eq!(delayed.detail.as_deref(), full.detail());
    assert_eq!(delayed.record(full, "m1"), None);
}

#[test]
fn details_are_sentences_that_differ() {
    let delays = [DelayReason::MailboxFull, DelayReason::Spam, DelayReason::Server];
    let complaints = [ComplaintReason::Reported, ComplaintReason::Suppressed];
    let mut details: Vec<_> = BounceReason::ALL.map(BounceReason::detail).to_vec();
    details.extend(delays.map(DelayReason::detail));
    details.extend(complaints.map(ComplaintReason::detail));
    assert!(details.iter().all(|text| text.ends_with('.') && !text.contains('@')));
    let count = details.len();
    details.sort_unstable();
    details.dedup();
    assert_eq!(details.len(), count);
}

fn any_event() -> impl Strategy<Value = DeliveryEvent> {
    let bounces = BounceReason::ALL.map(DeliveryEvent::Bounced);
    select([&ALL[..], &bounces].concat())
}

/// Some reports, and the same reports in another order, each at least once.
fn repeated_and_shuffled() -> impl Strategy<Value = (Vec<DeliveryEvent>, Vec<DeliveryEvent>)> {
    subsequence(ALL.to_vec(), 0..=ALL.len()).prop_flat_map(|events| {
        let repeats = subsequence(events.clone(), 0..=events.len());
        let shuffled = repeats.prop_map({
            let events = events.clone();
            move |repeats| [events.clone(), repeats].concat()
        });
        (Just(events), shuffled.prop_shuffle())
    })
}

proptest! {
    #[test]
    fn neither_order_nor_repeats_change_the_status((events, shuffled) in repeated_and_shuffled()) {
        prop_assert_eq!(record_all(&shuffled), record_all(&events));
    }

    #[test]
    fn the_same_report_twice_changes_nothing(events in prop::collection::vec(any_event(), 1..6)) {
        let now = record_all(&events);
        for event in events {
            prop_assert_eq!(now.record(event, "m1").map(|next| next.status), None);
        }
    }
}
