use std::time::Duration;

use super::*;
use crate::audit::{AuditObject, NameChange, ReceiverChange};
use crate::ids::{AuditId, UserId};
use crate::npi::{Attester, RegistryAnswer};
use crate::person::PersonName;
use crate::person::permissions::AccessLevel;
use crate::person::profile::Profile;
use crate::review::ReviewFacts;
use crate::time::Day;
use crate::user::tests::user;
use crate::user::{TransferredLevel, UserChange};
use proptest::prelude::*;
use proptest::sample::Index;

const GRANTER: Actor = Actor::Operator;

/// Someone other than the user.
fn actor(number: u8) -> Actor {
    Actor::User(UserId::from_bytes([number.max(2); 16]))
}

fn at(seconds: u64) -> Timestamp {
    Timestamp::EPOCH.plus(Duration::from_hours(24) + Duration::from_secs(seconds))
}

fn day(from: u64, until: u64) -> ReviewDay {
    let day = Day::parse("1970-01-02").unwrap();
    ReviewDay { day, from: at(from), until: at(until) }
}

/// A user with their records, and what holds since when.
pub(crate) struct Timeline {
    pub(crate) user: User,
    pub(crate) records: Vec<AuditRecord>,
    states: Vec<(Timestamp, User, Actor)>,
}

impl Timeline {
    /// A person accepts at 0.
    pub(crate) fn start(level: AccessLevel) -> Self {
        let user = user(level);
        let record = AuditRecord {
            id: AuditId::from_bytes([0; 16]),
            clinic: user.clinic,
            at: at(0),
            actor: Actor::Invitee(user.id.invitation_id()),
            action: AuditAction::InvitationAccepted,
            object: AuditObject::Invitation(user.id.invitation_id()),
            before: Some(user.profile.permissions),
            after: Some(user.profile.permissions),
            names: NameChange::default(),
            receiver: ReceiverChange::default(),
            role: Some(user.profile.role),
            deliveries: 0,
            ip: None,
            review: ReviewFacts { change: 1, granted_by: Some(GRANTER), until: None },
        };
        Self { states: vec![(at(0), user.clone(), GRANTER)], records: vec![record], user }
    }

    /// Adds a change that a clock dates to `time`. `granter` answers for it, if anyone does.
    fn add(&mut self, change: UserChange, time: Timestamp, by: Actor, granter: Option<Actor>) {
        let (since, _, known) = self.states.last().unwrap();
        let since = time.max(*since);
        let (granter, next) = (granter.unwrap_or(*known), change.next);
        let names = NameChange::between(&change.before.name, &next.profile.name);
        self.records.push(AuditRecord {
            at: time,
            actor: by,
            action: change.action,
            object: AuditObject::User(next.id),
            before: Some(change.before.permissions),
            after: Some(next.profile.permissions),
            names,
            role: Some(next.profile.role),
            review: ReviewFacts { change: next.changes, ..ReviewFacts::default() },
            ..self.records[0].clone()
        });
        self.states.push((since, next.clone(), granter));
        self.user = next;
    }

    fn edit(
        &mut self,
        seconds: u64,
        by: Actor,
        granter: Option<Actor>,
        edit: impl FnOnce(&mut Profile),
    ) {
        let mut profile = self.user.profile.clone();
        edit(&mut profile);
        let change = self.user.clone().edit(profile).unwrap();
        self.add(change, at(seconds), by, granter);
    }

    pub(crate) fn deactivate(&mut self, seconds: u64) {
        let change = self.user.clone().deactivate().unwrap();
        self.add(change, at(seconds), actor(9), None);
    }

    pub(crate) fn demote(&mut self, seconds: u64) {
        self.edit(seconds, actor(9), Some(actor(9)), |profile| {
            profile.permissions.access_level = AccessLevel::Member { dashboard: false };
        });
    }

    pub(crate) fn recheck(&mut self, seconds: u64, answer: &RegistryAnswer) {
        let change = self.user.clone().recheck_npi(answer).unwrap();
        self.add(change, at(seconds), Actor::System, None);
    }

