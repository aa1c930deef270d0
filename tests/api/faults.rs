//! The database or SES fails for a while. Nothing is lost and nothing happens twice.

use std::time::Duration;

use emulator::DatabaseFault;
use serde_json::json;

use crate::support::{App, member};

#[tokio::test]
async fn a_failing_database_is_503_and_a_retry_succeeds() {
    let app = App::start_with_faults().await;
    let person = member("grace@clinic.example");
    for operation in ["GetItem", "BatchGetItem", "TransactWriteItems"] {
        app.fail_database(operation, DatabaseFault::Internal);
        let problem = app.as_pacs().invite(&person).await.expect_problem(503, "unavailable");
        assert!(
            !problem.to_string().to_lowercase().contains("dynamo"),
            "a 5xx must not name internals"
        );
        app.heal_database();
    }
    for fault in [DatabaseFault::Throttled, DatabaseFault::Closed] {
        app.fail_database("TransactWriteItems", fault);
        app.as_pacs().invite(&person).await.expect_problem(503, "unavailable");
        app.heal_database();
    }
    let first = app.as_pacs().invite(&person).await.expect(201);
    assert_eq!(app.list_invitations("?email=grace@clinic.example").await.len(), 1);
    app.fail_database("Query", DatabaseFault::Throttled);
    app.as_pacs().get("/v1/autoScribe/users/invitations").await.expect_problem(503, "unavailable");
    app.heal_database();
    app.as_pacs().get("/v1/autoScribe/users/invitations").await.expect(200);
    assert_eq!(app.as_pacs().invite(&person).await.expect(201), first);
}

#[tokio::test]
async fn a_transaction_conflict_is_409_after_six_attempts() {
    let app = App::start_with_faults().await;
    app.fail_with_conflicts(5);
    app.as_pacs().invite(&member("a@clinic.example")).await.expect(201);
    // An invite first writes without reading. That is one more attempt.
    app.fail_with_conflicts(1 + 6);
    app.as_pacs().invite(&member("b@clinic.example")).await.expect_problem(409, "conflict");
    app.as_pacs().invite(&member("b@clinic.example")).await.expect(201);
}

#[tokio::test]
async fn an_ses_outage_loses_no_email_and_repeats_none() {
    let app = App::start().await;
    app.set_email_down(true);
    for n in 0..5 {
        app.as_pacs().invite(&member(&format!("p{n}@clinic.example"))).await.expect(201);
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(app.list_invitations("?email=p0@clinic.example").await[0]["delivery"] == "queued");
    app.set_email_down(false);
    for n in 0..5 {
        app.wait_for_emails(&format!("p{n}@clinic.example"), 1).await;
    }
    app.wait_until_delivered().await;
    for n in 0..5 {
        let address = format!("p{n}@clinic.example");
        assert_eq!(app.sent_emails(&address).len(), 1);
        assert_eq!(app.list_invitations(&format!("?email={address}")).await[0]["delivery"], "sent");
    }
}

#[tokio::test]
async fn a_rejected_email_shows_its_reason_and_can_be_resent() {
    let app = App::start().await;
    app.wait_for_emails("owner@riverside.example", 1).await;
    app.refuse_emails(1);
    let id = app.as_pacs().invite(&member("grace@clinic.example")).await.str("invitationId");
    let invitation = app.wait_for_delivery(&id, "failed").await;
    assert!(
        invitation["deliveryDetail"].as_str().is_some_and(|reason| !reason.is_empty()),
        "{invitation}"
    );
    assert_eq!(invitation["status"], "sent", "delivery never changes status");
    app.clock.advance(Duration::from_mins(2));
    let path = format!("/v1/autoScribe/users/invitations/{id}/resend");
    app.as_pacs().post(&path, &json!({})).await.expect(200);
    let invitation = app.wait_for_delivery(&id, "sent").await;
    assert!(invitation["deliveryDetail"].is_null());
}

#[tokio::test]
async fn an_invite_is_stored_once_when_the_database_answer_is_lost() {
    let app = App::start_with_faults().await;
    app.fail_next("TransactWriteItems", DatabaseFault::AnswerLost);
    let first = app.as_pacs().invite(&member("grace@clinic.example")).await.expect(201);
    assert_eq!(app.list_invitations("?email=grace@clinic.example").await.len(), 1);
    assert_eq!(app.as_pacs().invite(&member("grace@clinic.example")).await.expect(201), first);
}

#[tokio::test]
async fn an_email_is_sent_again_with_the_same_link_when_the_answer_is_lost() {
    let app = App::start().await;
    app.lose_email_answers(1);
    let id = app.as_pacs().invite(&member("grace@clinic.example")).await.str("invitationId");
    app.wait_for_delivery(&id, "sent").await;
    let links: Vec<_> =
        app.sent_emails("grace@clinic.example").iter().map(crate::support::link_in).collect();
    assert!(!links.is_empty() && links.iter().all(|link| *link == app.link(&id, 1)));
}
