//! A reader who follows the feed while many write.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use changes::{Context, Requester};
use domain::actor::{Actor, Inviter};
use domain::audit::{AuditAction, AuditObject};
use domain::ids::InvitationId;
use domain::invitation::{Fingerprint, Invitation, InvitationTransition, NewInvitation};
use domain::person::email::Email;
use domain::person::permissions::{AccessLevel, Permissions, Reporting};
use domain::person::profile::Profile;
use domain::person::vouched::VouchedNames;
use domain::person::{ClinicRole, FullName, PersonName};
use domain::time::{Clock, Timestamp};
use runtime::{OsEntropy, SystemClock};
use store::CommitOutcome;
use tokio::task::JoinSet;

use crate::support::{App, read_feed};

/// A clock that is ahead of the others, or behind.
struct SkewedClock(i64);

impl Clock for SkewedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(SystemClock.now().millis() + self.0).unwrap()
    }
}

/// Invites a person, edits the invitation and revokes it, on its own clock.
async fn write_three_changes(app: &App, n: u8) -> InvitationId {
    let skew = i64::from(n) * 20 - 500;
    let context = Context {
        store: app.store().clone(),
        clock: Arc::new(SkewedClock(skew)),
        entropy: Arc::new(OsEntropy),
    };
    let requester = Requester::new(Actor::Operator, None);
    let now = context.now();
    let pending = NewInvitation {
        id: InvitationId::new(now, context.entropy.as_ref()),
        clinic: app.clinic(),
        email: Email::parse(&format!("p{n}@clinic.example")).unwrap(),
        profile: profile("Grace"),
        invited_by: Inviter::Operator,
        open_for: Duration::from_hours(24),
        fingerprint: Fingerprint::of(&[&[n]]),
    }
    .create(now);
    let id = pending.details.id;
    let (object, after) = (AuditObject::Invitation(id), Some(pending.details.profile.permissions));
    let action = AuditAction::InvitationCreated;
    let record = requester.audit_record(&context, app.clinic(), action, object, (None, after));
    let mut tx = context.store.transaction(&record).unwrap();
    tx.put_invitation(pending.clone()).unwrap();
    assert_eq!(tx.commit().await.unwrap(), CommitOutcome::Committed);
    let edited = pending.check_expiry(now).unwrap();
    let edited = edited.edit(profile("Greta"), Inviter::Operator, context.now());
    let pending = edited.next.clone();
    commit(&context, &requester, &edited.map(Into::into)).await;
    commit(&context, &requester, &pending.revoke(context.now()).map(Into::into)).await;
    id
}

async fn commit(
    context: &Context,
    requester: &Requester,
    change: &InvitationTransition<Invitation>,
) {
    let record = requester.invitation_record(context, change);
    let mut tx = context.store.transaction(&record).unwrap();
    tx.replace_invitation(change).unwrap();
    assert_eq!(tx.commit().await.unwrap(), CommitOutcome::Committed);
}

fn profile(first: &str) -> Profile {
    let name = |text| PersonName::parse(text).unwrap();
    Profile {
        name: FullName {
            first: name(first),
            middle: None,
            last: name("Lind"),
            suffix1: None,
            suffix2: None,
        },
        phone: None,
        role: ClinicRole::FrontDeskOperator,
        permissions: Permissions {
            access_level: AccessLevel::Member { dashboard: false },
            manage_studies: true,
            reporting: Reporting::WithoutNpi,
        },
        vouched: VouchedNames::default(),
    }
}

/// Fifty writers whose clocks differ by up to a second, while a reader follows the cursor. Each second event is
/// shown late, as if the reader came while a transaction is being written.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reader_who_follows_the_cursor_sees_what_the_audit_has() {
    const WRITERS: u8 = 50;
    let app = Arc::new(App::start_with_events_and_faults().await);
    app.show_events_late();
    let following = tokio::spawn({
        let app = app.clone();
        async move {
            let (mut seen, mut cursor) = (Vec::new(), "0".to_owned());
            let end = 2 + 3 * usize::from(WRITERS);
            for _ in 0..1200 {
                let (events, next) = read_feed(&app.as_pacs(), &cursor).await;
                seen.extend(events);
                cursor = next;
                let audited = seen.iter().filter(|e| e["type"] != "invitation.delivery_changed");
                if audited.count() >= end {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
            seen
        }
    });
    let mut writers = JoinSet::new();
    for n in 0..WRITERS {
        let app = app.clone();
        writers.spawn(async move { write_three_changes(&app, n).await });
    }
    let written = writers.join_all().await;
    let seen = following.await.unwrap();
    app.wait_until_delivered().await;
    let audited: Vec<_> =
        seen.iter().filter(|event| event["type"] != "invitation.delivery_changed").collect();
    let in_feed: Vec<_> = audited.iter().map(|event| event["id"].as_str().unwrap()).collect();
    // The stream has the records in the order of commits.
    let records = app.changes_for_events();
    let records = records.iter().filter(|record| record["eventName"] == "INSERT");
    let in_audit: Vec<_> = records
        .map(|record| record["dynamodb"]["Keys"]["SK"]["S"].as_str().unwrap())
        .map(|id| id.replace("evt_", "whe_"))
        .skip(1)
        .collect();
    assert_eq!(in_feed, in_audit, "the first record says that the clinic was provisioned");
    let unique: BTreeSet<_> = seen.iter().map(|e| e["id"].to_string()).collect();
    assert_eq!(unique.len(), seen.len(), "no repeat");
    for id in written {
        let of = audited.iter().filter(|event| event["data"]["invitationId"] == id.to_string());
        let types: Vec<_> = of.map(|event| event["type"].as_str().unwrap()).collect();
        assert_eq!(types, ["invitation.created", "invitation.edited", "invitation.revoked"]);
    }
    assert_eq!(
        read_feed(&app.as_pacs(), "0").await.0[..seen.len()],
        seen,
        "the feed stays as it is"
    );
}
