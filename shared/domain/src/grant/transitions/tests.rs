use std::time::Duration;

use super::super::KeyThumbprint;
use super::*;
use crate::grant::GrantStatus;
use crate::ids::{ApiKeyId, StudyId, UserId};
use crate::study::StudyRef;
use proptest::prelude::*;

const LINK: u64 = 60;
const VIEW: u64 = 600;

const KEY: KeyThumbprint = KeyThumbprint::from_bytes([9; 32]);

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_millis(1_795_512_600_000).unwrap().plus(Duration::from_secs(seconds))
}

fn issued_grant() -> IssuedGrant {
    NewGrant {
        id: AccessId::from_bytes([1; 16]),
        clinic: ClinicId::from_bytes([2; 16]),
        view: View::Dictation {
            user: UserId::from_bytes([3; 16]),
            study: StudyRef::Id(StudyId::from_bytes([4; 16])),
        },
        issuer: Issuer::ApiKey(ApiKeyId::from_bytes([5; 16])),
        access_epoch: 0,
        embed_origins: EmbedOrigins::default(),
        link: LinkSeconds::default(),
        view_seconds: ViewSeconds::new(600).unwrap(),
    }
    .issue(at(0))
}

fn nobody() -> Redeemer {
    Redeemer::default()
}

fn holder(key: KeyThumbprint) -> Redeemer {
    Redeemer { key: Some(key), ..nobody() }
}

fn sender(key: Option<KeyThumbprint>, idempotency_key: &str) -> Redeemer {
    Redeemer::new(issued_grant().details.id, key, Some(idempotency_key))
}

#[derive(Clone, Copy, Debug)]
enum GrantCommand {
    Redeem,
    Renew,
    Revoke,
}

fn commands() -> impl Strategy<Value = Vec<(GrantCommand, u64)>> {
    use GrantCommand::*;
    let one = prop_oneof![
        4 => Just(Redeem),
        8 => Just(Renew),
        1 => Just(Revoke)
    ];
    proptest::collection::vec((one, 0_u64..120), 0..40)
}

proptest! {
    #[test]
    fn no_sequence_of_commands_opens_twice_or_renews_past_the_end(commands in commands()) {
        let mut grant = Grant::from(issued_grant());
        let mut now = at(0);
        let (mut opened, mut revoked) = (None, false);
        for (command, pause) in commands {
            now = now.plus(Duration::from_secs(pause));
            let before = grant.clone();
            let changed: Option<GrantTransition<Grant>> = match command {
                GrantCommand::Redeem => match grant.clone().redeem(&holder(KEY), now) {
                    Ok(Redemption::Open(change)) => Some(change.map(Into::into)),
                    Ok(Redemption::Repeat(open)) => {
                        let first: Timestamp = opened.unwrap();
                        prop_assert!(!revoked && now.since(first) < Duration::from_secs(30));
                        prop_assert_eq!(Grant::from(open), before.clone(), "a repeat changes nothing");
                        None
                    }
                    Err(_) => None,
                },
                GrantCommand::Revoke => grant.clone().revoke(now).map(|t| t.map(Into::into)),
                GrantCommand::Renew => {
                    if let Grant::Open(open) = &grant && let Ok(until) = open.renew(now) {
                        let since: Timestamp = opened.unwrap();
                        prop_assert!(!revoked, "nothing is renewed after a revocation");
                        prop_assert!(now < until, "a new token has some time left");
                        prop_assert!(until <= now.plus(VIEW_TOKEN_LIFE));
                        prop_assert!(until <= since.plus(Duration::from_secs(VIEW)));
                    }
                    None
                }
            };
            let Some(change) = changed else { continue };
            prop_assert!(before.is_alive(now), "only what is alive changes");
            prop_assert_eq!(change.expected_version, before.details().version);
            prop_assert_eq!(change.next.details().version, change.expected_version + 1);
            prop_assert_eq!(&change.next.details().view, &before.details().view);
            match command {
                GrantCommand::Redeem => {
                    prop_assert!(opened.is_none() && !revoked, "opened at most once");
                    prop_assert!(now < at(LINK), "never after the link expired");
                    opened = Some(now);
                }
                _ => revoked = true,
            }
            prop_assert_eq!(change.next.opening().map(|o| o.at), opened, "the opening stays recorded");
            prop_assert!(change.next.opening().is_none_or(|o| o.until <= change.next.details().latest_end()));
            grant = change.next;
        }
    }
}

#[test]
fn a_link_expires_at_its_time_and_not_before() {
    assert!(issued_grant().redeem(&nobody(), at(LINK - 1)).is_ok());
    assert_eq!(issued_grant().redeem(&nobody(), at(LINK)).unwrap_err(), NotRedeemed::Expired);
    let grant = Grant::from(issued_grant());
    assert_eq!(grant.status(at(LINK - 1)), GrantStatus::Issued);
    assert_eq!(grant.status(at(LINK)), GrantStatus::Ended);
}

