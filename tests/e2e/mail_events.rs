//! Whether an email arrived: SES reports late, twice, in any order, and about emails that a resend replaced.

use std::time::Duration;

use domain::delivery::{BounceReason, DeliveryEvent};
use emulator::{CapturedEmail, DatabaseFault, ses_event};
use serde_json::{Value, json};
use store::MailId;

use crate::support::{App, member};

const ADDRESS: &str = "ada@clinic.example";
const NO_MAILBOX: &str = "The mailbox does not exist. Check the address.";

/// Invites a person. Returns the invitation's id and its email.
async fn invite(app: &App, address: &str) -> (String, CapturedEmail) {
    let id = app.as_pacs().invite(&member(address)).await.str("invitationId");
    app.wait_for_emails(address, 1).await;
    (id, app.captured(address).remove(0))
}

async fn delivery(app: &App, id: &str) -> (String, Value) {
    let invitation = app.read_invitation(id).await;
    (invitation["delivery"].as_str().unwrap().to_owned(), invitation["deliveryDetail"].clone())
}

async fn resend(app: &App, id: &str) {
    app.clock.advance(Duration::from_secs(61));
    let path = format!("/v1/autoScribe/users/invitations/{id}/resend");
    app.as_pacs().post(&path, &json!({})).await.expect(200);
}

fn bounce(kind: &str, sub_type: &str, status: &str) -> Value {
    let diagnostic = format!("smtp; 550 {status} <{ADDRESS}>: no");
    let recipient =
        json!({ "emailAddress": ADDRESS, "status": status, "diagnosticCode": diagnostic });
    json!({ "bounce": {
        "bounceType": kind, "bounceSubType": sub_type, "bouncedRecipients": [recipient],
    } })
}

#[tokio::test]
async fn an_invitation_shows_whether_its_email_arrived() {
    let app = App::start_with_reports().await;
    for (mailbox, shown, reason) in [
        ("grace", "delivered", ""),
        ("ooto", "delivered", ""),
        ("bounce", "bounced", NO_MAILBOX),
        ("bounce+label", "bounced", NO_MAILBOX),
        ("suppressionlist", "bounced", "on our suppression list"),
        ("complaint", "complained", "reported the email as spam"),
    ] {
        let address = format!("{mailbox}@clinic.example");
        let id = app.as_pacs().invite(&member(&address)).await.str("invitationId");
        let invitation = app.wait_for_delivery(&id, shown).await;
        let detail = invitation["deliveryDetail"].as_str().unwrap_or_default();
        assert!(detail.contains(reason) && !detail.contains('@'), "{mailbox}: {detail}");
        assert_eq!((detail.is_empty(), &invitation["status"]), (reason.is_empty(), &json!("sent")));
    }
    let bounced = app.list_invitations("?delivery=bounced").await;
    assert_eq!(bounced.len(), 3);
    assert_eq!(bounced[2]["email"], "bounce@clinic.example");
    assert_eq!(app.list_invitations("?delivery=complained").await.len(), 1);
}

