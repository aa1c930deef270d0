use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use domain::npi::{Npi, RegistryAnswer, RegistryName, RegistryText};
use tracing::subscriber::NoSubscriber;
use tracing_subscriber::filter::LevelFilter;

use super::{InvalidAddress, Nppes, REGISTRY};

const NUMBER: &str = "1234567893";
const PERSON: &str = r#"{"result_count":1,"results":[{"number":"1234567893","enumeration_type":"NPI-1",
    "basic":{"last_name":"HALE","status":"A"},"other_names":[]}]}"#;

/// A passing test never reaches this, even on a slow machine.
const AMPLE: Duration = Duration::from_mins(1);
const SHORT: Duration = Duration::from_millis(200);

/// Starts a registry that handles every connection this way.
fn start_registry(on_connection: impl Fn(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/api/", listener.local_addr().unwrap());
    thread::spawn(move || listener.incoming().flatten().for_each(on_connection));
    address
}

/// Starts a registry that answers every request with these bytes and closes the connection.
fn start_registry_with(response: String) -> String {
    start_registry(move |mut stream| {
        if read_head(&mut stream).is_some() {
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

async fn look_up(base_url: &str, budget: Duration) -> RegistryAnswer {
    let nppes = Nppes::new(base_url, budget).unwrap();
    let npi = Npi::parse(NUMBER).unwrap();
    tokio::time::timeout(AMPLE * 2, nppes.look_up(&npi)).await.expect("the budget ends a lookup")
}

fn hale() -> RegistryAnswer {
    let name = RegistryName { last: RegistryText::parse("HALE"), ..RegistryName::default() };
    RegistryAnswer::Person { name, surnames: vec!["HALE".to_owned()], license_states: Vec::new() }
}

#[tokio::test]
async fn the_request_names_the_number_and_version_2_1() {
    let request = Arc::new(Mutex::new(String::new()));
    let seen = Arc::clone(&request);
    let address = start_registry(move |mut stream| {
        *seen.lock().unwrap() = read_head(&mut stream).unwrap_or_default();
        let _ = stream.write_all(ok(PERSON).as_bytes());
    });
    assert_eq!(look_up(&address, AMPLE).await, hale());
    let request = request.lock().unwrap();
    assert!(
        request.starts_with("GET /api/?version=2.1&number=1234567893 HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(request.contains("user-agent: autoscribe-access\r\n"), "{request}");
}

#[tokio::test]
async fn an_invalid_or_missing_answer_is_unavailable() {
    for response in [
        ok("<html>Scheduled maintenance</html>"),
        ok(PERSON).replace("200 OK", "503 Service Unavailable"),
        ok(&format!("{PERSON}{}", " ".repeat(1024 * 1024))),
        "220 smtp.example ESMTP\r\n".to_owned(),
    ] {
        assert_eq!(
            look_up(&start_registry_with(response), AMPLE).await,
            RegistryAnswer::Unavailable
        );
    }
    let silent = start_registry(|mut stream| while read_head(&mut stream).is_some() {});
    assert_eq!(look_up(&silent, SHORT).await, RegistryAnswer::Unavailable);
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

/// The log of a test.
#[derive(Clone, Default)]
struct TestLog(Arc<Mutex<Vec<u8>>>);

impl Write for TestLog {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_shows_the_failure_but_no_number_and_no_name() {
    let log = TestLog::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    // With one dispatcher, tracing asks only the thread that reaches a log line first whether to log it.
    // Other tests have no subscriber and would turn the line off. A second dispatcher prevents that.
    let second = tracing::Dispatch::new(NoSubscriber::default());
    let guard = tracing::subscriber::set_default(subscriber);
    assert_eq!(look_up(&start_registry_with(ok(PERSON)), AMPLE).await, hale());
    let other = PERSON.replace(NUMBER, "1000000004");
    look_up(&start_registry_with(ok(&other)), AMPLE).await;
    look_up(&start_registry_with(ok(PERSON).replace("200 OK", "500 Oh")), AMPLE).await;
    drop((guard, second));

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("the answer is about another number"), "{log}");
    assert!(log.contains("HTTP status 500"), "{log}");
    for secret in [NUMBER, "1000000004", "HALE"] {
        assert!(!log.contains(secret), "{log}");
    }
}
