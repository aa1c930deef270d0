use std::time::Duration;

use super::person::tests::Timeline;
use super::*;
use crate::clinic::{Clinic, ClinicName, InvitationDays, TimeZone};
use crate::credentials::api_key::{self, KeyMaker};
use crate::credentials::api_key::{ApiKeySecret, KeyWithSecrets, OverlapHours, Scope};
use crate::ids::ClinicId;
use crate::ids::tests::FixedEntropy;
use crate::npi::RegistryAnswer;
use crate::person::permissions::AccessLevel;
use crate::session::IdleMinutes;
use crate::study::ViewMode;
use crate::time::Day;

fn at(seconds: u64) -> Timestamp {
    Timestamp::EPOCH.plus(Duration::from_hours(24) + Duration::from_secs(seconds))
}

fn day(from: u64, until: u64) -> ReviewDay {
    ReviewDay { day: Day::parse("1970-01-02").unwrap(), from: at(from), until: at(until) }
}

/// A record about a view of the timeline's person that lasts 100 seconds.
fn view(
    of: &Timeline,
    number: u8,
    opened: u64,
    revoked: Option<u64>,
    mode: ViewMode,
) -> AuditRecord {
    let id = AccessId::from_bytes([number; 16]);
    let by = Some(Actor::ApiKey(ApiKeyId::from_bytes([5; 16])));
    let (action, time, granted_by) = match revoked {
        None => (AuditAction::AccessRedeemed, opened, by),
        Some(time) => (AuditAction::AccessRevoked, time, None),
    };
    AuditRecord {
        at: at(time),
        action,
        object: AuditObject::Access { id, user: Some(of.user.id), study: None, mode: Some(mode) },
        review: ReviewFacts { change: 0, granted_by, until: Some(at(opened + 100)) },
        ..of.records[0].clone()
    }
}

#[test]
fn a_view_counts_while_it_was_open_on_the_day() {
    let timeline = Timeline::start(AccessLevel::Member { dashboard: false });
    let read = ViewMode::ViewerOnly;
    let records = [
        view(&timeline, 1, 10, None, read),
        view(&timeline, 2, 150, None, read),
        view(&timeline, 2, 150, Some(210), read),
        view(&timeline, 3, 150, None, read),
        view(&timeline, 3, 150, Some(190), read),
        view(&timeline, 4, 399, None, read),
        view(&timeline, 5, 400, None, read),
        // It was opened before the records begin.
        view(&timeline, 6, 150, Some(250), read),
    ];
    let history = timeline.history();
    let found = history.views_on(&records, &day(200, 400), |_| None).unwrap();
    let found: Vec<_> = found.iter().map(|view| (view.id.bytes()[0], view.ends_at)).collect();
    assert_eq!(found, [(4, at(499)), (2, at(210))]);
    let open = history.views_on(&records, &day(0, 110), |_| None).unwrap();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].issued_by, Actor::ApiKey(ApiKeyId::from_bytes([5; 16])));
    let mut without_end = records[0].clone();
    without_end.review.until = None;
    assert_eq!(history.views_on(&[without_end], &day(0, 110), |_| None), Err(HistoryIncomplete));
}

#[test]
fn a_view_ends_when_the_person_can_no_longer_have_it() {
    let mut timeline = Timeline::start(AccessLevel::Member { dashboard: false });
    timeline.recheck(120, &RegistryAnswer::Deactivated);
    timeline.deactivate(150);
    let ends = |mode| {
        let records = [view(&timeline, 1, 100, None, mode)];
        timeline.history().views_on(&records, &day(0, 1000), |_| None).unwrap()[0].ends_at
    };
    assert_eq!(ends(ViewMode::Dictation), at(120));
    assert_eq!(ends(ViewMode::ViewerOnly), at(150));
}

#[test]
fn a_view_ends_when_its_issuer_can_no_longer_issue_it() {
    let mut timeline = Timeline::start(AccessLevel::Member { dashboard: false });
    timeline.deactivate(170);
    let mut records = [view(&timeline, 1, 100, None, ViewMode::ViewerOnly)];
    let ends = |records: &[AuditRecord], key_end: Option<u64>| {
        let key_end = |id| (id == ApiKeyId::from_bytes([5; 16])).then(|| key_end.map(at)).flatten();
        timeline.history().views_on(records, &day(0, 1000), key_end).unwrap()[0].ends_at
    };
    for (key_end, ended) in [(None, 170), (Some(150), 150), (Some(190), 170)] {
        assert_eq!(ends(&records, key_end), at(ended));
    }
    records[0].review.granted_by = Some(Actor::User(timeline.user.id));
    assert_eq!(ends(&records, Some(150)), at(170), "no key issued it");
    let mut timeline = Timeline::start(AccessLevel::Admin);
    timeline.demote(130);
    let mut records = [view(&timeline, 1, 100, None, ViewMode::ViewerOnly)];
    records[0].review.granted_by = Some(Actor::User(timeline.user.id));
    let found = timeline.history().views_on(&records, &day(0, 1000), |_| None).unwrap();
    assert_eq!(found[0].ends_at, at(130), "dashboard access ended");
}