#[tokio::test]
async fn each_report_has_a_plain_reason_without_an_address() {
    let delay = |kind: &str| json!({ "deliveryDelay": { "delayType": kind } });
    let complaint = |sub_type: Value, feedback: &str| json!({ "complaint": { "complaintSubType": sub_type, "complaintFeedbackType": feedback } });
    let app = App::start().await;
    for (n, (kind, detail, shown, reason)) in [
        ("Delivery", json!({}), "delivered", ""),
        ("DeliveryDelay", delay("MailboxFull"), "delayed", "The mailbox is full. We keep"),
        ("DeliveryDelay", delay("SpamDetected"), "delayed", "takes the email for spam"),
        ("DeliveryDelay", delay("IPFailure"), "delayed", "not accepting the email yet"),
        ("Bounce", bounce("Permanent", "General", "5.1.1"), "bounced", NO_MAILBOX),
        ("Bounce", bounce("Permanent", "NoEmail", "5.0.0"), "bounced", NO_MAILBOX),
        ("Bounce", bounce("Permanent", "General", "5.1.2"), "bounced", "does not take email"),
        ("Bounce", bounce("Permanent", "General", "5.2.1"), "bounced", "is disabled"),
        ("Bounce", bounce("Permanent", "General", "5.7.1"), "bounced", "refused the email"),
        ("Bounce", bounce("Permanent", "General", "x"), "bounced", "returned the email for good"),
        ("Bounce", bounce("Permanent", "Suppressed", ""), "bounced", "other senders"),
        (
            "Bounce",
            bounce("Permanent", "OnAccountSuppressionList", ""),
            "bounced",
            "ask AutoScribe",
        ),
        (
            "Bounce",
            bounce("Transient", "MailboxFull", "5.2.2"),
            "bounced",
            "make room, then resend",
        ),
        (
            "Bounce",
            bounce("Transient", "General", "4.4.7"),
            "bounced",
            "did not accept the email in",
        ),
        ("Bounce", bounce("Transient", "ContentRejected", ""), "bounced", "refused the email"),
        ("Bounce", bounce("Transient", "General", ""), "bounced", "an automatic reply"),
        ("Bounce", bounce("Undetermined", "Undetermined", ""), "bounced", "an automatic reply"),
        ("Complaint", complaint(Value::Null, "abuse"), "complained", "reported the email as spam"),
        (
            "Complaint",
            complaint(json!("OnAccountSuppressionList"), ""),
            "complained",
            "Not sent: the",
        ),
        ("Complaint", complaint(Value::Null, "not-spam"), "sent", ""),
        ("Reject", json!({ "reject": { "reason": "Bad content" } }), "failed", "refused to send"),
        ("Rendering Failure", json!({}), "failed", "refused to send"),
        ("Open", json!({}), "sent", ""),
    ]
    .into_iter()
    .enumerate()
    {
        let (id, email) = invite(&app, &format!("p{n}@clinic.example")).await;
        app.report(&email, kind, &detail).await.unwrap();
        let (status, found) = delivery(&app, &id).await;
        assert_eq!(status, shown, "{kind} {detail}");
        let found = found.as_str().unwrap_or_default();
        assert!(found.contains(reason) && found.is_empty() == reason.is_empty(), "{kind}: {found}");
        assert!(!found.contains('@') && !found.contains("smtp"), "{found}");
    }
    assert!(!app.dump_table().await.contains("smtp;"), "no text of the recipient's server is kept");
}

#[tokio::test]
async fn reports_out_of_order_and_twice_end_with_the_truth() {
    let app = App::start().await;
    let (id, email) = invite(&app, ADDRESS).await;
    let ooto = bounce("Transient", "General", "");
    let hard = bounce("Permanent", "General", "5.1.1");
    for (kind, detail, shown) in [
        ("DeliveryDelay", json!({}), "delayed"),
        ("Send", json!({}), "delayed"),
        ("Bounce", ooto.clone(), "bounced"),
        ("Delivery", json!({}), "delivered"),
        ("Delivery", json!({}), "delivered"),
        ("DeliveryDelay", json!({}), "delivered"),
        ("Bounce", ooto, "delivered"),
        ("Bounce", hard.clone(), "bounced"),
        ("Delivery", json!({}), "bounced"),
        ("Complaint", json!({}), "complained"),
        ("Bounce", hard, "complained"),
    ] {
        let before = app.read_stream().len();
        app.report(&email, kind, &detail).await.unwrap();
        assert_eq!(delivery(&app, &id).await.0, shown, "{kind} {detail}");
        let after = app.read_stream().len();
        app.report(&email, kind, &detail).await.unwrap();
        assert!(after - before <= 1 && app.read_stream().len() == after, "{kind} again wrote");
    }
    assert_eq!(app.captured(ADDRESS).len(), 1, "no report sends an email");
}

#[tokio::test]
async fn a_resend_is_not_marked_by_a_report_about_the_email_before() {
    let app = App::start().await;
    let (id, first) = invite(&app, ADDRESS).await;
    app.report_bounce(&first).await;
    assert_eq!(delivery(&app, &id).await, ("bounced".to_owned(), json!(NO_MAILBOX)));
    resend(&app, &id).await;
    app.wait_for_emails(ADDRESS, 2).await;
    for kind in ["Complaint", "Delivery", "Send"] {
        app.report(&first, kind, &json!({})).await.unwrap();
    }
    app.report_bounce(&first).await;
    assert_eq!(delivery(&app, &id).await, ("sent".to_owned(), Value::Null));
    assert!(app.list_invitations("?delivery=bounced").await.is_empty());
    let second = app.captured(ADDRESS).remove(1);
    app.report(&second, "Delivery", &json!({})).await.unwrap();
    assert_eq!(delivery(&app, &id).await.0, "delivered");
}