    /// Makes a change if it is possible.
    fn step(&mut self, (seconds, skew, kind, by): (u64, i64, u8, u8)) {
        let (user, by) = (self.user.clone(), actor(by));
        let profile = |edit: fn(&mut Profile)| {
            let mut profile = self.user.profile.clone();
            edit(&mut profile);
            profile
        };
        let (change, granter) = match kind {
            0 => (user.edit(profile(|p| p.permissions.manage_studies ^= true)), Some(by)),
            1 => (user.edit(profile(|p| p.role = ClinicRole::Scribe)), None),
            2 => (user.edit(profile(|p| p.name.last = PersonName::parse("Lind").unwrap())), None),
            3 => (user.edit(profile(|p| p.name.last = PersonName::parse("Hale").unwrap())), None),
            4 => (user.deactivate(), None),
            5 | 6 => (user.reactivate(), Some(by)),
            7 => (user.release(), None),
            8 => (user.with_level(TransferredLevel::Owner), Some(by)),
            9 => (user.with_level(TransferredLevel::Admin), Some(by)),
            10 => (user.recheck_npi(&RegistryAnswer::Unknown), None),
            11 => (user.recheck_npi(&RegistryAnswer::Deactivated), None),
            _ => {
                let attester = Attester::User(UserId::from_bytes([3; 16]));
                (user.attest(attester, at(seconds)).ok(), Some(by))
            }
        };
        let Some(change) = change else { return };
        // A change of the role is a grant.
        let regranted = change.before.role != change.next.profile.role;
        let granter = if regranted { Some(by) } else { granter };
        let time = Timestamp::from_millis(at(seconds).millis() + skew).unwrap();
        self.add(change, time, by, granter);
    }

    fn read(&self) -> Result<PersonHistory, HistoryIncomplete> {
        PersonHistory::read(&self.user, self.records.clone())
    }

    pub(crate) fn history(&self) -> PersonHistory {
        self.read().unwrap()
    }

    /// The state at an instant, as stepping through the changes finds it.
    fn state(&self, instant: Timestamp) -> Option<&(Timestamp, User, Actor)> {
        self.states.iter().rfind(|(since, ..)| *since <= instant)
    }
}

fn steps() -> impl Strategy<Value = Vec<(u64, i64, u8, u8)>> {
    let step = (0_u64..600, -2000_i64..2000, 0_u8..14, 2_u8..6);
    proptest::collection::vec(step, 0..25).prop_map(|mut steps| {
        steps.sort_by_key(|(seconds, ..)| *seconds);
        steps
    })
}

fn timeline(steps: Vec<(u64, i64, u8, u8)>) -> Timeline {
    let mut timeline = Timeline::start(AccessLevel::Admin);
    for step in steps {
        timeline.step(step);
    }
    timeline
}

proptest! {
    #[test]
    fn the_review_of_any_day_equals_stepping_through_the_history(
        steps in steps(), from in 0_u64..600, length in 1_u64..600
    ) {
        let timeline = timeline(steps);
        let mut shuffled = timeline.records.clone();
        shuffled.reverse();
        let history = PersonHistory::read(&timeline.user, shuffled).unwrap();
        let day = day(from, from + length);
        let review = history.on(&day);
        let periods = review.as_ref().map_or(&[][..], |review| &review.periods);
        let changes = timeline.states.iter().map(|(since, ..)| *since);
        let before = timeline.states.iter().map(|(since, ..)| since.previous_instant());
        let last = day.until.previous_instant();
        for instant in changes.chain(before).chain([day.from, last]).filter(|at| day.from <= *at && *at <= last) {
            let expected = timeline.state(instant).filter(|(_, user, _)| user.status == UserStatus::Active);
            let expected = expected.map(|(_, user, by)| (user.profile.role, user.profile.permissions, *by));
            let found = periods.iter().filter(|one| one.from <= instant && instant < one.until);
            let found: Vec<_> = found.map(|one| (one.role, one.permissions, one.granted_by)).collect();
            prop_assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{}", instant);
        }
        prop_assert!(periods.iter().all(|one| one.from < one.until && one.granted_at <= one.from));
        for two in periods.windows(2) {
            prop_assert!(two[0].until <= two[1].from);
            prop_assert!(!two[0].is_continued_by(&two[1]), "a period ends only with a change");
        }
        if let Some(review) = review {
            let (_, user, _) = timeline.state(last).unwrap();
            prop_assert_eq!((review.status, review.name), (user.status, user.profile.name.clone()));
        }
    }

    #[test]
    fn a_history_without_one_of_its_records_is_refused(steps in steps(), lost in any::<Index>()) {
        let mut timeline = timeline(steps);
        timeline.records.remove(lost.index(timeline.records.len()));
        prop_assert_eq!(timeline.read(), Err(HistoryIncomplete));
    }

    #[test]
    fn changes_after_the_user_was_read_do_not_matter(steps in steps(), read in any::<Index>()) {
        let timeline = timeline(steps);
        let (_, user, _) = &timeline.states[read.index(timeline.states.len())];
        prop_assert!(PersonHistory::read(user, timeline.records.clone()).is_ok());
    }
}

