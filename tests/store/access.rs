//! Temporary access and assignments.

use std::time::Duration;

use domain::actor::Actor;
use domain::actor::Issuer;
use domain::audit::{AuditAction, AuditObject, AuditRecord, NameChange, ReceiverChange};
use domain::embed::EmbedOrigins;
use domain::grant::{
    Grant, GrantTransition, IssuedGrant, LinkSeconds, NewGrant, Redeemer, Redemption, View,
    ViewSeconds, check_parties, oldest_live_id,
};
use domain::ids::{AccessId, ApiKeyId, AuditId, ClinicId, StudyId, UserId};
use domain::review::ReviewFacts;
use domain::study::{Assignment, StudyRef};
use domain::time::{Clock as _, Timestamp};
use runtime::OsEntropy;
use store::{CommitOutcome, Consistency, GrantLimit, PageRequest, Part, Store, ViewKeys};
use tokio::task::JoinSet;

use crate::support::{App, radiologist};

/// A clinic with a PACS and a reader.
struct StoreClinic {
    app: App,
    id: ClinicId,
    pacs: Issuer,
    reader: UserId,
}

impl StoreClinic {
    async fn start() -> Self {
        let app = App::start_with_faults_without_mailer().await;
        let reader = app.invite_and_confirm(&radiologist("ada@clinic.example"), None).await;
        Self {
            id: app.clinic(),
            pacs: Issuer::ApiKey(ApiKeyId::parse(&app.api_key_id).unwrap()),
            reader: UserId::parse(reader["userId"].as_str().unwrap()).unwrap(),
            app,
        }
    }

    fn now(&self) -> Timestamp {
        self.app.clock.now()
    }

    fn new_grant(&self, view: View) -> IssuedGrant {
        NewGrant {
            id: AccessId::new(self.now(), &OsEntropy),
            clinic: self.id,
            view,
            issuer: self.pacs,
            access_epoch: 0,
            embed_origins: EmbedOrigins::default(),
            link: LinkSeconds::default(),
            view_seconds: ViewSeconds::default(),
        }
        .issue(self.now())
    }

    fn new_dictation_grant(&self, user: UserId) -> IssuedGrant {
        self.new_grant(View::Dictation { user, study: study(1) })
    }

    fn audit_record(&self, action: AuditAction, object: AuditObject) -> AuditRecord {
        audit_record(self.id, self.now(), action, object)
    }

    async fn issue(&self, issued: IssuedGrant) -> Grant {
        let record = self.audit_record(issued.action(), issued.details.audit_object());
        let mut tx = self.app.store().transaction(&record).unwrap();
        tx.put_grant(issued.clone()).unwrap();
        assert_eq!(tx.commit().await.unwrap(), CommitOutcome::Committed);
        issued.into()
    }

    async fn write_change(&self, change: &GrantTransition<Grant>) -> CommitOutcome {
        write_transition(self.app.store().clone(), self.now(), change.clone()).await
    }

    async fn list_ids(&self, user: Option<UserId>, from: Option<AccessId>) -> Vec<AccessId> {
        let (mut ids, mut after) = (Vec::new(), None);
        loop {
            let page = PageRequest::new(2, after);
            let now = self.now();
            let keep = |grant: &Grant| from.is_none() || grant.is_alive(now);
            let store = self.app.store();
            let page = store.list_grants(self.id, user, from, page, keep).await.unwrap();
            ids.extend(page.items.iter().map(|grant| grant.details().id));
            after = page.next;
            if after.is_none() {
                return ids;
            }
        }
    }
}

fn redeem(grant: &Grant, now: Timestamp) -> GrantTransition<Grant> {
    match grant.clone().redeem(&Redeemer::default(), now).unwrap() {
        Redemption::Open(change) => change.map(Grant::from),
        Redemption::Repeat(_) => panic!("the link was open"),
    }
}

fn audit_record(
    clinic: ClinicId,
    at: Timestamp,
    action: AuditAction,
    object: AuditObject,
) -> AuditRecord {
    AuditRecord {
        id: AuditId::new(at, &OsEntropy),
        clinic,
        at,
        actor: Actor::Operator,
        action,
        object,
        before: None,
        after: None,
        names: NameChange::default(),
        receiver: ReceiverChange::default(),
        role: None,
        deliveries: 0,
        ip: None,
        review: ReviewFacts::default(),
    }
}

async fn write_transition(
    store: Store,
    now: Timestamp,
    change: GrantTransition<Grant>,
) -> CommitOutcome {
    let details = change.next.details();
    let record = audit_record(details.clinic, now, change.action, details.audit_object());
    let mut tx = store.transaction(&record).unwrap();
    tx.replace_grant(&change).unwrap();
    tx.commit().await.unwrap()
}

