//! The mailer with events as the stream delivers them: at least once, in batches, in order.

use std::time::Duration;

use domain::time::Clock as _;
use serde_json::{Value, json};
use store::{MailId, MailLease};

use crate::support::{App, link_in, member};

async fn invite_people(app: &App, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for n in 0..count {
        ids.push(
            app.as_pacs()
                .invite(&member(&format!("p{n}@clinic.example")))
                .await
                .str("invitationId"),
        );
    }
    ids
}

fn sequence(event: &Value, record: usize) -> &Value {
    &event["Records"][record]["dynamodb"]["SequenceNumber"]
}

#[tokio::test]
async fn a_record_delivered_twice_sends_one_email() {
    let app = App::start_without_mailer().await;
    let id = &invite_people(&app, 1).await[0];
    let event = app.stream_event();
    for _ in 0..2 {
        assert_eq!(app.call_mailer(&event).await["batchItemFailures"], json!([]));
    }
    assert_eq!(app.sent_emails("p0@clinic.example").len(), 1);
    assert_eq!(app.read_invitation(id).await["delivery"], "sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_mailers_send_one_email() {
    let app = App::start_without_mailer().await;
    invite_people(&app, 1).await;
    let event = app.stream_event();
    tokio::join!(
        app.call_mailer(&event),
        app.call_mailer(&event),
        app.call_mailer(&event),
        app.call_mailer(&event)
    );
    assert_eq!(app.call_mailer(&event).await["batchItemFailures"], json!([]));
    assert_eq!(app.sent_emails("p0@clinic.example").len(), 1);
}

#[tokio::test]
async fn an_email_of_a_crashed_mailer_is_sent_later_with_the_same_link() {
    let app = App::start_without_mailer().await;
    let id = &invite_people(&app, 1).await[0];
    let event = app.stream_event();
    let email =
        MailId::Invitation { clinic: app.clinic(), id: App::invitation_id(id), generation: 1 };
    let taken = app.store().lease_mail(email, app.clock.now()).await.unwrap();
    assert!(matches!(taken, MailLease::Granted(..)), "a mailer leases the email and crashes");
    assert_eq!(
        app.read_invitation(id).await["delivery"],
        "queued",
        "a leased email must still be shown as queued"
    );
    assert_eq!(app.call_mailer(&event).await["batchItemFailures"], json!([]));
    app.call_mailer_by_schedule().await;
    assert!(app.sent_emails("p0@clinic.example").is_empty(), "the lease has not ended");
    app.clock.advance(Duration::from_secs(61));
    app.call_mailer_by_schedule().await;
    let emails = app.sent_emails("p0@clinic.example");
    assert_eq!((emails.len(), link_in(&emails[0])), (1, app.link(id, 1)));
}

#[tokio::test]
async fn the_first_failed_record_is_reported_and_the_rest_are_retried() {
    let app = App::start_without_mailer().await;
    invite_people(&app, 3).await;
    let event = app.stream_event();
    let records = event["Records"].as_array().unwrap();
    assert_eq!(records.len(), 4, "the owner's invitation and three more");
    app.set_email_down(true);
    let answer = app.call_mailer(&event).await;
    assert_eq!(answer["batchItemFailures"], json!([{"itemIdentifier": sequence(&event, 0)}]));
    app.set_email_down(false);
    assert_eq!(app.call_mailer(&event).await["batchItemFailures"], json!([]));
    for n in 0..3 {
        assert_eq!(app.sent_emails(&format!("p{n}@clinic.example")).len(), 1);
    }
}

#[tokio::test]
async fn a_rejected_email_does_not_block_the_others() {
    let app = App::start_without_mailer().await;
    let ids = invite_people(&app, 2).await;
    let event = app.stream_event();
    app.refuse_emails(2);
    assert_eq!(app.call_mailer(&event).await["batchItemFailures"], json!([]));
    assert_eq!(app.read_invitation(&ids[0]).await["delivery"], "failed");
    assert_eq!(app.read_invitation(&ids[1]).await["delivery"], "sent");
}

#[tokio::test]
async fn an_outdated_record_never_sends_an_outdated_link() {
    let app = App::start_without_mailer().await;
    let id = &invite_people(&app, 1).await[0];
    let old = app.stream_event();
    app.clock.advance(Duration::from_mins(2));
    let path = format!("/v1/autoScribe/users/invitations/{id}/resend");
    app.as_pacs().post(&path, &json!({})).await.expect(200);
    app.call_mailer(&old).await;
    assert!(app.sent_emails("p0@clinic.example").is_empty());
    app.call_mailer(&app.stream_event()).await;
    assert_eq!(link_in(&app.sent_emails("p0@clinic.example")[0]), app.link(id, 2));
}

#[tokio::test]
async fn an_invitation_revoked_before_its_email_is_not_sent() {
    let app = App::start_without_mailer().await;
    let id = &invite_people(&app, 1).await[0];
    let event = app.stream_event();
    let revoke = json!({"invitationId": id});
    app.as_pacs().post("/v1/autoScribe/users/invitations/revoke", &revoke).await.expect(200);
    assert_eq!(app.call_mailer(&event).await["batchItemFailures"], json!([]));
    assert!(app.sent_emails("p0@clinic.example").is_empty());
    let invitation = app.read_invitation(id).await;
    assert_eq!(
        (&invitation["status"], &invitation["delivery"]),
        (&json!("revoked"), &json!("failed"))
    );
}

#[tokio::test]
async fn an_email_shows_a_change_made_before_it_was_sent() {
    let app = App::start_without_mailer().await;
    let id = &invite_people(&app, 1).await[0];
    let event = app.stream_event();
    let path = format!("/v1/autoScribe/users/invitations/{id}");
    app.as_pacs().patch(&path, &json!({"firstName": "Gráinne"})).await.expect(200);
    app.call_mailer(&event).await;
    let emails = app.sent_emails("p0@clinic.example");
    assert!(crate::support::text_of(&emails[0]).contains("Gráinne"));
}

#[tokio::test]
async fn a_corrupt_record_does_not_block_the_others() {
    let app = App::start_without_mailer().await;
    invite_people(&app, 2).await;
    let mut event = app.stream_event();
    event["Records"][1]["dynamodb"]["NewImage"].as_object_mut().unwrap().remove("em");
    assert_eq!(app.call_mailer(&event).await["batchItemFailures"], json!([]));
    assert!(app.sent_emails("p0@clinic.example").is_empty());
    assert_eq!(app.sent_emails("p1@clinic.example").len(), 1);
}

#[tokio::test]
async fn a_corrupt_invitation_is_marked_failed() {
    let app = App::start_without_mailer().await;
    let ids = invite_people(&app, 2).await;
    let event = app.stream_event();
    app.corrupt_invitation(&ids[0]).await;
    assert_eq!(app.call_mailer(&event).await["batchItemFailures"], json!([]));
    assert_eq!(app.load_delivery(&ids[0]).await, "failed");
    assert_eq!(app.read_invitation(&ids[1]).await["delivery"], "sent");
}

#[tokio::test]
async fn an_email_is_sent_once_even_if_marking_it_fails_at_first() {
    let app = App::start_with_faults_without_mailer().await;
    invite_people(&app, 1).await;
    let mut event = app.stream_event();
    event["Records"].as_array_mut().unwrap().remove(0);
    app.fail_after("UpdateItem", 1, 6);
    assert_eq!(app.call_mailer(&event).await["batchItemFailures"], json!([]));
    assert_eq!(app.call_mailer(&event).await["batchItemFailures"], json!([]));
    assert_eq!(app.sent_emails("p0@clinic.example").len(), 1);
}
