use serde_json::json;

use super::*;

fn email(id: &str, to: &str) -> CapturedEmail {
    CapturedEmail {
        id: id.to_owned(),
        received_at: "2026-11-24T09:30:00.000Z".to_owned(),
        request: json!({
            "FromEmailAddress": "no-reply@autoscribe.example",
            "Destination": { "ToAddresses": [to] },
            "Content": { "Simple": {
                "Subject": { "Data": "Welcome" },
                "Body": { "Text": { "Data": "Open http://x/accept#token=a-B_9\nBye" }, "Html": { "Data": "<p>Hi" } },
            } },
        }),
    }
}

#[test]
fn an_email_has_recipients_content_and_a_token() {
    let email = email("1", "ada@clinic.example");
    assert_eq!(email.to(), ["ada@clinic.example"]);
    assert_eq!((email.subject(), email.html()), ("Welcome", "<p>Hi"));
    assert_eq!(email.token(), Some("a-B_9"));
}

#[test]
fn a_restart_keeps_emails_even_after_half_a_line() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("inbox.jsonl");
    Inbox::in_file(&path).unwrap().store(email("1", "a@b.example")).unwrap();
    OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"id\":\"2").unwrap();
    Inbox::in_file(&path).unwrap().store(email("3", "a@b.example")).unwrap();
    let ids: Vec<String> = Inbox::in_file(&path).unwrap().all().into_iter().map(|m| m.id).collect();
    assert_eq!(ids, ["1", "3"]);
}

#[tokio::test]
async fn waiting_ends_when_the_emails_are_there() {
    let inbox = Inbox::in_memory();
    inbox.store(email("1", "other@b.example")).unwrap();
    let late = inbox.clone();
    tokio::spawn(async move {
        for id in ["2", "3"] {
            tokio::task::yield_now().await;
            late.store(email(id, "a@b.example")).unwrap();
        }
    });
    assert_eq!(inbox.wait_for("a@b.example", 2).await.len(), 2);
}

#[test]
fn faults_end_when_they_are_used_up_or_healed() {
    let inbox = Inbox::in_memory();
    inbox.fail_next(2, SesFault::Throttled);
    assert_eq!(inbox.take_fault(), Some(SesFault::Throttled));
    inbox.fail_always(SesFault::Internal);
    assert_eq!(inbox.take_fault(), Some(SesFault::Internal));
    assert_eq!(inbox.take_fault(), Some(SesFault::Internal));
    inbox.heal();
    assert_eq!(inbox.take_fault(), None);
}
