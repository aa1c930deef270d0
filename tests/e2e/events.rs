//! The event feed: an event exists if and only if its change does, once, in order.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use changes::{Context, Requester};
use domain::actor::{Actor, Inviter};
use domain::audit::{AuditAction, AuditObject};
use domain::credentials::key_set::KeySet;
use domain::ids::InvitationId;
use domain::invitation::{Fingerprint, Invitation, InvitationTransition, NewInvitation};
use domain::person::email::Email;
use domain::person::permissions::{AccessLevel, Permissions, Reporting};
use domain::person::profile::Profile;
use domain::person::vouched::VouchedNames;
use domain::person::{ClinicRole, FullName, PersonName};
use domain::time::{Clock, Timestamp};
use emulator::DatabaseFault;
use runtime::{OsEntropy, SystemClock};
use serde_json::{Value, json};
use store::CommitOutcome;
use tokio::task::JoinSet;

use crate::support::{
    App, PASSWORD, REROUTE, REVOKE, SecretsManager, ViewerLink, admin, member, read_feed, study,
    types_of,
};

const ADDRESS: &str = "ada@clinic.example";

/// The events of a type.
fn of_type<'a>(events: &'a [Value], kind: &str) -> Vec<&'a Value> {
    events.iter().filter(|event| event["type"] == kind).collect()
}

/// Issues a link that lets the reader dictate another study.
async fn issue(app: &App, reader: &str, n: u32) -> ViewerLink {
    let body = json!({ "assignedToUserId": reader, "studyId": study(n) });
    ViewerLink::from_response(&app.as_pacs().post(REROUTE, &body).await)
}

async fn resend(app: &App, id: &str) {
    let path = format!("/v1/autoScribe/users/invitations/{id}/resend");
    app.as_pacs().post(&path, &json!({})).await.expect(200);
}

