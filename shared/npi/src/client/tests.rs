use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use domain::npi::{Npi, RegistryAnswer};
use tracing_subscriber::filter::LevelFilter;

use super::{InvalidAddress, MAX_ANSWER, Nppes, REGISTRY};

const NUMBER: &str = "1234567893";
const PERSON: &str = r#"{"result_count":1,"results":[{"number":"1234567893","enumeration_type":"NPI-1",
    "basic":{"last_name":"HALE","status":"A"},"other_names":[]}]}"#;

/// Never reached by a test that passes, however slow the machine.
const AMPLE: Duration = Duration::from_mins(1);
const SHORT: Duration = Duration::from_millis(200);

/// A registry that treats every connection like this.
fn registry(on_connection: impl Fn(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/api/", listener.local_addr().unwrap());
    thread::spawn(move || listener.incoming().flatten().for_each(on_connection));
    address
}

/// A registry that answers every question with these bytes, then hangs up.
fn answering(response: String) -> String {
    registry(move |mut stream| {
        if question(&mut stream).is_some() {
            let _ = stream.write_all(response.as_bytes());
        }
    })
}

fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// One request's head, or none when the client hung up.
fn question(stream: &mut TcpStream) -> Option<String> {
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

async fn look_up(base_url: &str, budget: Duration) -> RegistryAnswer {
    let nppes = Nppes::new(base_url, budget).unwrap();
    let npi = Npi::parse(NUMBER).unwrap();
    tokio::time::timeout(AMPLE * 2, nppes.look_up(&npi)).await.expect("the budget ends a look-up")
}

fn hale() -> RegistryAnswer {
    RegistryAnswer::Person { surnames: vec!["HALE".to_owned()] }
}

#[tokio::test]
async fn asks_for_the_number_in_the_version_that_is_understood() {
    let asked = Arc::new(Mutex::new(String::new()));
    let seen = Arc::clone(&asked);
    let address = registry(move |mut stream| {
        *seen.lock().unwrap() = question(&mut stream).unwrap_or_default();
        let _ = stream.write_all(ok(PERSON).as_bytes());
    });
    assert_eq!(look_up(&address, AMPLE).await, hale());
    let asked = asked.lock().unwrap();
    assert!(asked.starts_with("GET /api/?version=2.1&number=1234567893 HTTP/1.1\r\n"), "{asked}");
    assert!(asked.contains("user-agent: autoscribe-access\r\n"), "{asked}");
}

#[tokio::test]
async fn one_connection_serves_several_look_ups() {
    let connections = Arc::new(AtomicUsize::new(0));
    let opened = Arc::clone(&connections);
    let address = registry(move |mut stream| {
        opened.fetch_add(1, Ordering::SeqCst);
        while question(&mut stream).is_some() {
            let _ = stream.write_all(ok(PERSON).as_bytes());
        }
    });
    let nppes = Nppes::new(&address, AMPLE).unwrap();
    for _ in 0..3 {
        assert_eq!(nppes.look_up(&Npi::parse(NUMBER).unwrap()).await, hale());
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_connection_that_was_closed_meanwhile_is_opened_again() {
    let address = answering(ok(PERSON));
    let nppes = Nppes::new(&address, AMPLE).unwrap();
    for _ in 0..3 {
        assert_eq!(nppes.look_up(&Npi::parse(NUMBER).unwrap()).await, hale());
        // Lets the client see that the registry hung up, as it does while a function is frozen.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn a_registry_that_never_answers_costs_the_budget() {
    let address = registry(|mut stream| while question(&mut stream).is_some() {});
    assert_eq!(look_up(&address, SHORT).await, RegistryAnswer::Unavailable);
}

#[tokio::test]
async fn the_budget_covers_a_body_that_drips() {
    let address = registry(|mut stream| {
        question(&mut stream);
        let mut written = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n");
        while written.is_ok() {
            thread::sleep(Duration::from_millis(10));
            written = stream.write_all(b" ");
        }
    });
    assert_eq!(look_up(&address, SHORT).await, RegistryAnswer::Unavailable);
}

#[tokio::test]
async fn a_registry_that_is_down_is_unavailable() {
    let address = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/api/", listener.local_addr().unwrap())
    };
    assert_eq!(look_up(&address, AMPLE).await, RegistryAnswer::Unavailable);
}

#[tokio::test]
async fn a_registry_that_hangs_up_is_unavailable() {
    let address = registry(drop);
    assert_eq!(look_up(&address, AMPLE).await, RegistryAnswer::Unavailable);
}

#[tokio::test]
async fn half_a_body_is_no_answer() {
    let whole = ok(PERSON);
    let address = answering(whole[..whole.len() - 20].to_owned());
    assert_eq!(look_up(&address, AMPLE).await, RegistryAnswer::Unavailable);
}

#[tokio::test]
async fn a_huge_body_is_not_read() {
    let padded = |length: usize| ok(&format!("{PERSON}{}", " ".repeat(length - PERSON.len())));
    assert_eq!(look_up(&answering(padded(MAX_ANSWER)), AMPLE).await, hale());
    assert_eq!(
        look_up(&answering(padded(MAX_ANSWER + 1)), AMPLE).await,
        RegistryAnswer::Unavailable
    );

    let endless = registry(|mut stream| {
        question(&mut stream);
        let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
        let mut written =
            stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
        while written.is_ok() {
            written = stream.write_all(chunk.as_bytes());
        }
    });
    assert_eq!(look_up(&endless, AMPLE).await, RegistryAnswer::Unavailable);
}

#[tokio::test]
async fn only_status_200_is_an_answer() {
    for status in [
        "500 Internal Server Error",
        "503 Service Unavailable",
        "429 Too Many Requests",
        "404 Not Found",
    ] {
        let address = answering(ok(r#"{"result_count":0}"#).replace("200 OK", status));
        assert_eq!(look_up(&address, AMPLE).await, RegistryAnswer::Unavailable, "{status}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = answering(ok(PERSON));
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect"] {
        let redirect =
            format!("HTTP/1.1 {status}\r\nlocation: {elsewhere}\r\ncontent-length: 0\r\n\r\n");
        assert_eq!(
            look_up(&answering(redirect), AMPLE).await,
            RegistryAnswer::Unavailable,
            "{status}"
        );
    }
}

#[tokio::test]
async fn what_is_not_http_is_no_answer() {
    let address = answering("220 mail.example ESMTP\r\n".to_owned());
    assert_eq!(look_up(&address, AMPLE).await, RegistryAnswer::Unavailable);
}

#[tokio::test]
async fn an_https_address_is_never_asked_in_plain_text() {
    let address = registry(|mut stream| {
        let _ = stream.write_all(ok(PERSON).as_bytes());
    });
    assert_eq!(
        look_up(&address.replace("http://", "https://"), AMPLE).await,
        RegistryAnswer::Unavailable
    );
}

#[test]
fn an_address_is_an_http_url_without_a_query() {
    for right in [REGISTRY, "http://127.0.0.1:8002/api/", "https://registry.example"] {
        assert!(Nppes::new(right, AMPLE).is_ok(), "{right}");
    }
    for wrong in [
        "",
        "registry.example",
        "/api/",
        "ftp://registry.example/",
        "https://",
        "https://r.example/?a=b",
        "https://r.example/#a",
    ] {
        assert_eq!(Nppes::new(wrong, AMPLE).unwrap_err(), InvalidAddress, "{wrong}");
    }
}

/// Where a test's log goes.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_log_knows_the_class_of_a_failure_and_neither_number_nor_name() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    assert_eq!(look_up(&answering(ok(PERSON)), AMPLE).await, hale());
    let other = PERSON.replace(NUMBER, "1000000004");
    look_up(&answering(ok(&other)), AMPLE).await;
    look_up(&answering(ok(PERSON).replace("200 OK", "500 Oh")), AMPLE).await;
    drop(guard);

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("the answer is about another number"), "{log}");
    assert!(log.contains("HTTP status 500"), "{log}");
    for secret in [NUMBER, "1000000004", "HALE"] {
        assert!(!log.contains(secret), "{log}");
    }
}
