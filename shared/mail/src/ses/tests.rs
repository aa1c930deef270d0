//! Tests `Ses` against a listener that answers like SES.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::thread::{self, JoinHandle};

use aws_sdk_sesv2::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_sesv2::{Client, Config};
use domain::person::email::Email;
use serde_json::{Value, json};

use crate::{Message, RenewalEmail, SendError, Sender, Ses};

/// A request that reached the listener.
struct CapturedRequest {
    /// The request line and the headers.
    head: String,
    body: Value,
}

/// Starts a listener that answers one request.
fn start_listener(
    status: &'static str,
    error_type: &'static str,
    body: &'static str,
) -> (String, JoinHandle<CapturedRequest>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let captured = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(&stream);
        let mut head = String::new();
        while reader.read_line(&mut head).unwrap() > 2 {}
        let lower = head.to_lowercase();
        let length = lower.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        let mut request = vec![0; length.parse().unwrap()];
        reader.read_exact(&mut request).unwrap();
        write!(
            &stream,
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             x-amzn-ErrorType: {error_type}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        CapturedRequest { head, body: serde_json::from_slice(&request).unwrap() }
    });
    (url, captured)
}

fn ses(url: &str, configuration_set: Option<&str>) -> Ses {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("key", "secret", None, None, "test"))
        .endpoint_url(url)
        .build();
    let from = Sender::parse("AutoScribe <no-reply@autoscribe.example>").unwrap();
    Ses::new(&Client::from_conf(config), from, configuration_set.map(Into::into))
}

fn message(reply_to: Option<&str>) -> Message {
    let renewal = RenewalEmail {
        clinic_name: "Praxis Süd".into(),
        person_name: "Zoë Ünal".into(),
        dashboard_url: "https://app.autoscribe.example/".into(),
    };
    Message {
        reply_to: reply_to.map(|address| Email::parse(address).unwrap()),
        ..renewal.render(&Email::parse("Grace@Süd.Example").unwrap()).unwrap()
    }
}

#[tokio::test]
async fn the_request_to_ses_holds_the_whole_email() {
    let (url, captured) = start_listener("200 OK", "", r#"{"MessageId":"0102-abc"}"#);
    let message = message(Some("office@lakeside.example"));
    let tags = [("clinicId", "0192a-b"), ("invitationId", "inv_1")];
    let id = ses(&url, Some("access")).send(&message, &tags).await.unwrap();
    assert_eq!(id.as_str(), "0102-abc");

    let captured = captured.join().unwrap();
    assert!(
        captured.head.starts_with("POST /v2/email/outbound-emails HTTP/1.1"),
        "{}",
        captured.head
    );
    let utf8 = |text: &str| json!({ "Data": text, "Charset": "UTF-8" });
    // Compares the whole body. Anything else in it, such as Headers, could change the email.
    assert_eq!(
        captured.body,
        json!({
            "FromEmailAddress": "=?UTF-8?B?UHJheGlzIFPDvGQgdmlhIEF1dG9TY3JpYmU=?= <no-reply@autoscribe.example>",
            "Destination": { "ToAddresses": ["Grace@xn--sd-xka.example"] },
            "ReplyToAddresses": ["office@lakeside.example"],
            "Content": { "Simple": {
                "Subject": utf8("Zoë Ünal asked for a new invitation"),
                "Body": { "Html": utf8(&message.html), "Text": utf8(&message.text) },
            } },
            "EmailTags": [
                { "Name": "clinicId", "Value": "0192a-b" },
                { "Name": "invitationId", "Value": "inv_1" },
            ],
            "ConfigurationSetName": "access",
        })
    );
    assert!(!captured.body.to_string().to_lowercase().contains("unsubscribe"));
}

#[tokio::test]
async fn the_request_leaves_out_options_that_are_not_set() {
    let (url, captured) = start_listener("200 OK", "", r#"{"MessageId":"1"}"#);
    ses(&url, None).send(&message(None), &[]).await.unwrap();
    let body = captured.join().unwrap().body;
    assert_eq!(body.get("ReplyToAddresses"), None);
    assert_eq!(body.get("ConfigurationSetName"), None);
}

async fn send_and_fail(
    status: &'static str,
    error_type: &'static str,
    body: &'static str,
) -> SendError {
    let (url, captured) = start_listener(status, error_type, body);
    let error = ses(&url, None).send(&message(None), &[]).await.unwrap_err();
    captured.join().unwrap();
    error
}

#[tokio::test]
async fn an_email_that_ses_rejects_fails_permanently() {
    let rejected_because = |reason: &str| SendError::Rejected { reason: reason.into() };
    let virus = r#"{"message":"Message to ada@clinic.example contains a virus."}"#;
    let rejected = send_and_fail("400 Bad Request", "MessageRejected", virus).await;
    assert_eq!(rejected, rejected_because("Message to (address) contains a virus."));
    let illegal = r#"{"message":"Local address contains illegal character"}"#;
    let bad = send_and_fail("400 Bad Request", "BadRequestException", illegal).await;
    assert_eq!(bad, rejected_because("Local address contains illegal character"));
}

#[tokio::test]
async fn an_email_is_retried_if_ses_is_busy_or_fails() {
    for (status, error_type, body) in [
        (
            "429 Too Many Requests",
            "TooManyRequestsException",
            r#"{"message":"Maximum sending rate exceeded."}"#,
        ),
        (
            "400 Bad Request",
            "LimitExceededException",
            r#"{"message":"Daily message quota exceeded."}"#,
        ),
        (
            "400 Bad Request",
            "SendingPausedException",
            r#"{"message":"Sending paused for this account."}"#,
        ),
        (
            "404 Not Found",
            "NotFoundException",
            r#"{"message":"Configuration set <access> does not exist."}"#,
        ),
        (
            "403 Forbidden",
            "AccessDeniedException",
            r#"{"Message":"not authorized to perform ses:SendEmail"}"#,
        ),
    ] {
        let error = send_and_fail(status, error_type, body).await;
        assert!(matches!(error, SendError::Unavailable { .. }), "{status} {error:?}");
    }
}

#[tokio::test]
async fn an_email_may_be_sent_if_ses_fails() {
    for (status, body) in [
        ("500 Internal Server Error", "{}"),
        ("502 Bad Gateway", "<html>"),
        ("503 Service Unavailable", "<html>down</html>"),
    ] {
        let error = send_and_fail(status, "InternalFailure", body).await;
        assert!(matches!(error, SendError::Unknown { .. }), "{status} {error:?}");
    }
}

#[tokio::test]
async fn an_email_that_reached_no_server_was_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for url in [closed.as_str(), "http://nowhere.invalid"] {
        let error = ses(url, None).send(&message(None), &[]).await.unwrap_err();
        assert!(matches!(error, SendError::Unavailable { .. }), "{url}: {error:?}");
    }
}

#[tokio::test]
async fn an_email_whose_answer_is_cut_off_may_be_sent_and_is_not_repeated() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
        drop(stream);
        listener.set_nonblocking(true).unwrap();
        thread::sleep(std::time::Duration::from_millis(500));
        listener.accept().is_err()
    });
    let error = ses(&url, None).send(&message(None), &[]).await.unwrap_err();
    assert!(matches!(error, SendError::Unknown { .. }), "{error:?}");
    assert!(server.join().unwrap(), "the email was sent again");
}
