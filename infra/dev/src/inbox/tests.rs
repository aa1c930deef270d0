use axum::body::{Body, to_bytes};
use axum::http::Request;
use tower::ServiceExt as _;

use super::*;

const HOSTILE: &str = "\"><script>alert(1)</script>&amp;'";

fn inbox_with(subject: &str, to: &str, html: &str, text: &str) -> Inbox {
    let inbox = Inbox::in_memory();
    let email = CapturedEmail {
        id: "1".to_owned(),
        received_at: "2026-11-24T09:30:00.000Z".to_owned(),
        request: json!({
            "FromEmailAddress": to,
            "Destination": { "ToAddresses": [to] },
            "Content": { "Simple": {
                "Subject": { "Data": subject },
                "Body": { "Html": { "Data": html }, "Text": { "Data": text } },
            } },
        }),
    };
    inbox.store(email).unwrap();
    inbox
}

async fn get(inbox: &Inbox, path: &str) -> (axum::http::HeaderMap, String) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = router(inbox.clone()).oneshot(request).await.unwrap();
    let headers = response.headers().clone();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (headers, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn no_part_of_an_email_becomes_markup_of_the_inbox() {
    let inbox = inbox_with(HOSTILE, HOSTILE, HOSTILE, HOSTILE);
    for path in ["/inbox", "/inbox/1"] {
        let (headers, html) = get(&inbox, path).await;
        assert!(!html.contains("<script>alert"), "{path}: {html}");
        assert!(html.contains("&#60;script&#62;alert"), "{path}: {html}");
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(
            policy.contains("default-src 'none'") && policy.contains("script-src 'self'"),
            "{policy}"
        );
    }
}

#[tokio::test]
async fn the_html_of_an_email_runs_no_script_and_opens_links_in_new_tabs() {
    let inbox = inbox_with("s", "a@b.example", "<html><head></head><a href=x>", "t");
    let (headers, html) = get(&inbox, "/inbox/1/html").await;
    assert!(html.starts_with("<html><head><base target=\"_blank\"></head>"), "{html}");
    let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.contains("sandbox") && !policy.contains("allow-scripts"), "{policy}");
}

#[tokio::test]
async fn json_has_the_whole_requests_newest_first() {
    let inbox = inbox_with("Hello", "a@b.example", "<p>h", "t");
    let newer = CapturedEmail { id: "2".to_owned(), ..inbox.all().remove(0) };
    inbox.store(newer).unwrap();
    let (_, list) = get(&inbox, "/inbox.json").await;
    let list: Value = serde_json::from_str(&list).unwrap();
    assert_eq!((&list[0]["id"], &list[1]["id"]), (&json!("2"), &json!("1")));
    assert_eq!(list[0]["request"]["Content"]["Simple"]["Subject"]["Data"], "Hello");
    let (_, email) = get(&inbox, "/inbox/1.json").await;
    assert_eq!(serde_json::from_str::<Value>(&email).unwrap()["to"][0], "a@b.example");
}
