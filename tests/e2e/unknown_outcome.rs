//! Emails that SES may have taken: its answer is late, lost or missing. A person gets as few copies as possible,
//! and the emails behind go on.

use std::time::Duration;

use emulator::{AnswerLoss, DatabaseFault, SesFault};
use serde_json::{Value, json};

use crate::support::{App, member};

const ADDRESS: &str = "ada@clinic.example";

/// An invitation whose email `mailer` sends next, with the event for it.
async fn queue_email(app: &App) -> (String, Value) {
    app.call_mailer(&app.stream_event()).await;
    let id = app.as_pacs().invite(&member(ADDRESS)).await.str("invitationId");
    (id, app.stream_event())
}

async fn delivery(app: &App, id: &str) -> String {
    app.read_invitation(id).await["delivery"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_slow_answer_is_waited_for_and_sends_one_copy() {
    let send = async |seconds: f64| {
        let app = App::start_without_mailer().await;
        let (id, event) = queue_email(&app).await;
        app.fail_emails(1, SesFault::Late(Duration::from_secs_f64(seconds)));
        let answer = app.call_mailer(&event).await;
        assert_eq!(answer["batchItemFailures"], json!([]), "{seconds} s");
        for _ in 0..2 {
            app.clock.advance(Duration::from_hours(1));
            app.call_mailer(&event).await;
            app.call_mailer_by_schedule().await;
        }
        assert_eq!(app.sent_emails(ADDRESS).len(), 1, "{seconds} s");
        assert_eq!(delivery(&app, &id).await, "sent", "{seconds} s");
    };
    tokio::join!(send(0.8), send(1.2), send(3.0), send(10.0));
}

#[tokio::test]
async fn an_email_without_an_answer_is_tried_three_times_and_then_failed() {
    let app = App::start_without_mailer().await;
    let (id, event) = queue_email(&app).await;
    app.fail_emails(1, SesFault::Late(Duration::MAX));
    assert_eq!(app.call_mailer(&event).await["batchItemFailures"], json!([]));
    app.fail_emails(9, SesFault::AnswerLost);
    let mut copies = Vec::new();
    // A call each minute, until all attempts are over.
    for _ in 0..40 {
        app.call_mailer(&event).await;
        app.call_mailer_by_schedule().await;
        copies.push(app.sent_emails(ADDRESS).len());
        app.clock.advance(Duration::from_mins(1));
    }
    copies.dedup();
    assert_eq!(copies, [1, 2, 3]);
    let invitation = app.read_invitation(&id).await;
    assert_eq!(invitation["delivery"], "failed");
    assert_eq!(invitation["deliveryDetail"], "we could not confirm that the email left; resend");
    // A resend has all attempts again.
    let path = format!("/v1/autoScribe/users/invitations/{id}/resend");
    app.as_pacs().post(&path, &json!({})).await.expect(200);
    app.heal_emails();
    app.call_mailer(&app.stream_event()).await;
    assert_eq!(delivery(&app, &id).await, "sent");
}

#[tokio::test]
async fn an_answer_that_is_lost_once_costs_one_copy() {
    let app = App::start_without_mailer().await;
    let (id, event) = queue_email(&app).await;
    app.fail_emails(1, SesFault::AnswerLost);
    app.call_mailer(&event).await;
    assert_eq!(delivery(&app, &id).await, "queued", "its outcome is not known yet");
    app.call_mailer_by_schedule().await;
    assert_eq!(app.sent_emails(ADDRESS).len(), 1, "the next attempt is not due yet");
    app.clock.advance(Duration::from_secs(61));
    app.call_mailer_by_schedule().await;
    app.call_mailer_by_schedule().await;
    assert_eq!(app.sent_emails(ADDRESS).len(), 2);
    assert_eq!(delivery(&app, &id).await, "sent");
}

#[tokio::test]
async fn emails_behind_one_without_an_answer_go_on() {
    let app = App::start_without_mailer().await;
    queue_email(&app).await;
    app.as_pacs().invite(&member("next@clinic.example")).await.expect(201);
    app.fail_emails(1, SesFault::AnswerLost);
    let answer = app.call_mailer(&app.stream_event()).await;
    assert_eq!(answer["batchItemFailures"], json!([]));
    assert_eq!(app.sent_emails("next@clinic.example").len(), 1);
}

#[tokio::test]
async fn an_edit_or_a_revocation_between_attempts_takes_part() {
    let app = App::start_without_mailer().await;
    let (id, event) = queue_email(&app).await;
    app.fail_emails(1, SesFault::AnswerLost);
    app.call_mailer(&event).await;
    let path = format!("/v1/autoScribe/users/invitations/{id}");
    app.as_pacs().patch(&path, &json!({"firstName": "Gráinne"})).await.expect(200);
    app.fail_emails(1, SesFault::AnswerLost);
    app.clock.advance(Duration::from_secs(61));
    app.call_mailer_by_schedule().await;
    let emails = app.sent_emails(ADDRESS);
    assert_eq!(emails.len(), 2);
    assert!(crate::support::text_of(&emails[1]).contains("Gráinne"));
    let revoke = json!({ "invitationId": id });
    app.as_pacs().post("/v1/autoScribe/users/invitations/revoke", &revoke).await.expect(200);
    app.clock.advance(Duration::from_mins(11));
    app.call_mailer_by_schedule().await;
    assert_eq!(app.sent_emails(ADDRESS).len(), 2);
    let invitation = app.read_invitation(&id).await;
    assert_eq!(
        invitation["deliveryDetail"],
        "we could not confirm that the email left; the invitation has ended"
    );
}

#[tokio::test]
async fn no_email_begins_when_less_time_is_left_than_it_takes() {
    let app = App::start_without_mailer().await;
    let (id, mut event) = queue_email(&app).await;
    let last = event["Records"].as_array_mut().unwrap().pop().unwrap();
    let event = json!({ "Records": [last] });
    let answer = app.call_mailer_within(&event, Duration::from_secs(19)).await;
    let handed_back =
        json!([{"itemIdentifier": event["Records"][0]["dynamodb"]["SequenceNumber"]}]);
    assert_eq!(answer["batchItemFailures"], handed_back);
    assert!(app.sent_emails(ADDRESS).is_empty());
    app.call_mailer(&event).await;
    assert_eq!(delivery(&app, &id).await, "sent");
}

#[tokio::test]
async fn a_mailer_whose_lease_got_no_answer_still_holds_it() {
    for lost in [1, 2] {
        let app = App::start_with_faults_without_mailer().await;
        let (id, event) = queue_email(&app).await;
        let last = event["Records"].as_array().unwrap().last().unwrap().clone();
        for _ in 0..lost {
            app.fail_next("UpdateItem", DatabaseFault::AnswerLost);
        }
        app.call_mailer(&json!({ "Records": [last] })).await;
        assert_eq!(app.sent_emails(ADDRESS).len(), 1, "{lost} answers lost");
        assert_eq!(delivery(&app, &id).await, "sent", "{lost} answers lost");
    }
}

#[tokio::test]
async fn a_lease_whose_answers_are_all_lost_sends_one_email() {
    let app = App::start_with_faults_without_mailer().await;
    let (id, event) = queue_email(&app).await;
    let last = event["Records"].as_array().unwrap().last().unwrap().clone();
    app.lose_answers(0, AnswerLoss::Always);
    app.call_mailer(&json!({ "Records": [last] })).await;
    assert_eq!(app.sent_emails(ADDRESS).len(), 1);
    assert_eq!(delivery(&app, &id).await, "sent");
}

#[tokio::test]
async fn no_email_begins_after_slow_reads_have_used_its_time() {
    let app = App::start_with_faults_without_mailer().await;
    let owner = app.confirm_and_sign_in_owner().await;
    app.call_mailer(&app.stream_event()).await;
    owner.client.invite(&member(ADDRESS)).await.expect(201);
    let event = app.stream_event();
    let last = event["Records"].as_array().unwrap().last().unwrap().clone();
    app.slow_database(Duration::from_millis(1900));
    let event = json!({ "Records": [last] });
    let answer = app.call_mailer_within(&event, Duration::from_millis(20_100)).await;
    app.heal_database();
    assert_eq!(answer["batchItemFailures"].as_array().unwrap().len(), 1);
    assert!(app.sent_emails(ADDRESS).is_empty());
    app.call_mailer(&event).await;
    assert_eq!(app.sent_emails(ADDRESS).len(), 1);
}

#[tokio::test]
async fn an_email_that_waited_longer_than_its_link_lives_is_not_sent() {
    let app = App::start_without_mailer().await;
    let (id, event) = queue_email(&app).await;
    app.fail_emails(1, SesFault::Throttled);
    app.call_mailer(&event).await;
    app.clock.advance(Duration::from_hours(8 * 24));
    app.call_mailer_by_schedule().await;
    assert!(app.sent_emails(ADDRESS).is_empty());
    let detail = app.read_invitation(&id).await["deliveryDetail"].clone();
    assert_eq!(detail, "not sent: the invitation expired first; resend");
}

#[tokio::test]
async fn an_email_that_cannot_be_sent_delays_no_other_that_is_due() {
    let app = App::start_without_mailer().await;
    let (broken, _) = queue_email(&app).await;
    for address in ["refused@clinic.example", "next@clinic.example"] {
        app.as_pacs().invite(&member(address)).await.expect(201);
    }
    app.fail_emails(3, SesFault::AnswerLost);
    app.call_mailer(&app.stream_event()).await;
    let sent = |address: &str| app.sent_emails(address).len();
    app.corrupt_invitation(&broken).await;
    app.clock.advance(Duration::from_secs(61));
    app.fail_emails(1, SesFault::NotVerified);
    app.call_mailer_by_schedule().await;
    assert_eq!((sent("refused@clinic.example"), sent("next@clinic.example")), (1, 2));
    app.call_mailer_by_schedule().await;
    assert_eq!((sent("refused@clinic.example"), sent("next@clinic.example")), (2, 2));
    let listed = app.load_items().await.iter().filter(|item| item.contains_key("GSI2PK")).count();
    assert_eq!(listed, 0, "a corrupt item leaves the list");
}

#[tokio::test]
async fn an_accepted_invitation_whose_attempts_are_over_is_not_to_be_resent() {
    let app = App::start_without_mailer().await;
    let (id, event) = queue_email(&app).await;
    app.fail_emails(3, SesFault::AnswerLost);
    app.call_mailer(&event).await;
    for _ in 0..2 {
        app.clock.advance(Duration::from_mins(11));
        app.call_mailer_by_schedule().await;
    }
    assert_eq!(app.sent_emails(ADDRESS).len(), 3);
    let token = json!({"token": app.token(&id, 1)});
    app.as_invitee().accept(&token).await.expect(200);
    app.clock.advance(Duration::from_mins(11));
    app.call_mailer_by_schedule().await;
    let invitation = app.read_invitation(&id).await;
    assert_eq!(invitation["delivery"], "failed");
    assert_eq!(
        invitation["deliveryDetail"],
        "we could not confirm that the email left; the invitation has ended"
    );
}