#[test]
fn every_change_of_permissions_begins_a_period_with_its_granter() {
    let mut timeline = Timeline::start(AccessLevel::Member { dashboard: false });
    timeline.edit(100, actor(3), Some(actor(3)), |p| p.permissions.manage_studies = true);
    timeline.edit(200, actor(4), None, |p| p.name.last = PersonName::parse("Lind").unwrap());
    timeline.recheck(300, &RegistryAnswer::Deactivated);
    timeline.deactivate(400);
    let review = timeline.history().on(&day(50, 1000)).unwrap();
    let parts: Vec<_> = review
        .periods
        .iter()
        .map(|one| (one.from, one.until, one.granted_by, one.granted_at))
        .collect();
    assert_eq!(
        parts,
        [
            (at(50), at(100), GRANTER, at(0)),
            (at(100), at(300), actor(3), at(100)),
            (at(300), at(400), actor(3), at(100)),
        ],
        "neither a new name nor the registry grants anything"
    );
    let reports = review.periods.iter().map(|one| one.permissions.may_report_now());
    assert_eq!(reports.collect::<Vec<_>>(), [true, true, false]);
    assert_eq!((review.status, review.name.last.as_str()), (UserStatus::Deactivated, "Lind"));
    assert_eq!(timeline.history().on(&day(400, 1000)), None, "they could do nothing anymore");
    let before = timeline.history().on(&day(0, 150)).unwrap();
    assert_eq!((before.status, before.name.last.as_str()), (UserStatus::Active, "Okafor"));
}

#[test]
fn a_person_grants_themselves_permissions_but_not_the_loss_of_a_verification() {
    let mut timeline = Timeline::start(AccessLevel::Admin);
    let own = Actor::User(timeline.user.id);
    timeline.edit(100, own, None, |p| {
        p.permissions = p.permissions.with_verification(NpiStatus::NameMismatch);
    });
    timeline.edit(200, own, Some(own), |p| p.permissions.manage_studies ^= true);
    let review = timeline.history().on(&day(0, 300)).unwrap();
    let granters: Vec<_> = review.periods.iter().map(|one| one.granted_by).collect();
    assert_eq!(granters, [GRANTER, GRANTER, own]);
}

#[test]
fn a_history_that_leads_to_another_user_is_refused() {
    let mut timeline = Timeline::start(AccessLevel::Admin);
    timeline.deactivate(100);
    let mut other = timeline.user.clone();
    other.status = UserStatus::Active;
    assert_eq!(PersonHistory::read(&other, timeline.records.clone()), Err(HistoryIncomplete));
    let mut other = timeline.user.clone();
    other.profile.role = ClinicRole::Scribe;
    assert_eq!(PersonHistory::read(&other, timeline.records.clone()), Err(HistoryIncomplete));
    let mut records = timeline.records.clone();
    records[0].review.granted_by = None;
    assert_eq!(PersonHistory::read(&timeline.user, records), Err(HistoryIncomplete));
}