fn study(n: u8) -> StudyRef {
    StudyRef::Id(StudyId::from_bytes([n; 16]))
}

fn ids(grants: &[Grant]) -> Vec<AccessId> {
    grants.iter().map(|grant| grant.details().id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_one_of_64_opens_and_a_revoke_is_written() {
    let clinic = StoreClinic::start().await;
    let grant = clinic.issue(clinic.new_dictation_grant(clinic.reader)).await;
    let now = clinic.now();
    let open = redeem(&grant, now);
    let revoke = grant.clone().revoke(now).unwrap().map(Grant::from);
    let changes = std::iter::once(revoke).chain(std::iter::repeat_n(open, 64));
    let written: JoinSet<CommitOutcome> =
        changes.map(|change| write_transition(clinic.app.store().clone(), now, change)).collect();
    let written = written.join_all().await;
    let won = written.iter().filter(|end| **end == CommitOutcome::Committed).count();
    assert_eq!(won, 1);
    let id = grant.details().id;
    let after = clinic.app.store().load_grant(clinic.id, id).await.unwrap();
    assert_eq!(after.unwrap().details().version, 2);
}

#[tokio::test]
async fn a_conflict_names_the_grant_and_adds_no_audit_record() {
    let clinic = StoreClinic::start().await;
    let grant = clinic.issue(clinic.new_dictation_grant(clinic.reader)).await;
    let open = redeem(&grant, clinic.now());
    assert_eq!(clinic.write_change(&open).await, CommitOutcome::Committed);
    let lost = clinic.write_change(&open).await;
    assert_eq!(lost, CommitOutcome::Conflict(vec![Part::Grant]));
    let opened = clinic.app.list_audit_records("access.redeemed").await;
    assert_eq!(opened.len(), 1);
    let user = opened[0]["us"].as_s().unwrap();
    assert_eq!(*user, clinic.reader.to_string());
    let issued = clinic.app.list_audit_records("access.issued").await;
    assert_eq!(issued[0]["de"].as_s().unwrap(), "dictation");
}

#[tokio::test]
async fn grants_of_a_user_or_clinic_are_listed_newest_first() {
    let clinic = StoreClinic::start().await;
    let other = UserId::new(clinic.now(), &OsEntropy);
    let (mut all, mut of_reader) = (Vec::new(), Vec::new());
    for n in 0..7 {
        clinic.app.clock.advance(Duration::from_millis(5));
        let (user, study) = ((n % 3 != 0).then_some(clinic.reader), study(2));
        let view = match n {
            6 => View::Dictation { user: other, study },
            _ => View::ViewerOnly { user, study },
        };
        let id = clinic.issue(clinic.new_grant(view)).await.details().id;
        all.insert(0, id);
        if user.is_some() {
            of_reader.insert(0, id);
        }
    }
    assert_eq!(clinic.list_ids(None, None).await, all);
    assert_eq!(clinic.list_ids(Some(clinic.reader), None).await, of_reader);
    let foreign = ClinicId::new(clinic.now(), &OsEntropy);
    let store = clinic.app.store();
    assert_eq!(store.load_grant(foreign, all[0]).await.unwrap(), None);
    let alive = oldest_live_id(clinic.now());
    assert_eq!(clinic.list_ids(None, Some(alive)).await, all);
    clinic.app.clock.advance(Duration::from_mins(1));
    assert_eq!(clinic.list_ids(None, Some(alive)).await, []);
}

#[tokio::test]
async fn the_grant_limit_counts_only_live_grants() {
    let clinic = StoreClinic::start().await;
    let (store, reader) = (clinic.app.store(), clinic.reader);
    let room = async |most| {
        let limit = store.read_open_grants(clinic.id, reader, most, clinic.now()).await;
        limit.unwrap().limit == GrantLimit::Below
    };
    let mut grants = Vec::new();
    for _ in 0..3 {
        grants.push(clinic.issue(clinic.new_dictation_grant(reader)).await);
    }
    assert!(room(4).await && !room(3).await);
    let revoked = grants[0].clone().revoke(clinic.now()).unwrap();
    assert_eq!(clinic.write_change(&revoked.map(Into::into)).await, CommitOutcome::Committed);
    assert!(room(3).await && !room(2).await);
    let alive = store.list_live_grants(clinic.id, reader, clinic.now()).await;
    assert_eq!(ids(&alive.unwrap()), ids(&grants[1..]));
    let open = redeem(&grants[1], clinic.now());
    assert_eq!(clinic.write_change(&open).await, CommitOutcome::Committed);
    clinic.app.clock.advance(Duration::from_mins(1));
    assert!(room(2).await && !room(1).await);
    clinic.app.clock.advance(Duration::from_hours(1));
    assert!(room(1).await);
    let alive = store.list_live_grants(clinic.id, reader, clinic.now()).await;
    assert_eq!(alive.unwrap(), []);
}

#[tokio::test]
async fn an_assignment_that_replaces_an_outdated_one_conflicts() {
    let clinic = StoreClinic::start().await;
    let (store, what) = (clinic.app.store(), (clinic.id, study(1)));
    let to = |reader, before: Option<&Assignment>| {
        Assignment::assign(reader, what, before, clinic.pacs, clinic.now()).unwrap()
    };
    let assign = async |assignment: Assignment| {
        let issued = clinic.new_dictation_grant(assignment.reader);
        let record = clinic.audit_record(issued.action(), issued.details.audit_object());
        let mut tx = store.transaction(&record).unwrap();
        tx.put_grant(issued).unwrap();
        tx.put_assignment(&assignment).unwrap();
        tx.commit().await.unwrap()
    };
    let read = async || {
        let found = store.load_reader_and_assignment(clinic.id, clinic.reader, &what.1);
        let (user, assignment) = found.await.unwrap();
        assert_eq!(user.unwrap().id, clinic.reader);
        assignment
    };
    assert_eq!(read().await, None);
    let first = to(clinic.reader, None);
    assert_eq!(assign(first.clone()).await, CommitOutcome::Committed);
    let lost = assign(first.clone()).await;
    assert_eq!(lost, CommitOutcome::Conflict(vec![Part::Assignment]));
    assert_eq!(read().await, Some(first.clone()));
    let second = to(UserId::new(clinic.now(), &OsEntropy), Some(&first));
    assert_eq!(assign(second.clone()).await, CommitOutcome::Committed);
    assert_eq!(read().await, Some(second));
    assert_eq!(clinic.list_ids(None, None).await.len(), 2);
}

#[tokio::test]
async fn issuing_costs_8_write_units_and_renewing_1_5_read_units() {
    let clinic = StoreClinic::start().await;
    let store = clinic.app.store();
    let issued = clinic.new_dictation_grant(clinic.reader);
    let what = (clinic.id, study(1));
    let first = Assignment::assign(clinic.reader, what, None, clinic.pacs, clinic.now()).unwrap();
    let record = clinic.audit_record(issued.action(), issued.details.audit_object());
    clinic.app.reset_units();
    let mut tx = store.transaction(&record).unwrap();
    tx.put_grant(issued.clone()).unwrap();
    tx.put_assignment(&first).unwrap();
    assert_eq!(tx.commit().await.unwrap(), CommitOutcome::Committed);
    assert_eq!(clinic.app.units_of("TransactWriteItems"), "8");
    let open = redeem(&issued.into(), clinic.now());
    clinic.app.reset_units();
    assert_eq!(clinic.write_change(&open).await, CommitOutcome::Committed);
    assert_eq!(clinic.app.units_of("TransactWriteItems"), "6");
    clinic.app.reset_units();
    let keys = ViewKeys::from(&open.next);
    let parties = store.load_view_parties(&keys, Consistency::Eventual).await.unwrap();
    assert_eq!(clinic.app.units_of("BatchGetItem"), "1.5");
    let (grant, user, issuer) = (parties.grant.unwrap(), parties.user, parties.issuer);
    assert_eq!(grant, open.next);
    let allowed = check_parties(grant.details(), user.as_ref(), issuer.as_ref(), clinic.now());
    assert_eq!(allowed, Ok(()));
    clinic.app.reset_units();
    let limit = store.read_open_grants(clinic.id, clinic.reader, 100, clinic.now()).await;
    assert_eq!(limit.unwrap().limit, GrantLimit::Below);
    assert_eq!(clinic.app.units_of("Query"), "0.5");
}

#[tokio::test]
async fn a_user_who_is_also_the_issuer_is_read_once() {
    let clinic = StoreClinic::start().await;
    let keys = ViewKeys {
        clinic: clinic.id,
        access: AccessId::new(clinic.now(), &OsEntropy),
        user: Some(clinic.reader),
        issuer: Issuer::User(clinic.reader),
    };
    let store = clinic.app.store();
    let parties = store.load_view_parties(&keys, Consistency::Strong).await.unwrap();
    assert_eq!(parties.grant, None);
    assert_eq!(parties.user.unwrap().id, clinic.reader);
    assert!(parties.issuer.is_some());
}
