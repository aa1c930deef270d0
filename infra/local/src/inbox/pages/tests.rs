use axum::body::{Body, to_bytes};
use axum::http::Request;
use runtime::{OsEntropy, SystemClock};
use std::sync::Arc;
use tower::ServiceExt as _;

use super::*;
use crate::inbox::{Inbox, router};

const HOSTILE: &str = "\"><script>alert(1)</script>&amp;'";

fn post_with(subject: &str, to: &str, html: &str, text: &str) -> Post {
    let inbox = Inbox::in_memory();
    let mail = Captured {
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
    inbox.keep(mail).unwrap();
    Post { inbox, clock: Arc::new(SystemClock), entropy: Arc::new(OsEntropy) }
}

async fn get(post: &Post, path: &str) -> (axum::http::HeaderMap, String) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = router(post.clone()).oneshot(request).await.unwrap();
    let headers = response.headers().clone();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (headers, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn nothing_of_a_mail_becomes_markup_of_the_inbox() {
    let post = post_with(HOSTILE, HOSTILE, HOSTILE, HOSTILE);
    for path in ["/inbox", "/inbox/1"] {
        let (headers, html) = get(&post, path).await;
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
async fn the_html_of_a_mail_may_run_nothing_and_opens_links_in_new_tabs() {
    let post = post_with("s", "a@b.example", "<html><head></head><a href=x>", "t");
    let (headers, html) = get(&post, "/inbox/1/html").await;
    assert!(html.starts_with("<html><head><base target=\"_blank\"></head>"), "{html}");
    let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.contains("sandbox") && !policy.contains("allow-scripts"), "{policy}");
}

#[tokio::test]
async fn tests_get_the_whole_request_newest_first() {
    let post = post_with("Hello", "a@b.example", "<p>h", "t");
    let newer = Captured { id: "2".to_owned(), ..post.inbox.all().remove(0) };
    post.inbox.keep(newer).unwrap();
    let (_, list) = get(&post, "/inbox.json").await;
    let list: Value = serde_json::from_str(&list).unwrap();
    assert_eq!((&list[0]["id"], &list[1]["id"]), (&json!("2"), &json!("1")));
    assert_eq!(list[0]["request"]["Content"]["Simple"]["Subject"]["Data"], "Hello");
    let (_, one) = get(&post, "/inbox/1.json").await;
    assert_eq!(serde_json::from_str::<Value>(&one).unwrap()["to"][0], "a@b.example");
}
