//! The events of what ends by itself.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::event::Event;
use domain::time::Clock as _;
use emulator::DatabaseFault;
use serde_json::{Value, json};
use store::{DUE_PARTS, DueThing, NewEvent};

use crate::support::{
    App, REROUTE, REVOKE, ViewerLink, events_of_type, member, read_feed, study, types_of,
};

const ADDRESS: &str = "ada@clinic.example";

async fn resend(app: &App, id: &str) {
    let path = format!("/v1/autoScribe/users/invitations/{id}/resend");
    app.as_pacs().post(&path, &json!({})).await.expect(200);
}

/// Issues a link that lets the reader dictate another study.
async fn issue(app: &App, reader: &str, n: u32) -> ViewerLink {
    let body = json!({ "assignedToUserId": reader, "studyId": study(n) });
    ViewerLink::from_response(&app.as_pacs().post(REROUTE, &body).await)
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
    assert_eq!(events_of_type(&events, "invitation.expired").len(), 3, "the new link expired too");
}

#[tokio::test]
async fn an_invitation_that_was_resent_after_it_was_listed_does_not_expire() {
    let app = App::start_without_mailer().await;
    let id = app.as_pacs().invite(&member(ADDRESS)).await.str("invitationId");
    app.clock.advance(Duration::from_hours(8 * 24));
    let mut listed = Vec::new();
    for part in 0..DUE_PARTS {
        let until = app.clock.now();
        listed.extend(app.store().list_due_items(part, until, (10, None)).await.unwrap().items);
    }
    assert_eq!(listed.len(), 2);
    resend(&app, &id).await;
    app.append_events().await;
    let before = app.list_events().await;
    for entry in listed {
        let thing = entry.thing.unwrap();
        let DueThing::Invitation(invitation) = &thing else { panic!("an invitation") };
        let now = app.clock.now();
        let event = Event::of_expiry(invitation, now).unwrap();
        let new = NewEvent {
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
async fn everything_that_is_due_is_appended_once_in_one_run() {
    let app = App::start_with_faults_without_mailer().await;
    let id = app.as_pacs().invite(&member(ADDRESS)).await.str("invitationId");
    let first = app.find_item(&format!("INV#{id}")).await;
    let mut ids = BTreeMap::from([(id.clone(), 0)]);
    // All of them are in one part, so that one read is not enough.
    for n in 1..=130 {
        let id = format!("{}{n:04x}{}", &id[..id.len() - 6], &id[id.len() - 2..]);
        let mut item = first.clone();
        item.insert("SK".to_owned(), AttributeValue::S(format!("INV#{id}")));
        item.insert("id".to_owned(), AttributeValue::S(id.clone()));
        app.put_item(item).await;
        ids.insert(id, 0);
    }
    app.clock.advance(Duration::from_hours(8 * 24));
    // The index still lists one that is gone.
    let gone = ids.pop_first().unwrap().0;
    app.hide_from_batches(&[&format!("INV#{gone}")]);
    app.call_events_by_schedule().await;
    app.heal_database();
    for event in app.list_events().await {
        ids.entry(event["data"]["invitationId"].as_str().unwrap().to_owned())
            .and_modify(|count| *count += 1);
    }
    assert!(ids.values().all(|count| *count == 1), "{ids:?}");
    let listed = app.load_items().await;
    let listed = listed.iter().filter(|item| {
        item.get("GSI4PK").is_some_and(|pk| pk.as_s().unwrap().starts_with("EVENT#DUE#"))
    });
    assert_eq!(listed.count(), 1, "the others leave the index");
}

#[tokio::test]
async fn an_end_of_long_ago_has_no_second_event() {
    let app = App::start_without_mailer().await;
    let token = app.invite_and_get_token(&member(ADDRESS)).await;
    app.clock.advance(Duration::from_hours(8 * 24));
    app.call_events_by_schedule().await;
    assert_eq!(types_of(&app.list_events().await), ["invitation.expired"; 2]);
    app.clock.advance(Duration::from_hours(36 * 24));
    // The feed forgets the ids of its events when they expire.
    for item in app.load_items().await {
        let key = |name: &str| item[name].as_s().unwrap().clone();
        if key("PK").starts_with("EVENTS#") && key("SK").starts_with("ID#") {
            app.delete_item(&key("PK"), &key("SK")).await;
        }
    }
    let body = json!({ "token": token });
    app.as_invitee().post("/v1/invitation/request-new", &body).await.expect(202);
    let listed = async || {
        let items = app.load_items().await;
        let due = |pk: &AttributeValue| pk.as_s().unwrap().starts_with("EVENT#DUE#");
        items.iter().filter(|item| item.get("GSI4PK").is_some_and(due)).count()
    };
    assert_eq!(listed().await, 1, "the change lists it again");
    app.call_events_by_schedule().await;
    assert_eq!(app.as_pacs().get("/v1/events").await.expect(200)["events"], json!([]));
    assert_eq!(listed().await, 0);
}

#[tokio::test]
async fn a_clinic_that_fails_holds_up_no_other() {
    let app = App::start_with_faults_without_mailer().await;
    let other = app.create_other_clinic().await;
    app.clock.advance(Duration::from_hours(8 * 24));
    // The SDK tries three times.
    for _ in 0..3 {
        app.fail_next("TransactWriteItems", DatabaseFault::Internal);
    }
    let run = json!({ "detail-type": "Scheduled Event" });
    app.try_events(&run).await.unwrap_err();
    let both = [app.list_events().await, read_feed(&other, "0").await.0];
    assert_eq!(both.concat().len(), 1, "one clinic failed");
    app.call_events_by_schedule().await;
    let both = [app.list_events().await, read_feed(&other, "0").await.0];
    assert_eq!(types_of(&both.concat()), ["invitation.expired"; 2]);
}
