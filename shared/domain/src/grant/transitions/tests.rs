use std::time::Duration;

use super::*;
use crate::grant::GrantStatus;
use crate::ids::{ApiKeyId, StudyId, UserId};
use crate::study::StudyRef;
use proptest::prelude::*;

const LINK: u64 = 60;
const VIEW: u64 = 600;

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
                GrantCommand::Redeem => grant.clone().redeem(None, now).ok().map(|t| t.map(Into::into)),
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
    assert!(issued_grant().redeem(None, at(LINK - 1)).is_ok());
    assert_eq!(issued_grant().redeem(None, at(LINK)).unwrap_err(), NotRedeemed::Expired);
    let grant = Grant::from(issued_grant());
    assert_eq!(grant.status(at(LINK - 1)), GrantStatus::Issued);
    assert_eq!(grant.status(at(LINK)), GrantStatus::Ended);
}

#[test]
fn each_reason_why_a_link_does_not_open_is_distinct() {
    let open = issued_grant().redeem(None, at(1)).unwrap().next;
    let revoked = issued_grant().revoke(at(1)).next;
    let why = |grant: Grant, now| grant.redeem(None, now).unwrap_err();
    assert_eq!(why(open.clone().into(), at(2)), NotRedeemed::Used);
    assert_eq!(why(revoked.into(), at(2)), NotRedeemed::Revoked);
    assert_eq!(why(open.revoke(at(2)).next.into(), at(3)), NotRedeemed::Revoked);
}

#[test]
fn a_token_is_valid_for_five_minutes_but_never_past_the_end_of_the_view() {
    let open = issued_grant().redeem(None, at(30)).unwrap().next;
    assert_eq!(open.renew(at(30)), Ok(at(330)));
    assert_eq!(open.renew(at(400)), Ok(at(30 + VIEW)));
    assert_eq!(open.renew(at(30 + VIEW)), Err(ViewEnded));
    assert_eq!(Grant::from(open).status(at(30 + VIEW)), GrantStatus::Ended);
}

#[test]
fn an_ended_grant_cannot_be_revoked() {
    assert_eq!(Grant::from(issued_grant()).revoke(at(LINK)), None);
    let open = issued_grant().redeem(None, at(0)).unwrap().next;
    assert_eq!(Grant::from(open.clone()).revoke(at(VIEW)), None);
    let revoked = open.revoke(at(1)).next;
    assert_eq!(Grant::from(revoked.clone()).status(at(VIEW)), GrantStatus::Revoked);
    assert_eq!(Grant::from(revoked).revoke(at(2)), None);
}

#[test]
fn the_proved_key_binds_the_view() {
    let key = KeyThumbprint::from_bytes([9; 32]);
    let open = issued_grant().redeem(Some(key), at(0)).unwrap().next;
    assert_eq!(open.opening.key, Some(key));
    assert_eq!(open.revoke(at(1)).next.opening.unwrap().key, Some(key));
}

#[test]
fn only_a_view_bound_to_a_key_lasts_longer_than_an_hour() {
    let hour = 3600;
    let key = Some(KeyThumbprint::from_bytes([9; 32]));
    for (seconds, unbound) in [(300, 300), (hour, hour), (hour + 1, hour), (43_200, hour)] {
        let mut issued = issued_grant();
        issued.details.view_seconds = ViewSeconds::new(seconds).unwrap();
        let end = |key| issued.clone().redeem(key, at(0)).unwrap().next.opening.until;
        assert_eq!((end(None), end(key)), (at(unbound.into()), at(seconds.into())));
    }
}

#[test]
fn only_dictation_may_write_reports() {
    let study = StudyRef::Id(StudyId::from_bytes([4; 16]));
    let viewer = View::ViewerOnly { user: None, study };
    assert_eq!(viewer.mode().scope(), "study:read");
    assert_eq!(issued_grant().details.view.mode().scope(), "study:read report:write");
}