#[test]
fn each_reason_why_a_link_does_not_open_is_distinct() {
    let open = issued_grant().redeem(&nobody(), at(1)).unwrap().next;
    let revoked = issued_grant().revoke(at(1)).next;
    let why = |grant: Grant, now| grant.redeem(&nobody(), now).unwrap_err();
    assert_eq!(why(open.clone().into(), at(2)), NotRedeemed::Used);
    assert_eq!(why(revoked.into(), at(2)), NotRedeemed::Revoked);
    assert_eq!(why(open.revoke(at(2)).next.into(), at(3)), NotRedeemed::Revoked);
}

#[test]
fn a_token_is_valid_for_five_minutes_but_never_past_the_end_of_the_view() {
    let open = issued_grant().redeem(&nobody(), at(30)).unwrap().next;
    assert_eq!(open.renew(at(30)), Ok(at(330)));
    assert_eq!(open.renew(at(400)), Ok(at(30 + VIEW)));
    assert_eq!(open.renew(at(30 + VIEW)), Err(ViewEnded));
    assert_eq!(Grant::from(open).status(at(30 + VIEW)), GrantStatus::Ended);
}

#[test]
fn an_ended_grant_cannot_be_revoked() {
    assert_eq!(Grant::from(issued_grant()).revoke(at(LINK)), None);
    let open = issued_grant().redeem(&nobody(), at(0)).unwrap().next;
    assert_eq!(Grant::from(open.clone()).revoke(at(VIEW)), None);
    let revoked = open.revoke(at(1)).next;
    assert_eq!(Grant::from(revoked.clone()).status(at(VIEW)), GrantStatus::Revoked);
    assert_eq!(Grant::from(revoked).revoke(at(2)), None);
}

#[test]
fn the_proved_key_binds_the_view() {
    let open = issued_grant().redeem(&holder(KEY), at(0)).unwrap().next;
    assert_eq!(open.opening.key, Some(KEY));
    assert_eq!(open.revoke(at(1)).next.opening.unwrap().key, Some(KEY));
}

#[test]
fn only_a_view_bound_to_a_key_lasts_longer_than_an_hour() {
    let hour = 3600;
    for (seconds, unbound) in [(300, 300), (hour, hour), (hour + 1, hour), (43_200, hour)] {
        let mut issued = issued_grant();
        issued.details.view_seconds = ViewSeconds::new(seconds).unwrap();
        let end = |by: Redeemer| issued.clone().redeem(&by, at(0)).unwrap().next.opening.until;
        assert_eq!((end(nobody()), end(holder(KEY))), (at(unbound.into()), at(seconds.into())));
    }
}

#[test]
fn only_dictation_may_write_reports() {
    let study = StudyRef::Id(StudyId::from_bytes([4; 16]));
    let viewer = View::ViewerOnly { user: None, study };
    assert_eq!(viewer.mode().scope(), "study:read");
    assert_eq!(issued_grant().details.view.mode().scope(), "study:read report:write");
}

#[test]
fn the_request_that_opened_a_link_repeats_for_30_seconds() {
    let other = KeyThumbprint::from_bytes([8; 32]);
    let repeats = |first: &Redeemer, again: &Redeemer, seconds| {
        let open = Grant::from(issued_grant().redeem(first, at(0)).unwrap().next);
        match open.clone().redeem(again, at(seconds)) {
            Ok(Redemption::Repeat(same)) => Grant::from(same) == open,
            Ok(Redemption::Open(_)) => panic!("a link opens once"),
            Err(why) => {
                assert_eq!(why, NotRedeemed::Used);
                false
            }
        }
    };
    let both = sender(Some(KEY), "a");
    for (first, again, same) in [
        (holder(KEY), holder(KEY), true),
        (both.clone(), sender(Some(KEY), "b"), true),
        (sender(None, "a"), sender(None, "a"), true),
        (both.clone(), sender(None, "a"), true),
        (nobody(), nobody(), false),
        (holder(KEY), nobody(), false),
        (holder(KEY), holder(other), false),
        (sender(None, "a"), nobody(), false),
        (sender(None, "a"), sender(None, "b"), false),
        (nobody(), sender(None, "a"), false),
        (sender(None, "a"), sender(Some(KEY), "a"), false),
        (both, sender(Some(other), "a"), false),
    ] {
        assert_eq!(repeats(&first, &again, 29), same, "{first:?} {again:?}");
        assert!(!repeats(&first, &again, 30));
    }
}

#[test]
fn an_idempotency_key_has_another_digest_for_each_link() {
    let of = |id| Redeemer::new(AccessId::from_bytes([id; 16]), None, Some("a")).idempotency_key;
    assert_eq!(of(1), of(1));
    assert_ne!(of(1), of(2));
}
