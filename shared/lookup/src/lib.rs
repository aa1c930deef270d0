//! Looks something up in a public service: one GET over HTTPS, bounded in time and size.

mod failure;

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode, Url};

pub use failure::LookupFailure;
pub use telemetry::CalledService;

/// How long an unused connection stays open. It is long enough for a batch of invitations. After a
/// longer freeze of the function, the service may have closed the connection.
const IDLE: Duration = Duration::from_secs(10);

/// The service's address is not an http or https URL, or has a query or fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an http or https URL without a query")]
pub struct InvalidUrl;

/// A client of one service. Use one per process, because it keeps the connection.
#[derive(Debug)]
pub struct LookupClient {
    service: CalledService,
    base: Url,
    budget: Duration,
    /// Created at the first lookup, because reading the root certificates takes longer than the rest of
    /// a cold start, and many requests need no lookup. `None` if the machine has no root certificates.
    client: OnceLock<Option<Client>>,
}

impl LookupClient {
    /// A client of the service at `base`. `budget` limits a whole lookup.
    pub fn new(service: CalledService, base: &str, budget: Duration) -> Result<Self, InvalidUrl> {
        let base: Url = base.parse().map_err(|_| InvalidUrl)?;
        let http = matches!(base.scheme(), "http" | "https");
        if !http || base.query().is_some() || base.fragment().is_some() {
            return Err(InvalidUrl);
        }
        Ok(Self { service, base, budget, client: OnceLock::new() })
    }

    /// Sends a GET to the address followed by `rest`, with these headers, and returns the body. A body
    /// longer than `limit` bytes is a failure. There is no retry, because it would add load to a slow
    /// service.
    pub async fn get(
        &self,
        rest: &str,
        headers: &[(&str, &str)],
        limit: usize,
    ) -> Result<Vec<u8>, LookupFailure> {
        let body = tokio::time::timeout(self.budget, self.read_body(rest, headers, limit));
        telemetry::time_call(self.service, "lookup", body)
            .await
            .unwrap_or(Err(LookupFailure::TimedOut))
    }

    async fn read_body(
        &self,
        rest: &str,
        headers: &[(&str, &str)],
        limit: usize,
    ) -> Result<Vec<u8>, LookupFailure> {
        let client = self.client.get_or_init(|| build_client(self.base.scheme() == "https"));
        let client = client.as_ref().ok_or(LookupFailure::NoRoots)?;
        let request = client.get(format!("{}{rest}", self.base));
        let request =
            headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let response = request.send().await.map_err(|error| {
            if error.is_connect() { LookupFailure::Unreachable } else { LookupFailure::BrokenOff }
        })?;
        match response.status() {
            StatusCode::OK => read_limited(response, limit).await,
            // Redirects too, because data about a person must go nowhere else.
            other => Err(LookupFailure::Status(other.as_u16())),
        }
    }
}

async fn read_limited(mut response: Response, limit: usize) -> Result<Vec<u8>, LookupFailure> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| LookupFailure::BrokenOff)? {
        if body.len() + chunk.len() > limit {
            return Err(LookupFailure::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn build_client(encrypted: bool) -> Option<Client> {
    let client = Client::builder()
        .user_agent("autoscribe-access")
        .redirect(Policy::none())
        .no_proxy()
        .pool_idle_timeout(IDLE);
    // Plain HTTP needs no root certificates, and a bare container has none.
    let client = if encrypted { client } else { client.tls_certs_only([]) };
    client.build().ok()
}

#[cfg(test)]
mod tests;