#[tokio::test]
async fn a_report_settles_an_email_whose_answer_was_lost() {
    for (kind, shown) in [("Send", "sent"), ("Delivery", "delivered"), ("Complaint", "complained")]
    {
        let app = App::start_without_mailer().await;
        app.call_mailer(&app.stream_event()).await;
        let id = app.as_pacs().invite(&member(ADDRESS)).await.str("invitationId");
        app.lose_email_answers(1);
        let event = app.stream_event();
        app.call_mailer(&event).await;
        assert_eq!(delivery(&app, &id).await.0, "queued");
        let email = app.captured(ADDRESS).remove(0);
        app.report(&email, kind, &json!({})).await.unwrap();
        assert_eq!(delivery(&app, &id).await.0, shown);
        let items = app.load_items().await;
        assert!(items.iter().all(|item| !item.contains_key("GSI2PK")), "{kind}: it is still due");
        let noted = |item: &store::RawItem| {
            item.get("mi").is_some_and(|id| id.as_s().unwrap() == &email.id)
        };
        assert!(items.iter().any(noted), "{kind}: the message id is kept");
        for _ in 0..3 {
            app.clock.advance(Duration::from_mins(11));
            app.call_mailer(&event).await;
            app.call_mailer_by_schedule().await;
        }
        assert_eq!(app.captured(ADDRESS).len(), 1, "{kind}: no copy is sent");
        assert_eq!(delivery(&app, &id).await.0, shown, "mailer must not overrule SES");
    }
}

#[tokio::test]
async fn a_late_report_corrects_an_email_that_mailer_gave_up_on() {
    let app = App::start_without_mailer().await;
    app.call_mailer(&app.stream_event()).await;
    let id = app.as_pacs().invite(&member(ADDRESS)).await.str("invitationId");
    app.lose_email_answers(3);
    app.call_mailer(&app.stream_event()).await;
    for _ in 0..4 {
        app.clock.advance(Duration::from_mins(11));
        app.call_mailer_by_schedule().await;
    }
    assert_eq!(delivery(&app, &id).await.0, "failed");
    assert_eq!(app.list_invitations("?delivery=failed").await.len(), 1);
    let second = app.captured(ADDRESS).remove(1);
    app.report(&second, "Delivery", &json!({})).await.unwrap();
    assert_eq!(delivery(&app, &id).await, ("delivered".to_owned(), Value::Null));
    assert!(app.list_invitations("?delivery=failed").await.is_empty());
    let listed = app.load_items().await.iter().filter(|item| item.contains_key("GSI3PK")).count();
    assert_eq!(listed, 0, "it leaves the index");
}

#[tokio::test]
async fn a_notice_has_its_delivery_too() {
    let app = App::start().await;
    app.confirm_owner().await;
    let owner = "owner@riverside.example";
    app.request_reset_token(owner).await;
    let email = app.captured(owner).pop().unwrap();
    app.report_bounce(&email).await;
    let items = app.load_items().await;
    let notice =
        items.iter().find(|item| item.get("mi").is_some_and(|id| id.as_s().unwrap() == &email.id));
    let notice = notice.unwrap();
    assert_eq!(notice["SK"].as_s().unwrap(), "MAIL");
    assert_eq!(notice["dl"].as_s().unwrap(), "bounced");
    assert_eq!(notice["dd"].as_s().unwrap(), NO_MAILBOX);
    assert!(!notice.contains_key("GSI3PK"), "only invitations are listed");
}

#[tokio::test]
async fn a_report_never_changes_the_status() {
    let app = App::start().await;
    let (id, email) = invite(&app, ADDRESS).await;
    let accept = json!({ "token": app.token(&id, 1) });
    app.as_invitee().accept(&accept).await.expect(200);
    app.report_bounce(&email).await;
    let invitation = app.read_invitation(&id).await;
    assert_eq!(
        (&invitation["status"], &invitation["delivery"]),
        (&json!("accepted"), &json!("bounced"))
    );
    assert_eq!(app.list_invitations("?delivery=bounced&status=accepted").await.len(), 1);
}

