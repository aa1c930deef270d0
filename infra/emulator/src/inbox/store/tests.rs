use serde_json::json;

use super::*;

fn mail(id: &str, to: &str) -> Captured {
    Captured {
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
fn a_mail_says_who_gets_what_and_its_token() {
    let mail = mail("1", "ada@clinic.example");
    assert_eq!(mail.to(), ["ada@clinic.example"]);
    assert_eq!((mail.subject(), mail.html()), ("Welcome", "<p>Hi"));
    assert_eq!(mail.token(), Some("a-B_9"));
}

#[test]
fn mails_outlast_a_restart_even_one_in_the_middle_of_a_line() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("inbox.jsonl");
    Inbox::in_file(&path).unwrap().keep(mail("1", "a@b.example")).unwrap();
    OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"id\":\"2").unwrap();
    Inbox::in_file(&path).unwrap().keep(mail("3", "a@b.example")).unwrap();
    let ids: Vec<String> = Inbox::in_file(&path).unwrap().all().into_iter().map(|m| m.id).collect();
    assert_eq!(ids, ["1", "3"]);
}

#[tokio::test]
async fn waiting_ends_when_the_mails_are_there() {
    let inbox = Inbox::in_memory();
    inbox.keep(mail("1", "other@b.example")).unwrap();
    let late = inbox.clone();
    tokio::spawn(async move {
        for id in ["2", "3"] {
            tokio::task::yield_now().await;
            late.keep(mail(id, "a@b.example")).unwrap();
        }
    });
    assert_eq!(inbox.wait("a@b.example", 2).await.len(), 2);
}

#[test]
fn faults_end_when_they_are_used_up_or_told_so() {
    let inbox = Inbox::in_memory();
    inbox.fail_next(2, SesFault::Throttled);
    assert_eq!(inbox.fault(), Some(SesFault::Throttled));
    inbox.down(SesFault::Internal);
    assert_eq!(inbox.fault(), Some(SesFault::Internal));
    assert_eq!(inbox.fault(), Some(SesFault::Internal));
    inbox.up();
    assert_eq!(inbox.fault(), None);
}
