//! Sends one request to a receiver.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use domain::time::Timestamp;
use domain::webhook::{
    ANSWER_LIMIT, AttemptResult, ReceiverUrl, Receivers, SendFailure, parse_retry_after,
};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, header};
use tokio::time::{Instant, timeout_at};

use crate::resolver::{NameResolver, NotReached, PublicResolver, SystemResolver};

/// How many bytes of an answer are read.
const READ: usize = 1024;
/// How long an unused connection stays open.
const IDLE: Duration = Duration::from_secs(10);

/// Sends to receivers. Cheap to clone. Use one per process, because it keeps connections.
#[derive(Clone)]
pub struct ReceiverClient {
    receivers: Receivers,
    limit: Duration,
    names: Arc<dyn NameResolver>,
    /// Created at the first use, because reading the root certificates takes a while. `None` if the machine has
    /// no root certificates.
    encrypted: Arc<OnceLock<Option<Client>>>,
    plain: Arc<OnceLock<Option<Client>>>,
}

/// A request with its signatures.
pub(crate) struct SignedRequest {
    pub(crate) id: String,
    pub(crate) at: Timestamp,
    pub(crate) signature: String,
    pub(crate) body: String,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) result: AttemptResult,
    /// How long the receiver wants to wait.
    pub(crate) retry_after: Option<Duration>,
    /// The first 1024 bytes of the answer.
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// There is no answer.
    pub(crate) fn failure(failure: SendFailure) -> Self {
        let result = AttemptResult::Failure(failure);
        Self { result, retry_after: None, body: Vec::new() }
    }
}

impl ReceiverClient {
    /// Sends to these receivers.
    pub fn new(receivers: Receivers) -> Self {
        Self::with_resolver(receivers, Arc::new(SystemResolver))
    }

    /// The same, with another resolver of names.
    pub fn with_resolver(receivers: Receivers, names: Arc<dyn NameResolver>) -> Self {
        let (encrypted, plain) = (Arc::default(), Arc::default());
        Self { receivers, limit: ANSWER_LIMIT, names, encrypted, plain }
    }

    /// The same, with another limit for an attempt, for tests.
    #[must_use]
    pub fn with_limit(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    /// Sends one request. Follows no redirect and uses no proxy.
    pub(crate) async fn post(&self, url: &ReceiverUrl, request: SignedRequest) -> Reply {
        if self.receivers.check(url).is_err() {
            return Reply::failure(SendFailure::AddressNotPublic);
        }
        let (at, until) = (request.at, Instant::now() + self.limit);
        match timeout_at(until, self.send(url, request)).await {
            Ok(Ok(answer)) => read_reply(answer, at, until).await,
            Ok(Err(failure)) => Reply::failure(failure),
            Err(_) => Reply::failure(SendFailure::TimedOut),
        }
    }

    async fn send(
        &self,
        url: &ReceiverUrl,
        request: SignedRequest,
    ) -> Result<Response, SendFailure> {
        let here = url.is_of_this_machine();
        let kept = if here { &self.plain } else { &self.encrypted };
        let client = kept.get_or_init(|| build_client(!here, self.names.clone()));
        let Some(client) = client else {
            tracing::error!("no webhook sent: the machine has no root certificates");
            return Err(SendFailure::Unreachable);
        };
        let sent = client
            .post(url.as_str())
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", request.id)
            .header("webhook-timestamp", request.at.seconds())
            .header("webhook-signature", request.signature)
            .body(request.body);
        sent.send().await.map_err(|error| failure_of(&error))
    }
}

async fn read_reply(mut answer: Response, now: Timestamp, until: Instant) -> Reply {
    let asked = answer.headers().get(header::RETRY_AFTER);
    let asked = asked.and_then(|value| value.to_str().ok());
    let retry_after = asked.and_then(|text| parse_retry_after(text, now));
    let result = AttemptResult::Status(answer.status().as_u16());
    let mut body = Vec::new();
    // The status decides. A body that breaks off or does not end is cut there.
    while let Ok(Ok(Some(chunk))) = timeout_at(until, answer.chunk()).await {
        let room = READ.saturating_sub(body.len());
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if body.len() == READ {
            break;
        }
    }
    Reply { result, retry_after, body }
}

fn failure_of(error: &reqwest::Error) -> SendFailure {
    match NotReached::find(error) {
        Some(failure) => failure,
        None if error.is_connect() => SendFailure::Unreachable,
        None => SendFailure::BrokenOff,
    }
}

fn build_client(encrypted: bool, names: Arc<dyn NameResolver>) -> Option<Client> {
    let client = Client::builder()
        .user_agent("AutoScribe-Access-Webhooks/1")
        .redirect(Policy::none())
        .no_proxy()
        .dns_resolver(Arc::new(PublicResolver(names)))
        .pool_idle_timeout(IDLE);
    // Plain HTTP needs no root certificates, and a bare container has none.
    let client = if encrypted { client.https_only(true) } else { client.tls_certs_only([]) };
    client.build().ok()
}

#[cfg(test)]
mod tests;