#[tokio::test]
async fn a_report_about_another_email_is_ignored() {
    let app = App::start().await;
    let (id, email) = invite(&app, ADDRESS).await;
    let tagged = |tags: &Value| {
        let mut event = ses_event(&email, "Delivery", &json!({}));
        event["detail"]["mail"]["tags"] = tags.clone();
        event
    };
    let own = ses_event(&email, "Delivery", &json!({}))["detail"]["mail"]["tags"].clone();
    let with = |name: &str, value: Value| {
        let mut tags = own.clone();
        tags[name] = value;
        tags
    };
    let before = app.dump_table().await;
    for tags in [
        json!({}),
        json!({ "campaign": ["spring"] }),
        with("invitation", json!([])),
        with("invitation", json!(["inv_1"])),
        with("invitation", json!([format!("inv_{}", "0".repeat(32))])),
        with("clinic", json!([format!("00000000-{}", "0000-0000-0000-000000000000")])),
        with("generation", json!(["2"])),
        with("generation", json!(["-1"])),
        json!({ "notice": ["mail_1"] }),
    ] {
        app.call_mail_events(&tagged(&tags)).await.unwrap();
        assert_eq!(app.dump_table().await.len(), before.len(), "{tags}");
    }
    assert_eq!(delivery(&app, &id).await.0, "sent");
    app.call_mail_events(&tagged(&own)).await.unwrap();
    assert_eq!(delivery(&app, &id).await.0, "delivered");
}

#[tokio::test]
async fn a_report_that_could_not_be_written_is_retried() {
    let app = App::start_with_faults().await;
    let (id, email) = invite(&app, ADDRESS).await;
    let report = async |kind: &str| app.report(&email, kind, &json!({})).await;
    app.fail_next("UpdateItem", DatabaseFault::AnswerLost);
    report("DeliveryDelay").await.unwrap();
    assert_eq!(delivery(&app, &id).await.0, "delayed");
    for _ in 0..3 {
        app.fail_next("UpdateItem", DatabaseFault::Internal);
    }
    assert!(report("Delivery").await.is_err(), "Lambda calls again");
    report("Delivery").await.unwrap();
    assert_eq!(delivery(&app, &id).await.0, "delivered");
    app.corrupt_invitation(&id).await;
    assert!(report("Delivery").await.is_err(), "Lambda keeps an event about a corrupt item");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bounce_against_a_resend_never_marks_the_new_email() {
    for _ in 0..5 {
        let app = App::start().await;
        let (id, first) = invite(&app, ADDRESS).await;
        tokio::join!(resend(&app, &id), app.report_bounce(&first), app.report_bounce(&first));
        app.wait_for_emails(ADDRESS, 2).await;
        let invitation = app.read_invitation(&id).await;
        let found = (&invitation["delivery"], &invitation["sendCount"]);
        assert_eq!(found, (&json!("sent"), &json!(2)), "{invitation}");
        assert!(app.list_invitations("?delivery=bounced").await.is_empty());
    }
}

#[tokio::test]
async fn a_report_that_was_decided_before_a_change_is_not_written() {
    let app = App::start().await;
    let (id, _) = invite(&app, ADDRESS).await;
    let path = format!("/v1/autoScribe/users/invitations/{id}");
    let mail =
        MailId::Invitation { clinic: app.clinic(), id: App::invitation_id(&id), generation: 1 };
    let report = DeliveryEvent::Bounced(BounceReason::NoMailbox);
    for resent in [false, true] {
        let read = app.store().load_delivery(mail).await.unwrap().unwrap();
        let next = read.delivery.record(report, "m1").unwrap();
        if resent {
            resend(&app, &id).await;
        } else {
            let name = json!({ "firstName": "Greta" });
            app.as_pacs().patch(&path, &name).await.expect(200);
        }
        assert!(!app.store().record_delivery(&read, &next).await.unwrap(), "it must decide again");
        let invitation = app.read_invitation(&id).await;
        assert_eq!(invitation["firstName"], "Greta", "the change is not lost");
        assert_ne!(invitation["delivery"], "bounced");
    }
    assert!(app.store().load_delivery(mail).await.unwrap().is_none(), "a newer link replaced it");
}
