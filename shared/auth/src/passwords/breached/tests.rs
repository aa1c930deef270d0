use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use domain::credentials::password::{KnownWords, Password};
use domain::person::email::Email;
use tracing_subscriber::filter::LevelFilter;

use super::*;

const PASSWORD: &str = "correcthorsebatterystaple";
/// The SHA-1 of the password.
const PREFIX: &str = "BFD36";
const SUFFIX: &str = "17727EAB0E800E62A776C76381DEFBC4145";
const OTHER: &str = "0018A45C4D1DEF81644B54AB7F969B88D65:3";

/// A budget that no passing test uses up, even on a slow machine.
const AMPLE: Duration = Duration::from_mins(1);

fn digest() -> BreachDigest {
    let email = Email::parse("ada@clinic.example").unwrap();
    let known = KnownWords::new(&email, [], []);
    Password::parse(PASSWORD).unwrap().rate(&known).unwrap().breach_digest()
}

/// Serves a list that gives every request this answer. Returns its address, and the head of the last
/// request.
fn serve_list(answer: String) -> (String, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/range", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(String::new()));
    let seen = asked.clone();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            *seen.lock().unwrap() = read_head(&mut stream);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    (address, asked)
}

fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read > 0) {
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

fn ok(range: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{range}", range.len())
}

async fn look_up(address: &str, budget: Duration) -> BreachAnswer {
    BreachedPasswords::new(address, budget).unwrap().look_up(&digest()).await
}

#[tokio::test]
async fn only_the_prefix_is_sent_and_padding_is_requested() {
    let (address, asked) = serve_list(ok(OTHER));
    for address in [address.clone(), format!("{address}/")] {
        assert_eq!(look_up(&address, AMPLE).await, BreachAnswer::NotListed);
        let asked = asked.lock().unwrap().to_ascii_uppercase();
        assert!(asked.starts_with(&format!("GET /RANGE/{PREFIX} HTTP/1.1\r\n")), "{asked}");
        assert!(asked.contains("ADD-PADDING: TRUE\r\n"), "{asked}");
        for part in [&SUFFIX[..5], &PASSWORD.to_ascii_uppercase()] {
            assert!(!asked.contains(part), "{asked}");
        }
    }
}

#[tokio::test]
async fn a_password_is_listed_if_its_suffix_has_a_count() {
    for (range, answer) in [
        (format!("{OTHER}\r\n{SUFFIX}:37"), BreachAnswer::Listed),
        (format!("{OTHER}\r\n{SUFFIX}:0"), BreachAnswer::NotListed),
        (OTHER.to_owned(), BreachAnswer::NotListed),
    ] {
        assert_eq!(look_up(&serve_list(ok(&range)).0, AMPLE).await, answer, "{range}");
    }
}

#[tokio::test]
async fn an_answer_that_is_not_a_range_is_unavailable() {
    for answer in [
        ok(""),
        ok("<html>Scheduled maintenance</html>"),
        ok(&format!("{SUFFIX}:37")).replace("200 OK", "503 Service Unavailable"),
        ok(&format!("{SUFFIX}:37")).replace("200 OK", "429 Too Many Requests"),
        ok(&format!("{SUFFIX}:37\r\n{}", format!("{OTHER}\r\n").repeat(8000))),
        "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n".to_owned(),
        "220 smtp.example ESMTP\r\n".to_owned(),
    ] {
        assert_eq!(look_up(&serve_list(answer).0, AMPLE).await, BreachAnswer::Unavailable);
    }
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/range/", silent.local_addr().unwrap());
    let short = Duration::from_millis(100);
    assert_eq!(look_up(&address, short).await, BreachAnswer::Unavailable);
    drop(silent);
    assert_eq!(look_up(&address, AMPLE).await, BreachAnswer::Unavailable);
}

#[test]
fn the_address_of_a_list_must_be_an_http_url_without_a_query() {
    assert!(BreachedPasswords::new(BREACHED_PASSWORDS, BUDGET).is_ok());
    for wrong in ["", "list.example", "ftp://list.example/", "https://list.example/?a=b"] {
        assert_eq!(BreachedPasswords::new(wrong, BUDGET).unwrap_err(), InvalidListAddress);
    }
}

/// Collects the log of a test.
#[derive(Clone, Default)]
struct LogBuffer(Arc<Mutex<Vec<u8>>>);

impl Write for LogBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_failure_is_logged_once_without_the_password() {
    let log = LogBuffer::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let malformed = serve_list(ok("nothing")).0;
    look_up(&malformed, AMPLE).await;
    drop(guard);

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert_eq!(log.matches("the list of breached passwords gave no answer").count(), 1, "{log}");
    let log = log.to_ascii_uppercase();
    for secret in [PREFIX, &SUFFIX[..5], &PASSWORD.to_ascii_uppercase()] {
        assert!(!log.contains(secret), "{log}");
    }
}
