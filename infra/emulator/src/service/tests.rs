use axum::body::Bytes;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};

use super::*;
use crate::test_clinic::provision_clinic;
use crate::{DatabaseFault, SesFault};

async fn start_with_faults() -> Emulator {
    start(Options { faults: true, ..Options::default() }).await.unwrap()
}

async fn invite(running: &Emulator, key: &str, email: &str) -> (StatusCode, Value) {
    let person = json!({
        "email": email, "firstName": "Mia", "lastName": "Lopez", "clinicRole": "Scribe", "level": "member",
        "canManageStudies": true, "canCreateReports": false, "hasDashboardAccess": false,
    });
    let request = Request::post("/v1/autoScribe/users")
        .header(header::AUTHORIZATION, format!("Bearer {key}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Bytes::from(person.to_string()))
        .unwrap();
    let answer = Upstream::new(&running.url).send(request).await.unwrap();
    let body = serde_json::from_slice(answer.body()).unwrap();
    (answer.status(), body)
}

#[tokio::test]
async fn an_invitation_is_emailed_with_a_link_to_the_accept_page() {
    let running = start(Options::default()).await.unwrap();
    let key = provision_clinic(&running).await;
    let (status, body) = invite(&running, &key, "mia@clinic.example").await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    let emails = running.inbox.wait_for("mia@clinic.example", 1).await;
    let link = format!("{}/accept#token={}", running.url, emails[0].token().unwrap());
    assert!(emails[0].html().contains(&link));
    running.stop().await;
}

#[tokio::test]
async fn fifty_services_share_no_data() {
    let services: Vec<_> = (0..50)
        .map(|_| {
            tokio::spawn(async {
                let running = start(Options::default()).await.unwrap();
                let key = provision_clinic(&running).await;
                let (status, _) = invite(&running, &key, "mia@clinic.example").await;
                assert_eq!(status, StatusCode::CREATED);
                let emails = running.inbox.wait_for("mia@clinic.example", 1).await;
                assert_eq!(emails.len(), 1);
            })
        })
        .collect();
    for service in services {
        service.await.unwrap();
    }
}

#[tokio::test]
async fn an_invitation_survives_a_database_fault() {
    let running = start_with_faults().await;
    let faults = running.faults.clone().unwrap();
    let key = provision_clinic(&running).await;
    for (email, operation, fault) in [
        ("a@b.example", "GetItem", DatabaseFault::Throttled),
        ("c@d.example", "TransactWriteItems", DatabaseFault::TransactionConflict),
        ("e@f.example", "TransactWriteItems", DatabaseFault::Internal),
        ("g@h.example", "TransactWriteItems", DatabaseFault::Closed),
    ] {
        faults.fail_next(operation, 1, fault);
        let (status, body) = invite(&running, &key, email).await;
        assert_eq!(status, StatusCode::CREATED, "{fault:?}: {body}");
    }
    faults.fail_always(DatabaseFault::Closed);
    let (status, _) = invite(&running, &key, "i@j.example").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    faults.heal();
    let (status, _) = invite(&running, &key, "i@j.example").await;
    assert_eq!(status, StatusCode::CREATED);
    running.stop().await;
}

#[tokio::test]
async fn calls_and_capacity_are_counted() {
    let running = start_with_faults().await;
    let faults = running.faults.clone().unwrap();
    let key = provision_clinic(&running).await;
    running.wait_until_delivered().await.unwrap();
    faults.reset_usage();
    invite(&running, &key, "a@b.example").await;
    let usage = faults.usage_of("TransactWriteItems");
    assert!(usage.calls == 1 && usage.units >= 6.0, "{usage:?}");
    running.stop().await;
}

#[tokio::test]
async fn email_arrives_when_ses_works_again() {
    let running = start(Options::default()).await.unwrap();
    let key = provision_clinic(&running).await;
    running.wait_until_delivered().await.unwrap();
    running.inbox.fail_always(SesFault::Throttled);
    invite(&running, &key, "a@b.example").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(running.inbox.sent_to("a@b.example").is_empty());
    running.inbox.heal();
    assert_eq!(running.inbox.wait_for("a@b.example", 1).await.len(), 1);
    running.wait_until_delivered().await.unwrap();
    assert_eq!(running.inbox.sent_to("a@b.example").len(), 1);
    running.stop().await;
}

#[tokio::test]
async fn the_error_names_a_port_in_use() {
    let first = start(Options::default()).await.unwrap();
    let port = first.url.rsplit(':').next().unwrap().parse().unwrap();
    let second = start(Options { port, ..Options::default() });
    let error = second.await.err().unwrap().to_string();
    assert_eq!(error, format!("port {port} cannot be opened"));
}
