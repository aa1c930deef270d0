use std::net::IpAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::resolver::Resolution;

/// Answers each question with the next list of addresses. The last one repeats.
struct Names(Mutex<Vec<Vec<IpAddr>>>);

impl NameResolver for Names {
    fn resolve(&self, _: &str) -> Resolution {
        let mut answers = self.0.lock().unwrap();
        let next = if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() };
        Box::pin(async move { Ok(next) })
    }
}

fn names(answers: &[&[&str]]) -> Arc<dyn NameResolver> {
    let addresses = |texts: &&[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
    Arc::new(Names(Mutex::new(answers.iter().map(addresses).collect())))
}

fn url(text: &str) -> ReceiverUrl {
    ReceiverUrl::parse(text).unwrap()
}

fn request() -> SignedRequest {
    let at = Timestamp::from_millis(1_700_000_000_000).unwrap();
    let (id, signature) = ("whe_1".to_owned(), "v1,abc v1,def".to_owned());
    SignedRequest { id, at, signature, body: r#"{"a":1}"#.to_owned() }
}

/// A receiver on this machine. Counts connections and keeps the last request.
struct TestReceiver {
    url: ReceiverUrl,
    port: u16,
    connections: Arc<AtomicUsize>,
    request: Arc<Mutex<String>>,
}

impl TestReceiver {
    /// Answers every request with this text. An empty text is no answer.
    async fn start(answer: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (connections, request) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::default()));
        let (count, seen, answer) = (connections.clone(), request.clone(), answer.to_owned());
        tokio::spawn(async move {
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                count.fetch_add(1, Ordering::SeqCst);
                let (seen, answer): (Arc<Mutex<String>>, _) = (seen.clone(), answer.clone());
                tokio::spawn(async move {
                    let mut buffer = [0; 4096];
                    let read = socket.read(&mut buffer).await.unwrap_or(0);
                    *seen.lock().unwrap() = String::from_utf8_lossy(&buffer[..read]).into_owned();
                    let _ = socket.write_all(answer.as_bytes()).await;
                    // The connection stays open, as of a receiver that sends more.
                    tokio::time::sleep(Duration::from_mins(1)).await;
                });
            }
        });
        let url = url(&format!("http://127.0.0.1:{port}/hook"));
        Self { url, port, connections, request }
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn here() -> ReceiverClient {
    ReceiverClient::new(Receivers::ThisMachine).with_limit(Duration::from_secs(5))
}

#[tokio::test]
async fn a_request_is_signed_and_its_answer_is_read() {
    let answer = "HTTP/1.1 429 Busy\r\nretry-after: 120\r\ncontent-length: 2\r\n\r\nno";
    let receiver = TestReceiver::start(answer).await;
    let reply = here().post(&receiver.url, request()).await;
    assert_eq!(reply.result, AttemptResult::Status(429));
    assert_eq!(reply.retry_after, Some(Duration::from_mins(2)));
    assert_eq!(reply.body, b"no");
    let seen = receiver.request.lock().unwrap().clone();
    assert!(seen.starts_with("POST /hook HTTP/1.1\r\n"), "{seen}");
    assert!(seen.ends_with("\r\n\r\n{\"a\":1}"), "{seen}");
    for header in [
        "webhook-id: whe_1",
        "webhook-timestamp: 1700000000",
        "webhook-signature: v1,abc v1,def",
        "content-type: application/json",
    ] {
        assert!(seen.contains(&format!("\r\n{header}\r\n")), "{seen}");
    }
}

#[tokio::test]
async fn the_status_counts_even_if_the_rest_of_the_answer_never_comes() {
    let receiver = TestReceiver::start("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok").await;
    let client = here().with_limit(Duration::from_millis(300));
    let reply = client.post(&receiver.url, request()).await;
    assert_eq!(reply.result, AttemptResult::Status(200));
    assert_eq!(reply.body, b"ok");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let other = TestReceiver::start("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let location = other.url.as_str();
    let answer = format!("HTTP/1.1 307 Moved\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
    let receiver = TestReceiver::start(&answer).await;
    let reply = here().post(&receiver.url, request()).await;
    assert_eq!(reply.result, AttemptResult::Status(307));
    assert_eq!((receiver.connections(), other.connections()), (1, 0));
}

#[tokio::test]
async fn a_receiver_has_a_limited_time() {
    let receiver = TestReceiver::start("").await;
    let client = here().with_limit(Duration::from_millis(200));
    let reply = client.post(&receiver.url, request()).await;
    assert_eq!(reply.result, AttemptResult::Failure(SendFailure::TimedOut));
    assert_eq!(receiver.connections(), 1);
}

#[tokio::test]
async fn only_the_start_of_a_long_answer_is_read() {
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n{}", "x".repeat(5000));
    let receiver = TestReceiver::start(&answer).await;
    let reply = here().post(&receiver.url, request()).await;
    assert_eq!(reply.result, AttemptResult::Status(200));
    assert_eq!(reply.body.len(), 1024);
}

#[tokio::test]
async fn an_answer_that_is_not_http_is_a_failure() {
    let receiver = TestReceiver::start("SSH-2.0-OpenSSH\r\n").await;
    let reply = here().post(&receiver.url, request()).await;
    assert_eq!(reply.result, AttemptResult::Failure(SendFailure::BrokenOff));
}

#[tokio::test]
async fn nothing_is_sent_to_this_machine_unless_it_may() {
    let receiver = TestReceiver::start("").await;
    let reply = ReceiverClient::new(Receivers::Public).post(&receiver.url, request()).await;
    assert_eq!(reply.result, AttemptResult::Failure(SendFailure::AddressNotPublic));
    assert_eq!(receiver.connections(), 0);
}

#[tokio::test]
async fn a_name_that_leads_to_a_private_address_gets_nothing() {
    for addresses in [
        &["127.0.0.1"][..],
        &["10.1.2.3"],
        &["100.64.0.1"],
        &["169.254.169.254"],
        &["172.31.0.1"],
        &["192.168.1.1"],
        &["0.0.0.0"],
        &["::1"],
        &["::"],
        &["fd00:ec2::254"],
        &["fe80::1"],
        &["::ffff:127.0.0.1"],
        &["::ffff:169.254.169.254"],
        &["::127.0.0.1"],
        &["64:ff9b::7f00:1"],
        &["2002:7f00:1::"],
        &["2001:0:7f00:1::1"],
        // One private address among public ones.
        &["198.41.0.4", "127.0.0.1"],
        &["2001:503:ba3e::2:30", "::1"],
    ] {
        for receivers in [Receivers::Public, Receivers::ThisMachine] {
            let client = ReceiverClient::with_resolver(receivers, names(&[addresses]));
            let reply = client.post(&url("https://pacs.example/"), request()).await;
            let expected = AttemptResult::Failure(SendFailure::AddressNotPublic);
            assert_eq!(reply.result, expected, "{addresses:?}");
        }
    }
}

/// A name that is public when it is checked and private when it is used.
#[tokio::test]
async fn a_name_that_changes_its_address_leads_nowhere_else() {
    let receiver = TestReceiver::start("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let names = names(&[&["198.41.0.4"], &["127.0.0.1"]]);
    let client = ReceiverClient::with_resolver(Receivers::Public, names);
    let client = client.with_limit(Duration::from_millis(300));
    let target = url("https://pacs.example/");
    let first = client.post(&target, request()).await.result;
    let tried = [SendFailure::TimedOut, SendFailure::Unreachable].map(AttemptResult::Failure);
    assert!(tried.contains(&first), "the public address was tried: {first:?}");
    let second = client.post(&target, request()).await.result;
    assert_eq!(second, AttemptResult::Failure(SendFailure::AddressNotPublic));
    assert_eq!(receiver.connections(), 0, "port {}", receiver.port);
}

#[tokio::test]
async fn a_name_without_an_address_is_a_failure() {
    let client = ReceiverClient::with_resolver(Receivers::Public, names(&[&[]]));
    let reply = client.post(&url("https://pacs.example/"), request()).await;
    assert_eq!(reply.result, AttemptResult::Failure(SendFailure::NameNotResolved));
}
