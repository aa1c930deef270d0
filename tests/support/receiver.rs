//! A receiver of webhooks on this machine.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

/// A receiver that answers challenges, and anything else as a test wants.
#[derive(Clone)]
pub(crate) struct WebhookReceiver {
    pub(crate) url: String,
    state: Arc<Mutex<ReceiverState>>,
}

struct ReceiverState {
    status: u16,
    headers: Vec<(&'static str, String)>,
    answers_challenge: bool,
    delay: Duration,
    deliveries: Vec<ReceivedDelivery>,
}

/// A request to the receiver.
#[derive(Clone)]
pub(crate) struct ReceivedDelivery {
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl WebhookReceiver {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let state = ReceiverState {
            status: 200,
            headers: Vec::new(),
            answers_challenge: true,
            delay: Duration::ZERO,
            deliveries: Vec::new(),
        };
        let receiver = Self { url, state: Arc::new(Mutex::new(state)) };
        let router = Router::new().fallback(serve).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    fn lock(&self) -> MutexGuard<'_, ReceiverState> {
        self.state.lock().unwrap()
    }

    /// Answers with this status from now on.
    pub(crate) fn set_status(&self, status: u16) {
        self.lock().status = status;
    }

    /// Answers with this header too.
    pub(crate) fn set_header(&self, name: &'static str, value: &str) {
        self.lock().headers = vec![(name, value.to_owned())];
    }

    /// Answers after this time.
    pub(crate) fn set_delay(&self, delay: Duration) {
        self.lock().delay = delay;
    }

    /// Whether it repeats the text of a challenge.
    pub(crate) fn set_answers_challenge(&self, answers: bool) {
        self.lock().answers_challenge = answers;
    }

    /// Every request so far of this type.
    pub(crate) fn deliveries(&self, kind: &str) -> Vec<ReceivedDelivery> {
        let all = self.lock().deliveries.clone();
        all.into_iter().filter(|one| one.json()["type"] == kind).collect()
    }
}

async fn serve(
    State(receiver): State<WebhookReceiver>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let body = String::from_utf8(body.to_vec()).unwrap();
    let delivery = ReceivedDelivery { headers, body };
    let challenge = delivery.json()["data"]["challenge"].clone();
    let (status, headers, answers, delay) = {
        let mut state = receiver.lock();
        state.deliveries.push(delivery);
        (state.status, state.headers.clone(), state.answers_challenge, state.delay)
    };
    tokio::time::sleep(delay).await;
    let body = if answers { json!({ "challenge": challenge }) } else { json!({}) };
    let mut answer = (StatusCode::from_u16(status).unwrap(), body.to_string()).into_response();
    for (name, value) in headers {
        answer.headers_mut().insert(name, value.parse().unwrap());
    }
    answer
}

impl ReceivedDelivery {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// How many signatures it has.
    pub(crate) fn signatures(&self) -> usize {
        self.header("webhook-signature").split(' ').count()
    }

    /// Whether one of its signatures is of this secret, as Standard Webhooks says.
    pub(crate) fn is_signed_with(&self, secret: &str) -> bool {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        assert_eq!(key.len(), 32);
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        let (id, at) = (self.header("webhook-id"), self.header("webhook-timestamp"));
        mac.update(format!("{id}.{at}.{}", self.body).as_bytes());
        let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        self.header("webhook-signature").split(' ').any(|found| found == expected)
    }
}
