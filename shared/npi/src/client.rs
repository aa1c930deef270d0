//! The HTTP side: one GET per look-up, bounded in time and size.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use domain::npi::{Npi, RegistryAnswer};
use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{ACCEPT, USER_AGENT};
use hyper::{Request, Response, StatusCode, Uri};
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};

use crate::failure::Failure;
use crate::parse::parse;

/// The public registry (CMS, NPPES Read API): no key needed.
pub const REGISTRY: &str = "https://npiregistry.cms.hhs.gov/api/";

/// How long an invitation may wait for the registry, as the API's documentation promises its
/// callers. After that it goes out as `pending` and the number is verified in the background.
pub const BUDGET: Duration = Duration::from_millis(1500);

/// One record is some kilobytes; more than this is no answer.
const MAX_ANSWER: usize = 1024 * 1024;

/// Long enough for a batch of invitations, too short for a connection that the registry closed
/// while the function was frozen.
const IDLE: Duration = Duration::from_secs(10);

type Https = Client<HttpsConnector<HttpConnector>, Empty<Bytes>>;

/// The address is not one that a look-up can be sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the NPI registry's address must be an http or https URL without a query, such as {REGISTRY}"
)]
pub struct InvalidAddress;

/// A client of the registry. One per process: it keeps the connection.
#[derive(Debug)]
pub struct Nppes {
    base: String,
    encrypted: bool,
    budget: Duration,
    /// Made at the first look-up: reading the root certificates takes longer than the rest of a cold
    /// start, and an invitation without an NPI never asks. `None` when the machine has no roots.
    client: OnceLock<Option<Https>>,
}

impl Nppes {
    /// A client for the registry at this address, usually [`REGISTRY`]; the path counts, the query
    /// is added. `budget`, usually [`BUDGET`], covers a whole look-up.
    pub fn new(base_url: &str, budget: Duration) -> Result<Self, InvalidAddress> {
        let base: Uri = base_url.parse().map_err(|_| InvalidAddress)?;
        let (Some(scheme @ ("http" | "https")), Some(authority)) =
            (base.scheme_str(), base.authority())
        else {
            return Err(InvalidAddress);
        };
        // http::Uri drops a fragment unseen.
        if base.query().is_some() || base_url.contains('#') {
            return Err(InvalidAddress);
        }
        Ok(Self {
            base: format!("{scheme}://{authority}{}", base.path()),
            encrypted: scheme == "https",
            budget,
            client: OnceLock::new(),
        })
    }

    /// What the registry says of this number, or [`RegistryAnswer::Unavailable`] when that cannot be
    /// known within the budget.
    ///
    /// Asked once: within 1.5 s a repeat would rather add to the registry's trouble than end it, and
    /// what stays open is verified again in the background.
    pub async fn look_up(&self, npi: &Npi) -> RegistryAnswer {
        let answer = tokio::time::timeout(self.budget, self.ask(npi)).await;
        answer.unwrap_or(Err(Failure::TimedOut)).unwrap_or_else(|failure| {
            tracing::warn!(%failure, "the NPI registry gave no answer");
            RegistryAnswer::Unavailable
        })
    }

    async fn ask(&self, npi: &Npi) -> Result<RegistryAnswer, Failure> {
        let client = self
            .client
            .get_or_init(|| connector(self.encrypted))
            .as_ref()
            .ok_or(Failure::NoRoots)?;
        let request = Request::get(format!("{}?version=2.1&number={}", self.base, npi.as_str()))
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, "autoscribe-access")
            .body(Empty::new())
            .map_err(|_| Failure::Unreachable)?;
        let response = client.request(request).await.map_err(|error| {
            if error.is_connect() { Failure::Unreachable } else { Failure::BrokenOff }
        })?;
        match response.status() {
            StatusCode::OK => parse(npi, &body(response).await?),
            // Redirects too: the registry has one address, and a number goes nowhere else.
            other => Err(Failure::Status(other.as_u16())),
        }
    }
}

async fn body(response: Response<Incoming>) -> Result<Bytes, Failure> {
    let collected =
        Limited::new(response.into_body(), MAX_ANSWER).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() { Failure::TooLong } else { Failure::BrokenOff }
        })?;
    Ok(collected.to_bytes())
}

fn connector(encrypted: bool) -> Option<Https> {
    // The provider is named, since rustls panics over the choice once a second one is linked.
    let tls = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .ok()?;
    // A registry on this machine needs no roots, and a bare container has none.
    let tls = if encrypted {
        tls.with_native_roots().ok()?
    } else {
        tls.with_root_certificates(RootCertStore::empty())
    };
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls.with_no_client_auth())
        .https_or_http()
        .enable_http1()
        .build();
    Some(Client::builder(TokioExecutor::new()).pool_idle_timeout(IDLE).build(connector))
}

#[cfg(test)]
mod tests;
