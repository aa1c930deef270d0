use axum::body::Bytes;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};

use super::*;
use crate::test_clinic::provision_clinic;
use crate::{Fault, SesFault};

async fn with_faults() -> Emulator {
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
    let answer = Forward::new(&running.url).send(request).await.unwrap();
    let body = serde_json::from_slice(answer.body()).unwrap();
    (answer.status(), body)
}

#[tokio::test]
async fn an_invitation_is_mailed_with_a_link_to_the_accept_page() {
    let running = start(Options::default()).await.unwrap();
    let key = provision_clinic(&running).await;
    let (status, body) = invite(&running, &key, "mia@clinic.example").await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    let mails = running.inbox.wait("mia@clinic.example", 1).await;
    let link = format!("{}/accept#token={}", running.url, mails[0].token().unwrap());
    assert!(mails[0].html().contains(&link));
    running.stop().await;
}

#[tokio::test]
async fn fifty_services_side_by_side_share_nothing() {
    let services: Vec<_> = (0..50)
        .map(|_| {
            tokio::spawn(async {
                let running = start(Options::default()).await.unwrap();
                let key = provision_clinic(&running).await;
                let (status, _) = invite(&running, &key, "mia@clinic.example").await;
                assert_eq!(status, StatusCode::CREATED);
                let mails = running.inbox.wait("mia@clinic.example", 1).await;
                assert_eq!(mails.len(), 1);
            })
        })
        .collect();
    for service in services {
        service.await.unwrap();
    }
}

#[tokio::test]
async fn a_database_told_to_fail_fails_and_recovers() {
    let running = with_faults().await;
    let faults = running.faults.clone().unwrap();
    let key = provision_clinic(&running).await;
    for (email, operation, fault) in [
        ("a@b.example", "GetItem", Fault::Throttled),
        ("c@d.example", "TransactWriteItems", Fault::TransactionConflict),
        ("e@f.example", "TransactWriteItems", Fault::Internal),
        ("g@h.example", "TransactWriteItems", Fault::Closed),
    ] {
        faults.next(operation, 1, fault);
        let (status, body) = invite(&running, &key, email).await;
        assert_eq!(status, StatusCode::CREATED, "{fault:?}: {body}");
    }
    faults.down(Fault::Closed);
    let (status, _) = invite(&running, &key, "i@j.example").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    faults.up();
    let (status, _) = invite(&running, &key, "i@j.example").await;
    assert_eq!(status, StatusCode::CREATED);
    running.stop().await;
}

#[tokio::test]
async fn calls_and_capacity_are_counted() {
    let running = with_faults().await;
    let faults = running.faults.clone().unwrap();
    let key = provision_clinic(&running).await;
    running.settled().await.unwrap();
    faults.reset_usage();
    invite(&running, &key, "a@b.example").await;
    let usage = faults.usage_of("TransactWriteItems");
    assert!(usage.calls == 1 && usage.units >= 6.0, "{usage:?}");
    running.stop().await;
}

#[tokio::test]
async fn mail_arrives_once_the_mail_system_is_back() {
    let running = start(Options::default()).await.unwrap();
    let key = provision_clinic(&running).await;
    running.settled().await.unwrap();
    running.inbox.down(SesFault::Throttled);
    invite(&running, &key, "a@b.example").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(running.inbox.to("a@b.example").is_empty());
    running.inbox.up();
    assert_eq!(running.inbox.wait("a@b.example", 1).await.len(), 1);
    running.settled().await.unwrap();
    assert_eq!(running.inbox.to("a@b.example").len(), 1);
    running.stop().await;
}

#[tokio::test]
async fn a_port_that_is_taken_is_named_with_the_setting_that_chooses_another() {
    let first = start(Options::default()).await.unwrap();
    let port = first.url.rsplit(':').next().unwrap().parse().unwrap();
    let second = start(Options { port, ..Options::default() });
    let error = second.await.err().unwrap().to_string();
    assert_eq!(error, format!("port {port} cannot be used; choose another with PORT="));
}
