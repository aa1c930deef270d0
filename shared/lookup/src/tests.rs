use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::{CalledService, InvalidUrl, LookupClient, LookupFailure};

const BODY: &str = r#"{"answer":42}"#;
const LIMIT: usize = 64 * 1024;

/// A passing test never reaches this, even on a slow machine.
const AMPLE: Duration = Duration::from_mins(1);
const SHORT: Duration = Duration::from_millis(200);

/// Starts a service that handles every connection this way.
fn start_service(on_connection: impl Fn(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/path/", listener.local_addr().unwrap());
    thread::spawn(move || listener.incoming().flatten().for_each(on_connection));
    address
}

/// Starts a service that answers every request with these bytes and closes the connection.
fn start_service_with(response: String) -> String {
    start_service(move |mut stream| {
        if read_head(&mut stream).is_some() {
            let _ = stream.write_all(response.as_bytes());
        }
    })
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

/// Reads the head of a request. `None` if the client closed the connection.
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
    let client = LookupClient::new(CalledService::Nppes, base, budget).unwrap();
    let body =
        tokio::time::timeout(AMPLE * 2, client.get("?n=1", &[("accept", "text/plain")], LIMIT));
    let body = body.await.expect("the budget ends a lookup")?;
    Ok(String::from_utf8(body).unwrap())
}

#[tokio::test]
async fn the_request_has_the_path_the_query_and_the_headers() {
    let request = Arc::new(Mutex::new(String::new()));
    let seen = Arc::clone(&request);
    let address = start_service(move |mut stream| {
        *seen.lock().unwrap() = read_head(&mut stream).unwrap_or_default();
        let _ = stream.write_all(ok(BODY).as_bytes());
    });
    assert_eq!(get(&address, AMPLE).await, Ok(BODY.to_owned()));
    let request = request.lock().unwrap();
    assert!(request.starts_with("GET /path/?n=1 HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("user-agent: autoscribe-access\r\n"), "{request}");
    assert!(request.contains("accept: text/plain\r\n"), "{request}");
}

#[tokio::test]
async fn lookups_share_a_connection() {
    let connections = Arc::new(AtomicUsize::new(0));
    let opened = Arc::clone(&connections);
    let address = start_service(move |mut stream| {
        opened.fetch_add(1, Ordering::SeqCst);
        while read_head(&mut stream).is_some() {
            let _ = stream.write_all(ok(BODY).as_bytes());
        }
    });
    let client = LookupClient::new(CalledService::Nppes, &address, AMPLE).unwrap();
    for _ in 0..3 {
        assert_eq!(client.get("", &[], LIMIT).await, Ok(BODY.as_bytes().to_vec()));
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_closed_connection_is_opened_again() {
    let address = start_service_with(ok(BODY));
    let client = LookupClient::new(CalledService::Nppes, &address, AMPLE).unwrap();
    for _ in 0..3 {
        assert_eq!(client.get("", &[], LIMIT).await, Ok(BODY.as_bytes().to_vec()));
        // Gives the client time to notice that the service closed the connection.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn a_lookup_without_an_answer_ends_after_the_budget() {
    let address = start_service(|mut stream| while read_head(&mut stream).is_some() {});
    assert_eq!(get(&address, SHORT).await, Err(LookupFailure::TimedOut));
}

#[tokio::test]
async fn the_budget_includes_a_slow_body() {
    let address = start_service(|mut stream| {
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
async fn a_closed_port_is_unreachable() {
    let address = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/", listener.local_addr().unwrap())
    };
    assert_eq!(get(&address, AMPLE).await, Err(LookupFailure::Unreachable));
}

#[tokio::test]
async fn an_incomplete_answer_is_a_failure() {
    assert_eq!(get(&start_service(drop), AMPLE).await, Err(LookupFailure::BrokenOff));
    let whole = ok(BODY);
    let half = start_service_with(whole[..whole.len() - 5].to_owned());
    assert_eq!(get(&half, AMPLE).await, Err(LookupFailure::BrokenOff));
    let foreign = start_service_with("220 smtp.example ESMTP\r\n".to_owned());
    assert_eq!(get(&foreign, AMPLE).await, Err(LookupFailure::BrokenOff));
}

#[tokio::test]
async fn a_body_over_the_limit_is_a_failure() {
    let padded = |length: usize| ok(&" ".repeat(length));
    assert_eq!(get(&start_service_with(padded(LIMIT)), AMPLE).await.unwrap().len(), LIMIT);
    assert_eq!(
        get(&start_service_with(padded(LIMIT + 1)), AMPLE).await,
        Err(LookupFailure::TooLong)
    );

    let endless = start_service(|mut stream| {
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
async fn any_status_but_200_is_a_failure() {
    for (status, code) in [
        ("500 Internal Server Error", 500),
        ("503 Service Unavailable", 503),
        ("429 Too Many Requests", 429),
        ("404 Not Found", 404),
        ("204 No Content", 204),
    ] {
        let address = start_service_with(format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n"));
        assert_eq!(get(&address, AMPLE).await, Err(LookupFailure::Status(code)));
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = start_service_with(ok(BODY));
    for (status, code) in
        [("301 Moved Permanently", 301), ("302 Found", 302), ("307 Temporary", 307)]
    {
        let redirect =
            format!("HTTP/1.1 {status}\r\nlocation: {elsewhere}\r\ncontent-length: 0\r\n\r\n");
        assert_eq!(
            get(&start_service_with(redirect), AMPLE).await,
            Err(LookupFailure::Status(code))
        );
    }
}

#[tokio::test]
async fn an_https_address_is_never_requested_over_plain_http() {
    let address = start_service(|mut stream| {
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
        assert!(LookupClient::new(CalledService::Nppes, right, AMPLE).is_ok(), "{right}");
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
            LookupClient::new(CalledService::Nppes, wrong, AMPLE).unwrap_err(),
            InvalidUrl,
            "{wrong}"
        );
    }
}