#[tokio::test]
async fn an_invite_appears_in_the_feed_by_itself() {
    let app = App::start_with_events().await;
    let id = app.as_pacs().invite(&member(ADDRESS)).await.str("invitationId");
    for _ in 0..300 {
        let events = app.list_events().await;
        let sent = of_type(&events, "invitation.delivery_changed");
        let found = sent.iter().find(|event| event["data"]["invitationId"] == id);
        if let Some(sent) = found {
            let data = &sent["data"];
            assert_eq!(
                (&data["delivery"], &data["previousDelivery"]),
                (&json!("sent"), &json!("queued"))
            );
            let created = of_type(&events, "invitation.created");
            assert!(created.iter().any(|event| event["data"]["invitationId"] == id));
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no event of the email: {:?}", app.list_events().await);
}

#[tokio::test]
async fn a_batch_that_is_delivered_again_repeats_nothing() {
    let app = App::start_without_mailer().await;
    for n in 0..40 {
        app.as_pacs().invite(&member(&format!("p{n}@clinic.example"))).await.expect(201);
    }
    let records = app.stream_for_events();
    // The function ends before the stream knows that it appended the events.
    app.call_events(&records[..30]).await;
    let first = app.list_events().await;
    for _ in 0..2 {
        assert_eq!(app.call_events(&records).await["batchItemFailures"], json!([]));
    }
    let all = app.list_events().await;
    assert_eq!((&all[..first.len()], all.len()), (&first[..], 42));
    let ids: std::collections::BTreeSet<_> = all.iter().map(|e| e["id"].to_string()).collect();
    assert_eq!(ids.len(), 42);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_runs_append_each_event_once() {
    let app = App::start_without_mailer().await;
    for n in 0..20 {
        app.as_pacs().invite(&member(&format!("p{n}@clinic.example"))).await.expect(201);
    }
    let records = app.stream_for_events();
    let (ahead, behind) = records.split_at(11);
    let answers = tokio::join!(
        app.call_events(&records),
        app.call_events(behind),
        app.call_events(&records),
        app.call_events(ahead)
    );
    for answer in [answers.0, answers.1, answers.2, answers.3] {
        assert_eq!(answer["batchItemFailures"], json!([]));
    }
    let events = app.list_events().await;
    assert_eq!(events.len(), 22, "{:?}", types_of(&events));
}

#[tokio::test]
async fn a_failed_append_is_reported_and_retried() {
    let app = App::start_with_faults_without_mailer().await;
    app.as_pacs().invite(&member(ADDRESS)).await.expect(201);
    let other = app.create_other_clinic().await;
    let records = app.stream_for_events();
    let sequence = |n: usize| &records[n]["dynamodb"]["SequenceNumber"];
    assert_eq!(records.len(), 7, "four records of the first clinic, and three of the other");
    app.fail_database("TransactWriteItems", DatabaseFault::Internal);
    let answer = app.call_events(&records).await;
    assert_eq!(answer["batchItemFailures"], json!([{ "itemIdentifier": sequence(1) }]));
    app.heal_database();
    // The first clinic's events are appended, and then the database fails.
    app.pass_next("TransactWriteItems", 1);
    app.fail_next("TransactWriteItems", DatabaseFault::Internal);
    app.fail_next("TransactWriteItems", DatabaseFault::Internal);
    app.fail_next("TransactWriteItems", DatabaseFault::Internal);
    let answer = app.call_events(&records).await;
    assert_eq!(answer["batchItemFailures"], json!([{ "itemIdentifier": sequence(5) }]));
    assert_eq!(app.call_events(&records[5..]).await["batchItemFailures"], json!([]));
    assert_eq!(app.list_events().await.len(), 3);
    assert_eq!(read_feed(&other, "0").await.0.len(), 2);
}

#[tokio::test]
async fn a_lost_answer_appends_once() {
    let app = App::start_with_faults_without_mailer().await;
    app.as_pacs().invite(&member(ADDRESS)).await.expect(201);
    let records = app.stream_for_events();
    app.fail_next("TransactWriteItems", DatabaseFault::AnswerLost);
    app.call_events(&records).await;
    app.call_events(&records).await;
    assert_eq!(app.list_events().await.len(), 3);
}

#[tokio::test]
async fn conflicts_are_retried_and_then_reported() {
    let app = App::start_with_faults_without_mailer().await;
    let records = app.stream_for_events();
    app.fail_with_conflicts(5);
    assert_eq!(app.call_events(&records).await["batchItemFailures"], json!([]));
    app.as_pacs().invite(&member(ADDRESS)).await.expect(201);
    let records = app.stream_for_events();
    app.fail_with_conflicts(100);
    let answer = app.call_events(&records[3..]).await;
    assert_eq!(
        answer["batchItemFailures"][0]["itemIdentifier"],
        records[3]["dynamodb"]["SequenceNumber"]
    );
}

#[tokio::test]
async fn an_unreadable_record_does_not_block_the_others() {
    let app = App::start_without_mailer().await;
    app.as_pacs().invite(&member(ADDRESS)).await.expect(201);
    let mut records = app.stream_for_events();
    records[1]["dynamodb"]["NewImage"]["an"] = json!({ "S": "invitation.erased" });
    assert_eq!(app.call_events(&records).await["batchItemFailures"], json!([]));
    assert_eq!(types_of(&app.list_events().await), ["api_key.created", "invitation.created"]);
}

#[tokio::test]
async fn changes_of_a_person_are_events_in_order() {
    let app = App::start_without_mailer().await;
    let boss = app.confirm_and_sign_in(&admin("boss@clinic.example")).await;
    let user = app.invite_and_confirm(&member("grace@clinic.example"), None).await;
    let id = user["userId"].as_str().unwrap();
    let path = format!("/v1/autoScribe/users/{id}");
    boss.client.patch(&path, &json!({ "canManageStudies": false })).await.expect(200);
    let body = json!({ "userId": id });
    for route in ["revoke-access", "reactivate", "revoke-access", "release"] {
        boss.client.post(&format!("/v1/autoScribe/users/{route}"), &body).await.expect(200);
    }
    let later = app.as_pacs().invite(&member("late@clinic.example")).await.str("invitationId");
    let path = format!("/v1/autoScribe/users/invitations/{later}");
    app.as_pacs().patch(&path, &json!({ "canManageStudies": false })).await.expect(200);
    let revoke = json!({ "invitationId": later });
    app.as_pacs().post("/v1/autoScribe/users/invitations/revoke", &revoke).await.expect(200);
    app.append_events().await;
    let events = app.list_events().await;
    let about = |name: &str, id: &str| -> Vec<Value> {
        events.iter().filter(|event| event["data"][name] == id).cloned().collect()
    };
    let found = about("userId", id);
    assert_eq!(
        types_of(&found),
        [
            "invitation.created",
            "invitation.accepted",
            "user.updated",
            "user.deactivated",
            "user.reactivated",
            "user.deactivated",
            "user.released"
        ]
    );
    assert_eq!(found[2]["data"]["actor"], boss.user_id);
    assert_eq!(found[2]["data"]["canManageStudies"], false);
    assert_eq!(
        types_of(&about("invitationId", &later)),
        ["invitation.created", "invitation.edited", "invitation.revoked"]
    );
}

#[tokio::test]
async fn a_transfer_names_both_owners() {
    let app = App::start_without_mailer().await;
    let owner = app.confirm_and_sign_in_owner().await;
    let next = app.invite_and_confirm(&admin("boss@clinic.example"), Some(PASSWORD)).await;
    owner.confirm_password().await;
    let body = json!({ "userId": next["userId"] });
    owner.client.post("/v1/clinic/transfer-ownership", &body).await.expect(200);
    app.append_events().await;
    let events = app.list_events().await;
    let transfer = of_type(&events, "ownership.transferred");
    assert_eq!(transfer.len(), 1);
    let data = &transfer[0]["data"];
    assert_eq!((&data["userId"], &data["level"]), (&next["userId"], &json!("owner")));
    assert_eq!(data["previousOwnerId"], owner.user_id);
    let former = of_type(&events, "user.updated");
    assert_eq!((former.len(), &former[0]["data"]["level"]), (1, &json!("admin")));
}

#[tokio::test]
async fn an_invitation_expires_once_for_each_link() {
    let app = App::start_without_mailer().await;
    let id = app.as_pacs().invite(&member(ADDRESS)).await.str("invitationId");
    let accepted = app.invite_and_get_token(&member("grace@clinic.example")).await;
    app.as_invitee().accept(&json!({ "token": accepted })).await.expect(200);
    app.call_events_by_schedule().await;
    assert!(app.list_events().await.is_empty(), "nothing is due");
    app.clock.advance(Duration::from_hours(7 * 24));
    app.call_events_by_schedule().await;
    assert!(app.list_events().await.is_empty(), "an acceptance may still be running");
    app.clock.advance(Duration::from_secs(61));
    for _ in 0..2 {
        app.call_events_by_schedule().await;
    }
    let events = app.list_events().await;
    assert_eq!(types_of(&events), ["invitation.expired"; 2], "the owner's, and Ada's");
    let expired: Vec<_> =
        events.iter().filter(|event| event["data"]["invitationId"] == id).collect();
    let invitation = app.read_invitation(&id).await;
    assert_eq!(expired.len(), 1);
    assert_eq!(expired[0]["createdAt"], invitation["expiry"]);
    assert_eq!(expired[0]["data"]["actor"], "system");
    assert_eq!(invitation["status"], "sent", "expiry is no status");
    resend(&app, &id).await;
    app.call_events_by_schedule().await;
    app.clock.advance(Duration::from_hours(8 * 24));
    app.call_events_by_schedule().await;
    let events = app.list_events().await;
    assert_eq!(of_type(&events, "invitation.expired").len(), 3, "the new link expired too");
}

#[tokio::test]
async fn an_invitation_that_was_resent_after_it_was_listed_does_not_expire() {
    let app = App::start_without_mailer().await;
    let id = app.as_pacs().invite(&member(ADDRESS)).await.str("invitationId");
    app.clock.advance(Duration::from_hours(8 * 24));
    let mut listed = Vec::new();
    for part in 0..store::DUE_PARTS {
        let until = app.clock.now();
        listed.extend(app.store().list_due_items(part, until, 10).await.unwrap());
    }
    assert_eq!(listed.len(), 2);
    resend(&app, &id).await;
    app.append_events().await;
    let before = app.list_events().await;
    for entry in listed {
        let thing = entry.thing.unwrap();
        let store::DueThing::Invitation(invitation) = &thing else { panic!("an invitation") };
        let now = app.clock.now();
        let event = domain::event::Event::of_expiry(invitation, now).unwrap();
        let new = store::NewEvent {
            id: event.id,
            kind: event.kind,
            at: event.at,
            data: event.data_json(),
            due: Some(entry.item.clone()),
        };
        app.store().append_events(thing.clinic(), &[new], now).await.unwrap();
        app.store().drop_due_item(&entry.item).await.unwrap();
    }
    let events = app.list_events().await;
    assert_eq!(types_of(&events[before.len()..]), ["invitation.expired"], "only the owner's");
    assert_ne!(events.last().unwrap()["data"]["invitationId"], id);
    app.clock.advance(Duration::from_hours(8 * 24));
    app.call_events_by_schedule().await;
    assert_eq!(app.list_events().await.len(), events.len() + 1, "it is still listed");
}

#[tokio::test]
async fn temporary_access_has_events_from_its_link_to_its_end() {
    let app = App::start_without_mailer().await;
    let reader = app.confirm_reader().await;
    let viewed = app.issue_link(&reader).await;
    let [unopened, revoked] = [issue(&app, &reader, 2).await, issue(&app, &reader, 3).await];
    app.redeem(&viewed.token).await.expect(200);
    app.redeem(&viewed.token).await.expect_problem(404, "token_invalid");
    app.as_pacs().post(REVOKE, &json!({ "accessId": revoked.access_id })).await.expect(200);
    app.append_events().await;
    for pause in [3, 120] {
        app.clock.advance(Duration::from_mins(pause));
        app.call_events_by_schedule().await;
    }
    let events = app.list_events().await;
    let of = |id: &str| -> Vec<Value> {
        events.iter().filter(|event| event["data"]["accessId"] == id).cloned().collect()
    };
    let (viewed, unopened, revoked) =
        (of(&viewed.access_id), of(&unopened.access_id), of(&revoked.access_id));
    assert_eq!(
        types_of(&viewed),
        ["access.issued", "access.opened", "access.refused", "access.ended"]
    );
    assert_eq!(
        (&viewed[2]["data"]["reason"], &viewed[3]["data"]["opened"]),
        (&json!("used"), &json!(true))
    );
    for event in &viewed {
        assert_eq!(
            (&event["data"]["mode"], &event["data"]["userId"]),
            (&json!("dictation"), &json!(reader))
        );
    }
    assert_eq!(types_of(&unopened), ["access.issued", "access.ended"]);
    assert_eq!(unopened[1]["data"]["opened"], false);
    assert_eq!(types_of(&revoked), ["access.issued", "access.revoked"], "it did not end by itself");
    assert!(!json!(events).to_string().contains("studyInstanceUid"));
}

#[tokio::test]
async fn a_delivery_is_an_event_each_time_it_changes() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&member(ADDRESS)).await.str("invitationId");
    app.wait_for_emails(ADDRESS, 1).await;
    let first = app.captured(ADDRESS).remove(0);
    app.report(&first, "DeliveryDelay", &json!({})).await.unwrap();
    app.report(&first, "Send", &json!({})).await.unwrap();
    app.report_bounce(&first).await;
    app.report_bounce(&first).await;
    let path = format!("/v1/autoScribe/users/invitations/{id}");
    app.as_pacs().patch(&path, &json!({ "firstName": "Greta" })).await.expect(200);
    app.clock.advance(Duration::from_secs(61));
    resend(&app, &id).await;
    app.wait_for_emails(ADDRESS, 2).await;
    app.wait_for_delivery(&id, "sent").await;
    for _ in 0..2 {
        app.append_events().await;
    }
    let events = app.list_events().await;
    let about = events.iter().filter(|event| event["data"]["invitationId"] == id);
    let found: Vec<_> = about
        .map(|event| match event["data"]["delivery"].as_str() {
            Some(delivery) => delivery,
            None => event["type"].as_str().unwrap(),
        })
        .collect();
    assert_eq!(
        found,
        [
            "invitation.created",
            "sent",
            "delayed",
            "bounced",
            "invitation.edited",
            "invitation.resent",
            "sent"
        ]
    );
}

/// Records of the audit, and those of deliveries, which come from another shard.
fn shards(app: &App) -> (Vec<Value>, Vec<Value>) {
    let records = app.stream_for_events().into_iter();
    records.partition(|record| record["eventName"] == "INSERT")
}

#[tokio::test]
async fn events_of_one_invitation_keep_their_order_across_shards() {
    let app = App::start().await;
    let id = app.as_pacs().invite(&member(ADDRESS)).await.str("invitationId");
    app.wait_for_emails(ADDRESS, 1).await;
    app.report_bounce(&app.captured(ADDRESS).remove(0)).await;
    let revoke = json!({ "invitationId": id });
    app.as_pacs().post("/v1/autoScribe/users/invitations/revoke", &revoke).await.expect(200);
    let (audit, deliveries) = shards(&app);
    let number = |record: &Value| record["dynamodb"]["SequenceNumber"].clone();
    let failed = |answer: &Value| answer["batchItemFailures"][0]["itemIdentifier"].clone();
    let own: Vec<_> = deliveries
        .iter()
        .filter(|record| record["dynamodb"]["NewImage"]["id"]["S"] == id)
        .cloned()
        .collect();
    let early = app.call_events(&own).await;
    assert_eq!(failed(&early), number(&own[0]), "its invitation is not in the feed");
    assert!(app.list_events().await.is_empty());
    let answer = app.call_events(&audit).await;
    assert_eq!(failed(&answer), number(audit.last().unwrap()), "the bounce comes before");
    assert_eq!(app.call_events(&own).await["batchItemFailures"], json!([]));
    let rest = &audit[audit.len() - 1..];
    assert_eq!(app.call_events(rest).await["batchItemFailures"], json!([]));
    let events = app.list_events().await;
    let found: Vec<_> = events
        .iter()
        .filter(|event| event["data"]["invitationId"] == id)
        .map(|event| event["data"]["delivery"].as_str().or(event["type"].as_str()).unwrap())
        .collect();
    assert_eq!(found, ["invitation.created", "sent", "bounced", "invitation.revoked"]);
}

#[tokio::test]
async fn a_lost_event_holds_up_the_others_for_ten_minutes() {
    let app = App::start().await;
    app.as_pacs().invite(&member(ADDRESS)).await.expect(201);
    app.wait_for_emails(ADDRESS, 1).await;
    let (_, deliveries) = shards(&app);
    assert_ne!(app.call_events(&deliveries).await["batchItemFailures"], json!([]));
    app.clock.advance(Duration::from_mins(10));
    assert_eq!(app.call_events(&deliveries).await["batchItemFailures"], json!([]));
    let events = app.list_events().await;
    assert_eq!(types_of(&events), ["invitation.delivery_changed"; 2]);
}

#[tokio::test]
async fn an_end_waits_for_the_events_before_it() {
    let app = App::start_without_mailer().await;
    let reader = app.confirm_reader().await;
    let link = app.issue_link(&reader).await;
    app.clock.advance(Duration::from_mins(3));
    app.call_events_by_schedule().await;
    assert!(app.list_events().await.is_empty());
    app.append_events().await;
    app.call_events_by_schedule().await;
    let events = app.list_events().await;
    let about: Vec<_> =
        events.iter().filter(|e| e["data"]["accessId"] == link.access_id).cloned().collect();
    assert_eq!(types_of(&about), ["access.issued", "access.ended"]);
}

#[tokio::test]
async fn a_change_of_the_signing_keys_is_an_event_of_every_clinic() {
    let app = App::start_without_mailer().await;
    let other = app.create_other_clinic().await;
    let secrets = SecretsManager::start_with_clock(app.clock.clone()).await;
    secrets.put(KeySet::SigningKeys, &app.signing_keys());
    app.provision_with(&secrets, &json!({ "rotateKeys": "SigningKeys" })).await.unwrap();
    app.append_events().await;
    for reader in [app.as_pacs(), other] {
        let events = read_feed(&reader, "0").await.0;
        let rotated = of_type(&events, "signing_key.rotated");
        assert_eq!(rotated.len(), 1);
        assert_eq!(rotated[0]["data"], json!({ "actor": "operator", "step": "added" }));
    }
}

#[tokio::test]
async fn an_item_that_is_due_and_unreadable_does_not_block_the_others() {
    let app = App::start_without_mailer().await;
    let id = app.as_pacs().invite(&member(ADDRESS)).await.str("invitationId");
    app.corrupt_invitation(&id).await;
    app.clock.advance(Duration::from_hours(8 * 24));
    for _ in 0..2 {
        app.call_events_by_schedule().await;
    }
    assert_eq!(types_of(&app.list_events().await), ["invitation.expired"], "the owner's");
}

#[tokio::test]
async fn more_than_a_page_of_items_can_be_due() {
    let app = App::start_without_mailer().await;
    let mut ids = BTreeMap::new();
    for n in 0..60 {
        let invited = app.as_pacs().invite(&member(&format!("p{n}@clinic.example"))).await;
        ids.insert(invited.str("invitationId"), 0);
    }
    app.clock.advance(Duration::from_hours(8 * 24));
    app.call_events_by_schedule().await;
    for event in app.list_events().await {
        ids.entry(event["data"]["invitationId"].as_str().unwrap().to_owned())
            .and_modify(|count| *count += 1);
    }
    assert!(ids.values().all(|count| *count == 1), "{ids:?}");
    let listed = app.load_items().await;
    let listed = listed.iter().filter(|item| {
        item.get("GSI4PK").is_some_and(|pk| pk.as_s().unwrap().starts_with("EVENT#DUE#"))
    });
    assert_eq!(listed.count(), 0, "they leave the index");
}

#[tokio::test]
async fn an_operator_appends_what_is_missing() {
    let app = App::start_without_mailer().await;
    app.clock.advance(Duration::from_secs(1));
    app.as_pacs().invite(&member(ADDRESS)).await.expect(201);
    let mut records = app.stream_for_events();
    let lost = records.remove(1);
    app.call_events(&records).await;
    let call = async |from: &str, to: &str| {
        let range = json!({ "clinicId": app.clinic_id, "from": from, "to": to });
        app.try_events(&json!({ "appendMissing": range })).await
    };
    let now = app.clock.now();
    let (from, to) = (now.minus(Duration::from_hours(30)).to_string(), now.to_string());
    for appended in [1, 0] {
        assert_eq!(call(&from, &to).await.unwrap(), json!({ "appended": appended }));
    }
    let events = app.list_events().await;
    let lost = lost["dynamodb"]["Keys"]["SK"]["S"].as_str().unwrap().replace("evt_", "whe_");
    assert_eq!((events.len(), &events[2]["id"]), (3, &json!(lost)), "late, at the end");
    for (from, to) in [("2020-01-01T00:00:00Z", to.as_str()), ("yesterday", &to), (&from, "")] {
        assert!(call(from, to).await.is_err(), "{from} {to}");
    }
}

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

/// Fifty writers whose clocks differ by up to a second, while a reader follows the cursor.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reader_who_follows_the_cursor_sees_what_the_audit_has() {
    const WRITERS: u8 = 50;
    let app = Arc::new(App::start_with_events().await);
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
    let records = app.stream_for_events();
    let records = records.iter().filter(|record| record["eventName"] == "INSERT");
    let in_audit: Vec<_> = records
        .map(|record| record["dynamodb"]["Keys"]["SK"]["S"].as_str().unwrap())
        .map(|id| id.replace("evt_", "whe_"))
        .skip(1)
        .collect();
    assert_eq!(in_feed, in_audit, "the first record says that the clinic was provisioned");
    let unique: std::collections::BTreeSet<_> = seen.iter().map(|e| e["id"].to_string()).collect();
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