fn key_record(action: AuditAction, seconds: u64) -> AuditRecord {
    let timeline = Timeline::start(AccessLevel::Owner);
    let object = AuditObject::ApiKey(ApiKeyId::from_bytes([1; 16]));
    let actor = Actor::User(timeline.user.id);
    AuditRecord { at: at(seconds), action, object, actor, ..timeline.records[0].clone() }
}

#[test]
fn a_key_counts_until_it_is_revoked_or_expires() {
    let secret = ApiKeySecret::new(&FixedEntropy(1));
    let mut key = KeyWithSecrets::new(api_key::tests::key(&[Scope::UsersRead]), &secret);
    key.key.created_at = at(100);
    let mut records = vec![key_record(AuditAction::ApiKeyCreated, 100)];
    let parts = |key: &KeyWithSecrets, records: &[AuditRecord], day: ReviewDay| {
        let review = KeyHistory::read(key, records).unwrap().on(&day);
        review.map(|review| (review.from, review.until, review.rotated.map(|(at, _)| at)))
    };
    assert_eq!(parts(&key, &records, day(0, 100)), None);
    assert_eq!(parts(&key, &records, day(0, 200)), Some((at(100), at(200), None)));
    let (secret, by) = (ApiKeySecret::new(&FixedEntropy(2)), KeyMaker::Operator);
    let overlap = OverlapHours::new(1).unwrap();
    let mut key = key.rotate(&secret, by, overlap, at(150)).unwrap().next;
    assert_eq!(KeyHistory::read(&key, &records), Err(HistoryIncomplete));
    records.push(key_record(AuditAction::ApiKeyRotated, 150));
    assert_eq!(parts(&key, &records, day(0, 140)), Some((at(100), at(140), None)));
    assert_eq!(parts(&key, &records, day(200, 300)), Some((at(200), at(300), Some(at(150)))));
    key.key.expires_at = Some(at(250));
    assert_eq!(parts(&key, &records, day(200, 300)), Some((at(200), at(250), Some(at(150)))));
    (key.key.active, key.version) = (false, 3);
    assert_eq!(KeyHistory::read(&key, &records), Err(HistoryIncomplete));
    records.push(key_record(AuditAction::ApiKeyRevoked, 220));
    assert_eq!(parts(&key, &records, day(200, 300)), Some((at(200), at(220), Some(at(150)))));
    assert_eq!(parts(&key, &records, day(220, 300)), None);
}

#[test]
fn a_day_runs_from_the_clinics_first_to_today_in_its_time_zone() {
    let time = |text| Timestamp::parse(text).unwrap();
    let clinic = Clinic {
        id: ClinicId::from_bytes([2; 16]),
        name: ClinicName::parse("Riverside Imaging").unwrap(),
        invitation_days: InvitationDays::default(),
        session_idle: IdleMinutes::default(),
        reply_to: None,
        time_zone: TimeZone::parse("America/Chicago").unwrap(),
        managers: 1,
        owners: 1,
        version: 1,
        created_at: time("2026-10-31T03:00:00Z"),
    };
    let now = time("2026-11-02T05:30:00Z");
    let read = |text: &str| ReviewDay::new(Day::parse(text).ok(), &clinic, now);
    let day = |text| Day::parse(text).unwrap();
    let out = Err(DayOutOfRange { first: day("2026-10-30"), last: day("2026-11-01") });
    assert_eq!(read("2026-10-29"), out);
    assert_eq!(read("2026-11-02"), out, "it is still November 1 in Chicago");
    let today = read("today").unwrap();
    assert_eq!((today.day, today.until), (day("2026-11-01"), now));
    let before = read("2026-10-31").unwrap();
    assert_eq!(before.from, time("2026-10-31T05:00:00Z"));
    assert_eq!(before.until, time("2026-11-01T05:00:00Z"));
}

#[test]
fn the_last_day_of_use_is_the_last_one_up_to_the_day() {
    let day = |text| Day::parse(text).unwrap();
    let used = UsedDays {
        sign_ins: [day("2026-03-01"), day("2026-05-31")].into(),
        views: [day("2026-05-30")].into(),
    };
    assert_eq!(used.last_sign_in(day("2026-05-30")), Some(day("2026-03-01")));
    assert_eq!(used.last_sign_in(day("2026-05-31")), Some(day("2026-05-31")));
    assert_eq!(used.last_view(day("2026-05-29")), None);
}
