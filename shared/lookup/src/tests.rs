use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::{InvalidUrl, LookupClient, LookupFailure, Service};

const BODY: &str = r#"{"answer":42}"#;
const LIMIT: usize = 64 * 1024;

/// A test that passes never reaches it, even on a slow machine.
const AMPLE: Duration = Duration::from_mins(1);
const SHORT: Duration = Duration::from_millis(200);

/// A service that treats every connection like this.
fn service(on_connection: impl Fn(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/path/", listener.local_addr().unwrap());
    thread::spawn(move || listener.incoming().flatten().for_each(on_connection));
    address
}

/// A service that answers every request with these bytes, then hangs up.
fn answering(response: String) -> String {
    service(move |mut stream| {
        if read_head(&mut stream).is_some() {
            let _ = stream.write_all(response.as_bytes());
        }
    })
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

/// One request's head, or none if the client hung up.
fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    String::from_utf8(head).ok()
}

async fn get(base: &str, budget: Duration) -> Result<String, LookupFailure> {
    let client = LookupClient::new(Service::Nppes, base, budget).unwrap();
    let body =
        tokio::time::timeout(AMPLE * 2, client.get("?n=1", &[("accept", "text/plain")], LIMIT));
    let body = body.await.expect("the budget ends a lookup")?;
    Ok(String::from_utf8(body).unwrap())
}

#[tokio::test]
async fn the_request_has_the_address_its_rest_and_the_headers() {
    let asked = Arc::new(Mutex::new(String::new()));
    let seen = Arc::clone(&asked);
    let address = service(move |mut stream| {
        *seen.lock().unwrap() = read_head(&mut stream).unwrap_or_default();
        let _ = stream.write_all(ok(BODY).as_bytes());
    });
    assert_eq!(get(&address, AMPLE).await, Ok(BODY.to_owned()));
    let asked = asked.lock().unwrap();
    assert!(asked.starts_with("GET /path/?n=1 HTTP/1.1\r\n"), "{asked}");
    assert!(asked.contains("user-agent: autoscribe-access\r\n"), "{asked}");
    assert!(asked.contains("accept: text/plain\r\n"), "{asked}");
}

#[tokio::test]
async fn one_connection_serves_several_lookups() {
    let connections = Arc::new(AtomicUsize::new(0));
    let opened = Arc::clone(&connections);
    let address = service(move |mut stream| {
        opened.fetch_add(1, Ordering::SeqCst);
        while read_head(&mut stream).is_some() {
            let _ = stream.write_all(ok(BODY).as_bytes());
        }
    });
    let client = LookupClient::new(Service::Nppes, &address, AMPLE).unwrap();
    for _ in 0..3 {
        assert_eq!(client.get("", &[], LIMIT).await, Ok(BODY.as_bytes().to_vec()));
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_connection_that_was_closed_meanwhile_is_opened_again() {
    let address = answering(ok(BODY));
    let client = LookupClient::new(Service::Nppes, &address, AMPLE).unwrap();
    for _ in 0..3 {
        assert_eq!(client.get("", &[], LIMIT).await, Ok(BODY.as_bytes().to_vec()));
        // Lets the client see that the service hung up, as it does while a function is frozen.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn a_service_that_never_answers_costs_the_budget() {
    let address = service(|mut stream| while read_head(&mut stream).is_some() {});
    assert_eq!(get(&address, SHORT).await, Err(LookupFailure::TimedOut));
}

#[tokio::test]
async fn the_budget_covers_a_body_that_drips() {
    let address = service(|mut stream| {
        read_head(&mut stream);
        let mut written = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n");
        while written.is_ok() {
            thread::sleep(Duration::from_millis(10));
            written = stream.write_all(b" ");
        }
    });
    assert_eq!(get(&address, SHORT).await, Err(LookupFailure::TimedOut));
}

#[tokio::test]
async fn a_service_that_is_down_is_unreachable() {
    let address = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/", listener.local_addr().unwrap())
    };
    assert_eq!(get(&address, AMPLE).await, Err(LookupFailure::Unreachable));
}

#[tokio::test]
async fn a_connection_that_ends_early_is_no_answer() {
    assert_eq!(get(&service(drop), AMPLE).await, Err(LookupFailure::BrokenOff));
    let whole = ok(BODY);
    let half = answering(whole[..whole.len() - 5].to_owned());
    assert_eq!(get(&half, AMPLE).await, Err(LookupFailure::BrokenOff));
    let foreign = answering("220 mail.example ESMTP\r\n".to_owned());
    assert_eq!(get(&foreign, AMPLE).await, Err(LookupFailure::BrokenOff));
}

#[tokio::test]
async fn a_huge_body_is_not_read() {
    let padded = |length: usize| ok(&" ".repeat(length));
    assert_eq!(get(&answering(padded(LIMIT)), AMPLE).await.unwrap().len(), LIMIT);
    assert_eq!(get(&answering(padded(LIMIT + 1)), AMPLE).await, Err(LookupFailure::TooLong));

    let endless = service(|mut stream| {
        read_head(&mut stream);
        let chunk = format!("1000\r\n{}\r\n", " ".repeat(0x1000));
        let mut written =
            stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
        while written.is_ok() {
            written = stream.write_all(chunk.as_bytes());
        }
    });
    assert_eq!(get(&endless, AMPLE).await, Err(LookupFailure::TooLong));
}

#[tokio::test]
async fn only_status_200_is_an_answer() {
    for (status, code) in [
        ("500 Internal Server Error", 500),
        ("503 Service Unavailable", 503),
        ("429 Too Many Requests", 429),
        ("404 Not Found", 404),
        ("204 No Content", 204),
    ] {
        let address = answering(format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n"));
        assert_eq!(get(&address, AMPLE).await, Err(LookupFailure::Status(code)));
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = answering(ok(BODY));
    for (status, code) in
        [("301 Moved Permanently", 301), ("302 Found", 302), ("307 Temporary", 307)]
    {
        let redirect =
            format!("HTTP/1.1 {status}\r\nlocation: {elsewhere}\r\ncontent-length: 0\r\n\r\n");
        assert_eq!(get(&answering(redirect), AMPLE).await, Err(LookupFailure::Status(code)));
    }
}

#[tokio::test]
async fn an_https_address_is_never_asked_in_plain_text() {
    let address = service(|mut stream| {
        let _ = stream.write_all(ok(BODY).as_bytes());
    });
    let failure = get(&address.replace("http://", "https://"), AMPLE).await.unwrap_err();
    // A machine without root certificates does not even connect.
    let refused = [LookupFailure::Unreachable, LookupFailure::NoRoots];
    assert!(refused.contains(&failure), "{failure}");
}

#[test]
fn an_address_is_an_http_url_without_a_query() {
    for right in ["https://r.example/api/", "http://127.0.0.1:8002/api/", "https://r.example"] {
        assert!(LookupClient::new(Service::Nppes, right, AMPLE).is_ok(), "{right}");
    }
    for wrong in [
        "",
        "r.example",
        "/api/",
        "ftp://r.example/",
        "https://",
        "https://r.example/?a=b",
        "https://r.example/#a",
    ] {
        assert_eq!(
            LookupClient::new(Service::Nppes, wrong, AMPLE).unwrap_err(),
            InvalidUrl,
            "{wrong}"
        );
    }
}
