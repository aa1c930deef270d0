//! The HTTP side: one GET per lookup.

use std::time::Duration;

use domain::npi::{Npi, RegistryAnswer};
use lookup::{LookupClient, Service};

use crate::failure::Failure;
use crate::parse::parse;

/// The public registry (CMS, NPPES Read API). It needs no key.
pub const REGISTRY: &str = "https://npiregistry.cms.hhs.gov/api/";

/// How long an invitation may wait for the registry, as the API's documentation promises its
/// callers. After that it goes out as `pending` and the number is verified in the background.
pub const BUDGET: Duration = Duration::from_millis(1500);

/// Bytes of the longest answer. One record is some kilobytes.
const LIMIT: usize = 1024 * 1024;

/// The registry's address is not one that a lookup can be sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the NPI registry's address must be an http or https URL without a query, such as {REGISTRY}"
)]
pub struct InvalidAddress;

/// A client of the registry. Use one per process, because it keeps the connection.
#[derive(Debug)]
pub struct Nppes(LookupClient);

impl Nppes {
    /// A client of the registry at this address, usually [`REGISTRY`]. `budget`, usually
    /// [`BUDGET`], covers a whole lookup.
    pub fn new(base_url: &str, budget: Duration) -> Result<Self, InvalidAddress> {
        LookupClient::new(Service::Nppes, base_url, budget).map(Self).map_err(|_| InvalidAddress)
    }

    /// What the registry says of this number, or [`RegistryAnswer::Unavailable`] if it does not
    /// answer within the budget. A pending number is verified again in the background.
    pub async fn look_up(&self, npi: &Npi) -> RegistryAnswer {
        self.ask(npi).await.unwrap_or_else(|failure| {
            tracing::warn!(%failure, "the NPI registry gave no answer");
            RegistryAnswer::Unavailable
        })
    }

    async fn ask(&self, npi: &Npi) -> Result<RegistryAnswer, Failure> {
        let query = format!("?version=2.1&number={}", npi.as_str());
        let body = self.0.get(&query, &[("accept", "application/json")], LIMIT).await?;
        parse(npi, &body)
    }
}

#[cfg(test)]
mod tests;
